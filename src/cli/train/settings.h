/* The command line of ntkw train. */
#ifndef NTKW_CLI_TRAIN_SETTINGS_H
#define NTKW_CLI_TRAIN_SETTINGS_H

#include <stdint.h>
#include "cli/options.h"
#include "pinn/training/trainer.h"

/* The most steps of a run: whole numbers up to here are exact in the columns of the history. */
static const int64_t MOST_STEPS = INT64_C(1) << 53;

/* In the order of the words of their options. */
typedef enum checkpoint_mode { CHECKPOINT_SYNCHRONOUS, CHECKPOINT_ASYNCHRONOUS } checkpoint_mode;
typedef enum progress_mode { PROGRESS_AUTO, PROGRESS_LIVE, PROGRESS_PLAIN } progress_mode;

typedef struct train_settings {
  int64_t steps, seed;   /* -1: the problem file's */
  const char *weighting; /* NULL: the problem file's */
  const char *record;    /* file of the recording; NULL: none */
  const char *out;       /* NULL: named after the problem file */
  int64_t checkpoint_every, log_every, keep;
  int64_t lock_wait; /* seconds to wait for another run that uses the folder */
  checkpoint_mode checkpoint_mode;
  progress_mode progress;
  const char *time_limit; /* a text for duration_read; NULL: none */
  int64_t threads;        /* 0: the environment's */
  sum_order order;
  optional_path resume;
} train_settings;

#endif
