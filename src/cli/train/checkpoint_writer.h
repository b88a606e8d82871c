/* Write the checkpoints of a run, while training waits or during the next steps. */
#ifndef NTKW_CLI_TRAIN_CHECKPOINT_WRITER_H
#define NTKW_CLI_TRAIN_CHECKPOINT_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/failure.h"
#include "ntkw/checkpoint.h"

typedef struct run run;

/* The present publication; starts as {0}. */
typedef struct checkpoint_writer {
  ntkw_checkpoint *file; /* NULL: none */
  char path[600];
  int64_t step;
  bool over;              /* the result is known on this rank; all ranks get the same result */
  ntkw_i_failure verdict; /* the result, if over */
  bool untidy;            /* there may be more checkpoints than are kept */
  bool measured;          /* a checkpoint was written while training waited: its time is known */
} checkpoint_writer;

/* Finish the present publication, then write the state. Collective. Training waits for the last checkpoint of a run,
 * and for the first, whose time the time limit needs. @return the same on every rank. */
ntkw_status checkpoint_writer_write(run *r, bool last);

/* Advance the present publication without blocking, after a step. Rank 0 prints a line when it is over. Local. */
void checkpoint_writer_advance(run *r);

/* Did the present publication fail? The run then stops, and checkpoint_writer_write returns the error. Local. */
bool checkpoint_writer_failed(const run *r);

/* Write the state of a diverged run beside its checkpoints, for inspection: it is not rotated, and no restart uses it.
 * Collective. path: set to the path of the file. @return the same on every rank. */
ntkw_status checkpoint_writer_write_diverged(run *r, char *path, size_t size);

/* Finish the present publication. Collective. @return the same on every rank. */
ntkw_status checkpoint_writer_finish(run *r);

/* Remove old checkpoints after new ones were written. Call it when the loss of the newest checkpointed state is known:
 * while that loss is high, nothing is removed, so that checkpoints of a diverging run do not displace good ones.
 * Nothing is removed during a publication, because its temporary file would count as a stale one. Collective.
 * @return the same on every rank. */
ntkw_status checkpoint_writer_rotate(run *r);

#endif
