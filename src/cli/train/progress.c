#include "cli/train/progress.h"
#include "cli/command.h"
#include "cli/launch.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <unistd.h>

static bool person_reads(void) {
  return isatty(STDOUT_FILENO) && (!launch_by_launcher() || launch_has_terminal());
}

/* A reader that went away does not end the run. */
static void flush(void) {
  if (output_is_lost()) tell_of_lost_output();
}

progress progress_start(progress_mode mode, int64_t first_step, int64_t last_step) {
  const bool live = mode == PROGRESS_LIVE || (mode == PROGRESS_AUTO && person_reads());
  return (progress){.live = live, .started = MPI_Wtime(), .first = first_step, .last = last_step};
}

void progress_clear(progress *p) {
  if (!p->line_open) return;
  fputs("\r\033[K", stdout);
  flush();
  p->line_open = false;
}

/* Speed and time left, once some steps are done. */
static void print_speed(const progress *p, int64_t step) {
  const double seconds = MPI_Wtime() - p->started;
  if (step <= p->first || seconds <= 0.0) return;
  const double speed = (double)(step - p->first) / seconds;
  printf("  %.4g steps/s", speed);
  if (step >= p->last) return;
  const long left = lround((double)(p->last - step) / speed);
  if (left >= 3600)
    printf("  ETA %ldh%02ldm", left / 3600, left / 60 % 60);
  else if (left >= 60)
    printf("  ETA %ldm%02lds", left / 60, left % 60);
  else
    printf("  ETA %lds", left);
}

static void print_line(const progress *p, const problem *pde, const progress_values *now) {
  printf("step %lld/%lld  loss %.3e (", (long long)now->step, (long long)p->last, now->total);
  for (int c = 0; c < pde->n_conditions; c++)
    printf("%s%s %.2e", c ? ", " : "", pde->conditions[c].name, now->losses[c]);
  printf(")  weights (");
  for (int c = 0; c < pde->n_conditions; c++) printf("%s%.4g", c ? ", " : "", now->weights[c]);
  printf(")");
  if (!isnan(now->error)) printf("  error %.3e", now->error);
  print_speed(p, now->step);
}

void progress_log(progress *p, const problem *pde, const progress_values *now) {
  progress_clear(p);
  print_line(p, pde, now);
  putchar('\n');
  flush();
}

void progress_tick(progress *p, const problem *pde, const progress_values *now) {
  const double time = MPI_Wtime();
  if (!p->live || time - p->shown < 0.25) return;
  p->shown = time;
  fputs("\r\033[K\033[?7l", stdout); /* a line longer than the screen is cut off, not wrapped */
  print_line(p, pde, now);
  fputs("\033[?7h", stdout);
  flush();
  p->line_open = true;
}
