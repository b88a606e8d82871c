/* The checkpoints of a run: written while the steps wait, or beside the steps that follow. */
#ifndef NTKW_CLI_TRAIN_CHECKPOINT_WRITER_H
#define NTKW_CLI_TRAIN_CHECKPOINT_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/checkpoint.h"

typedef struct run run;

/* The publication that is under way; starts as {0}. */
typedef struct checkpoint_writer {
  ntkw_checkpoint *file; /* NULL: none */
  char path[600];
  int64_t step;
  bool over;           /* there is a verdict on this rank, the same as others have or will have */
  ntkw_status verdict; /* then */
  char sentence[1024]; /* of the verdict */
  bool untidy;         /* there may be more checkpoints than are kept */
  bool measured;       /* a checkpoint was written while the steps waited: its time is known */
} checkpoint_writer;

/* Bring the publication under way to its end, then write the present state. Collective. The last one of a run is written
 * while the run waits; so is the first, which tells the stop watch how long one takes. @return the same on every rank. */
ntkw_status checkpoint_writer_write(run *r, bool last);

/* After a step: go on with the publication under way. Waits for nobody. Rank 0 says so when it is over. Local. */
void checkpoint_writer_advance(run *r);

/* Did the publication under way fail? The run is to stop then, and checkpoint_writer_write says why. Local. */
bool checkpoint_writer_failed(const run *r);

/* Write the state of a run that has diverged beside its checkpoints, to be looked at: it is in no rotation, and no restart
 * takes it. Collective. path: of the file. @return the same on every rank. */
ntkw_status checkpoint_writer_write_diverged(run *r, char *path, size_t size);

/* Bring the publication under way to its end. Collective. @return the same on every rank. */
ntkw_status checkpoint_writer_finish(run *r);

/* Remove old checkpoints after new ones were written. To be called when the loss of the newest state there is a checkpoint
 * of is known: while it is high, nothing is removed, so that checkpoints of a run that diverges displace no good ones.
 * Nor is anything removed while a publication is under way, whose temporary file would be taken for a stale one.
 * Collective. @return the same on every rank. */
ntkw_status checkpoint_writer_rotate(run *r);

#endif
