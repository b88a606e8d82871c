/* A checkpoint of a trainer, by the functions that ntkw train calls. */
#ifndef NTKW_TEST_SNAPSHOT_FIXTURE_H
#define NTKW_TEST_SNAPSHOT_FIXTURE_H

#include "harness.h"
#include "pinn/training/snapshot.h"

static inline void publish_snapshot(trainer *t, const problem *pde, const history *past, const char *path) {
  ntkw_checkpoint *file = NULL;
  CHECK_OK(snapshot_check(t, pde));
  CHECK_OK(snapshot_state(t, pde, past, path, NULL, &file));
  CHECK_OK(ntkw_checkpoint_publish(file));
  ntkw_checkpoint_destroy(&file);
}

#endif
