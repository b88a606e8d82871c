/* A state in a checkpoint: visitors that write it and read it. Arrays are datasets of the same shape, of all ranks
 * together; integers, reals and texts are attributes; bytes are a text, two hexadecimal digits each. */
#ifndef NTKW_PINN_STATE_CHECKPOINT_H
#define NTKW_PINN_STATE_CHECKPOINT_H

#include <mpi.h>
#include "ntkw/checkpoint.h"
#include "pinn/state/state.h"

/* Hands the entries to a checkpoint that is to be published; arrays must stay until it is destroyed. Local: a visit
 * returns this rank's own status. */
typedef struct state_writer {
  state_visitor visitor;
  ntkw_checkpoint *file;
  bool counts; /* this rank writes what is replicated */
} state_writer;
state_writer state_writer_to(ntkw_checkpoint *file, MPI_Comm comm);

/* Fills the entries in from an opened checkpoint. Collective: a visit returns the same on every rank, NTKW_ERR_FORMAT
 * if an entry is not as expected. */
typedef struct state_reader {
  state_visitor visitor;
  ntkw_checkpoint_reader *file;
  MPI_Comm comm;
} state_reader;
state_reader state_reader_from(ntkw_checkpoint_reader *file, MPI_Comm comm);

#endif
