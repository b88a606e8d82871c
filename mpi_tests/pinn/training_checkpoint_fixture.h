/* Writes a checkpoint of a trainer with the functions that ntkw train calls. */
#ifndef NTKW_TEST_SNAPSHOT_FIXTURE_H
#define NTKW_TEST_SNAPSHOT_FIXTURE_H

#include "harness.h"
#include "pinn/state/training_checkpoint.h"

static inline void publish_training_checkpoint(trainer *t, const problem *pde, const history *past, const char *path) {
  ntkw_checkpoint *file = NULL;
  CHECK_OK(training_checkpoint_check(t, pde));
  CHECK_OK(training_checkpoint_prepare(t, pde, past, path, NULL, &file));
  CHECK_OK(ntkw_checkpoint_publish(file));
  ntkw_checkpoint_destroy(&file);
}

#endif
