/* What the command line of ntkw train says. */
#ifndef NTKW_CLI_TRAIN_SETTINGS_H
#define NTKW_CLI_TRAIN_SETTINGS_H

#include <stdint.h>
#include "cli/options.h"

/* The most steps of a run: whole numbers up to here are exact in the columns of the history. */
static const int64_t MOST_STEPS = INT64_C(1) << 53;

typedef struct train_settings {
  int64_t steps, seed;   /* -1: as the problem file says */
  const char *weighting; /* NULL: as the problem file says */
  const char *trace;     /* NULL: nothing is recorded */
  const char *out;       /* NULL: named after the problem file */
  int64_t checkpoint_every, log_every, keep;
  int64_t lock_wait;           /* seconds for another run to end that uses the folder */
  const char *checkpoint_mode; /* "synchronous" or "asynchronous" */
  const char *progress;
  const char *time_limit; /* as duration_read reads it; NULL: none */
  int64_t threads;        /* 0: as the environment says */
  const char *order;      /* of sums over points: "fixed" or "free" */
  optional_path resume;
} train_settings;

#endif
