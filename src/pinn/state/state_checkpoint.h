/* Visitors that write a state to a checkpoint and read it back. An array is one dataset of all ranks with the array's
 * shape. Integers, reals and texts are attributes. Bytes are a text with two hexadecimal digits each. */
#ifndef NTKW_PINN_STATE_CHECKPOINT_H
#define NTKW_PINN_STATE_CHECKPOINT_H

#include <mpi.h>
#include "ntkw/checkpoint.h"
#include "pinn/state/state.h"

/* Registers the entries with a checkpoint. Arrays must stay valid until the checkpoint is destroyed. Not collective: a
 * visit returns the local status. */
typedef struct state_writer {
  state_visitor visitor;
  ntkw_checkpoint *file;
  bool writes_replicated; /* this rank writes replicated arrays */
} state_writer;
state_writer state_writer_to(ntkw_checkpoint *file, MPI_Comm comm);

/* Reads the entries from an opened checkpoint. Collective: a visit returns the same on every rank. NTKW_ERR_FORMAT: an
 * entry differs from what was expected. */
typedef struct state_reader {
  state_visitor visitor;
  ntkw_checkpoint_reader *file;
  MPI_Comm comm;
} state_reader;
state_reader state_reader_from(ntkw_checkpoint_reader *file, MPI_Comm comm);

#endif
