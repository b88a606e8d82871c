/* Prepare training: find the problem, the settings, the checkpoint and the folder. */
#ifndef NTKW_CLI_TRAIN_PLAN_H
#define NTKW_CLI_TRAIN_PLAN_H

#include "cli/train/run.h"
#include "pinn/state/changes.h"

/* Read the problem, find the checkpoint to resume from, lock the folder, find the reference. Collective.
 * @param[in]  file    the problem file; NULL: the problem in the checkpoint.
 * @param[out] reader  the opened checkpoint, to be closed by the caller; NULL if there is none.
 * @param[out] found   changes of the problem since that checkpoint; to be freed.
 * @return the same on every rank; after an error ntkw_last_error() has the sentence. */
ntkw_status plan_make(run *run, const char *file, ntkw_checkpoint_reader **reader, changes *found);

#endif
