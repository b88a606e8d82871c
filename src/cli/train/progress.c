#include "cli/train/progress.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Name and parent of a process; 0 if it cannot be told. */
static long parent_of(long process, char name[64]) {
  char path[64];
  long parent = 0;
  snprintf(path, sizeof path, "/proc/%ld/stat", process);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (fscanf(file, "%*d (%63[^)]) %*c %ld", name, &parent) != 2) parent = 0;
  fclose(file);
  return parent;
}

static bool is_launcher(const char *name) {
  static const char *const launchers[] = {"mpirun",  "mpiexec",        "orterun",
                                          "prterun", "mpirun.openmpi", "mpiexec.openmpi"};
  for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++)
    if (strcmp(name, launchers[i]) == 0) return true;
  return false;
}

/* mpirun gives rank 0 a terminal of its own even where its output goes to a file: look at mpirun's. A launcher that is
 * not on this machine has none that we know of. */
static bool launcher_has_terminal(void) {
  char name[64] = "", link[64], target[128];
  for (long process = getppid(), parent = 0; process > 1; process = parent) {
    parent = parent_of(process, name);
    if (!is_launcher(name)) continue;
    snprintf(link, sizeof link, "/proc/%ld/fd/1", process);
    const ssize_t n = readlink(link, target, sizeof target - 1);
    if (n < 0) return false;
    target[n] = '\0';
    return strncmp(target, "/dev/pts/", 9) == 0 || strncmp(target, "/dev/tty", 8) == 0;
  }
  return false;
}

static bool person_reads(void) {
  const bool launched = getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMI_RANK") || getenv("PMIX_RANK");
  return isatty(STDOUT_FILENO) && (!launched || launcher_has_terminal());
}

progress progress_start(const char *mode, int64_t first_step, int64_t last_step) {
  const bool live = strcmp(mode, "live") == 0 || (strcmp(mode, "auto") == 0 && person_reads());
  return (progress){.live = live, .started = MPI_Wtime(), .first = first_step, .last = last_step};
}

void progress_clear(progress *p) {
  if (!p->line_open) return;
  fputs("\r\033[K", stdout);
  fflush(stdout);
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
  fflush(stdout);
}

void progress_tick(progress *p, const problem *pde, const progress_values *now) {
  const double time = MPI_Wtime();
  if (!p->live || time - p->shown < 0.25) return;
  p->shown = time;
  fputs("\r\033[K\033[?7l", stdout); /* a line longer than the screen is cut off, not wrapped */
  print_line(p, pde, now);
  fputs("\033[?7h", stdout);
  fflush(stdout);
  p->line_open = true;
}
