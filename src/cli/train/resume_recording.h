/* The recording of a run that is started with --resume. */
#ifndef NTKW_CLI_TRAIN_RESUME_RECORDING_H
#define NTKW_CLI_TRAIN_RESUME_RECORDING_H

#include "pinn/training/trainer.h"

/* Continue the recording at path, or start it if the file does not exist. If the file is not a recording of this run,
 * or goes_on is false, record to a file with a number in its name, such as run.2.h5, and warn. Collective on
 * MPI_COMM_WORLD. @return the same on every rank: as trainer_record. */
ntkw_status resume_recording(trainer *t, const char *path, const char *source, bool goes_on);

#endif
