/* The trace of a run that is started with --resume. */
#ifndef NTKW_CLI_TRAIN_RESUME_RECORDING_H
#define NTKW_CLI_TRAIN_RESUME_RECORDING_H

#include "pinn/training/trainer.h"

/* Go on with the trace at path, or begin it if it is not there. If what is there is no trace of this run, or goes_on is
 * false, the trace is recorded in a file with a number in its name, such as trace.2.h5: a warning says so. Collective on
 * MPI_COMM_WORLD. @return the same on every rank: as trainer_record. */
ntkw_status resume_recording(trainer *t, const char *path, const char *source, bool goes_on);

#endif
