/* One training run: the loop over steps with log lines, history and checkpoints. */
#ifndef NTKW_CLI_TRAIN_RUN_H
#define NTKW_CLI_TRAIN_RUN_H

#include "cli/command.h"
#include "cli/train/progress.h"
#include "cli/train/checkpoint_writer.h"
#include "cli/train/settings.h"
#include "cli/train/time_limit.h"
#include "ntkw/checkpoint.h"
#include "pinn/spectrum/spectra.h"
#include "pinn/training/evaluation.h"
#include "pinn/training/history.h"
#include "pinn/training/trainer.h"

typedef struct run {
  const train_settings *settings;
  problem *pde;
  trainer *trainer;
  evaluation *evaluation;
  history history;
  progress progress;
  int64_t steps_of_file;      /* steps in the problem file, not changed by --steps */
  double started, started_at; /* MPI_Wtime(), and seconds since 1970 */
  double most_seconds;        /* time limit in seconds from the start; INFINITY: none */
  time_limit limit;
  spectra spectra; /* recorded at the steps of the problem's ntk */
  checkpoint_writer writer;
  char folder[512];
  ntkw_folder_lock *lock;          /* of the folder */
  char checkpoint[MAX_PATH_BYTES]; /* the newest one of this run; empty: none */
  char good[MAX_PATH_BYTES];       /* the newest one whose loss is known and not high; empty: none */
  double error;                    /* at the last log line; NaN: not known */
  bool warned_of_zero_norm, warned_of_high_loss;
} run;

/* Train until pde->steps, a signal, the end of the time, or an error. Collective. Without an error, the checkpoint of
 * the last step is written. @return EXIT_DONE, EXIT_REQUEUE, or the code of the failure (already reported). */
exit_code run_steps(run *run);

/* Write the path of a file in the run's folder to path. Local. */
void run_path(const run *run, const char *name, char *path, size_t size);

#endif
