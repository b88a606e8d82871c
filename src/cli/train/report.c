#include "cli/train/report.h"
#include "base/dtype.h"

#include <errno.h> /* program_invocation_name */
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Print the number of lanes, which limits the number of ranks unless the order is free. */
static void say_lanes(const trainer *t) {
  const int n = trainer_chunk_count(t);
  say("%d lane%s", n, n == 1 ? "" : "s");
  if (trainer_order(t) != ORDER_FREE) say(" (at most %d rank%s)", n, n == 1 ? " computes" : "s compute");
}

static void announce(const run *r, const char *file) {
  const problem *pde = r->pde;
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  say("%s: %lld parameters in %s, %d rank%s, ", file, (long long)trainer_parameter_count(r->trainer),
      ntkw_dtype_name(pde->network.precision), size, size == 1 ? "" : "s");
  say_lanes(r->trainer);
  say(", kernels %s, seed %llu\n", network_kernels(), (unsigned long long)pde->seed);
  if (trainer_threads(r->trainer) > 1) say("threads: %d a rank\n", trainer_threads(r->trainer));
  if (trainer_order(r->trainer) == ORDER_FREE)
    say("order: free; another number of ranks or threads gives other rounding errors\n");
  const trainer_state state = trainer_get_state(r->trainer);
  if (state.weighting)
    say("weighting: %s, alpha %g, updated every %lld step%s\n", trainer_rule(r->trainer),
        ntkw_weighting_alpha(state.weighting), (long long)ntkw_weighting_update_every(state.weighting),
        ntkw_weighting_update_every(state.weighting) == 1 ? "" : "s");
  else
    say("weighting: none, every condition has weight 1\n");
  const int idle = trainer_idle_ranks(r->trainer), empty = trainer_empty_shards(r->trainer);
  if (idle > 0 || empty > 0)
    warn("%d ranks are more than this problem can use: %d compute no points (it has %d lanes), %d hold no parameters",
         size, idle, trainer_chunk_count(r->trainer), empty);
}

/* Warn of grid points without an exact value. */
static void warn_of_gaps(const run *r) {
  const problem *pde = r->pde;
  for (int o = 0; o < pde->n_outputs; o++) {
    char where[MAX_INPUTS * (MAX_NAME + 32)] = "";
    double at[MAX_INPUTS];
    const int64_t n = evaluation_gaps(r->evaluation, o, at);
    if (n == 0) continue;
    const bool all = n == evaluation_grid_points(r->evaluation);
    const char *pronoun = n == 1 ? "it" : "them";
    size_t used = 0;
    for (int i = 0; i < pde->n_inputs; i++)
      used +=
          (size_t)snprintf(where + used, sizeof where - used, "%s%s = %g", i ? ", " : "", pde->input_names[i], at[i]);
    warn("%s of '%s' is not a finite number at %lld point%s of the grid, first at %s; %s%s",
         pde->has_exact[o] ? "the exact solution" : "the reference", pde->output_names[o], (long long)n,
         n == 1 ? "" : "s", where, all ? "no error is measured for it" : "the error is measured without ",
         all ? "" : pronoun);
  }
}

void report_start(const run *r, const char *file) {
  for (int i = 0; i < r->pde->n_warnings; i++) warn("%s", r->pde->warnings[i]);
  announce(r, file);
  warn_of_gaps(r);
}

/* Print a word quoted for a shell. */
static void say_quoted(const char *word) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./+,:@%%";
  if (word[0] && strspn(word, plain) == strlen(word)) {
    say("%s", word);
    return;
  }
  say("'");
  for (; *word; word++) say(*word == '\'' ? "'\\''" : "%c", *word);
  say("'");
}

/* Print an option with a path; a path that begins with "-" follows "=". */
static void say_option(const char *name, const char *path) {
  say(" %s%c", name, path[0] == '-' ? '=' : ' ');
  say_quoted(path);
}

/* Print the command that continues the run. A problem file that begins with "-" comes last, behind "--". */
static void say_how_to_continue(const run *r, const char *file, int64_t steps) {
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  say("continue:   ");
  if (size > 1) say("mpirun -n %d ", size);
  say_quoted(program_invocation_name);
  say(" train%s", file && file[0] != '-' ? " " : "");
  if (file && file[0] != '-') say_quoted(file);
  say_option(file ? "--out" : "--resume", r->folder);
  say("%s --steps %lld", file ? " --resume" : "", (long long)steps);
  if (file && file[0] == '-') say(" -- ");
  if (file && file[0] == '-') say_quoted(file);
  say("\n");
}

/* The number of steps in the file; if these are done, twice the present step. */
static int64_t steps_to_go_on(const run *r) {
  const int64_t done = trainer_steps_done(r->trainer);
  if (done < r->steps_of_file) return r->steps_of_file;
  return done < MOST_STEPS / 2 ? 2 * done : MOST_STEPS;
}

exit_code report_stop(const run *r, const char *file) {
  say("stopped by %s at step %lld of %lld\ncheckpoint: %s\n", time_limit_cause(&r->limit),
      (long long)trainer_steps_done(r->trainer), (long long)r->pde->steps, r->checkpoint);
  say_how_to_continue(r, file, r->pde->steps);
  return EXIT_REQUEUE;
}

void report_results(const run *r, const char *file, bool drawn, bool has_no_gnuplot) {
  if (!isnan(r->error))
    say("relative L2 error against the %s: %.3e\n", r->pde->reference[0] ? "reference" : "exact solution", r->error);
  say("checkpoint: %s\nsolution:   %s/solution.h5\nhistory:    %s/history.csv\n", r->checkpoint, r->folder, r->folder);
  if (drawn)
    say("picture:    %s/picture.png\n", r->folder);
  else if (has_no_gnuplot)
    say("picture:    none, as there is no gnuplot (Debian and Ubuntu: apt-get install gnuplot-nox)\n");
  if (r->spectra.n_steps > 0) {
    say("spectra:    %s/spectrum.h5 (ntkw spectrum %s", r->folder, r->folder[0] == '-' ? "-- " : "");
    say_quoted(r->folder);
    say(" shows and draws them)\n");
  }
  say_how_to_continue(r, file, steps_to_go_on(r));
}
