/* Print progress lines: one for every log interval and, on a terminal, a live line between them. Call these functions
 * on rank 0 only. If the lines cannot be written, one warning goes to stderr. */
#ifndef NTKW_CLI_TRAIN_PROGRESS_H
#define NTKW_CLI_TRAIN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include "cli/train/settings.h"
#include "pinn/problem/problem.h"

typedef struct progress {
  bool live;             /* a live line is shown */
  bool line_open;        /* a live line is on the screen */
  double started, shown; /* seconds */
  int64_t first, last;   /* steps of this run */
} progress;

/* PROGRESS_AUTO is live if the output goes to a terminal. */
progress progress_start(progress_mode mode, int64_t first_step, int64_t last_step);

/* The values of a line; error NaN: not known. */
typedef struct progress_values {
  int64_t step;
  const double *losses, *weights; /* of every condition */
  double total, error;
} progress_values;

/* Print a log line: step, losses, weights, error, speed and time left. */
void progress_log(progress *progress, const problem *pde, const progress_values *now);

/* Update the live line with the same values, at most four times a second. */
void progress_tick(progress *progress, const problem *pde, const progress_values *now);

/* Remove the live line, before other output. */
void progress_clear(progress *progress);

#endif
