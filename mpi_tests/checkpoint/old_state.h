/* The contents of data/checkpoint-v1.h5 and data/checkpoint-v2.h5, which the library wrote when these were the newest
 * versions. */
#ifndef NTKW_TEST_CHECKPOINT_OLD_STATE_H
#define NTKW_TEST_CHECKPOINT_OLD_STATE_H

#include "ntkw/checkpoint.h"

/* Publish the state of the file of that version, in the newest format version. version: 1 (arrays of float32 and
 * float64) or 2 (of all types). Collective on MPI_COMM_WORLD. */
ntkw_status publish_old_state(const char *path, int version);

#endif
