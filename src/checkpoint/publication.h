/* The stages of a publication, from the stated arrays to a file that is known to be right. */
#ifndef NTKW_CHECKPOINT_PUBLICATION_H
#define NTKW_CHECKPOINT_PUBLICATION_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>
#include "checkpoint/stated.h"

typedef struct ntkw_i_publication {
  ntkw_checkpoint *checkpoint;
  char *temporary; /* path of the temporary file; NULL before it is named */
  bool made;       /* by this rank: to be removed by it on failure */
  int64_t length;  /* of the whole file */
  int fd;          /* the temporary file, beside HDF5; -1 */
  hid_t file;      /* the same, open on all ranks over MPI-IO; negative if it is not */
  uint64_t *words; /* what a stage gives to the agreement, and what it gets from it: sums over the ranks */
  int n_words;     /* number of arrays + 1 */
  uint64_t digest; /* of all bytes after the user block */
} ntkw_i_publication;

/* Where a stage may run. */
typedef enum ntkw_i_place {
  NTKW_I_COLLECTIVE, /* on all ranks together, with MPI */
  NTKW_I_MAIN,       /* it calls HDF5 or MPI, but waits for nobody */
  NTKW_I_ANYWHERE,   /* it calls neither */
  NTKW_I_TRANSFER    /* as the values are transferred: directly anywhere, over MPI-IO on all ranks together */
} ntkw_i_place;

/* A stage of a publication. ntkw_checkpoint_publish runs one after the other and agrees on the verdict after each. The
 * asynchronous mode runs what may run anywhere in a thread, and agrees only after some. */
typedef struct ntkw_i_stage {
  const char *name;
  ntkw_status (*run)(ntkw_i_publication *publication); /* the verdict is this rank's */
  ntkw_i_place place;
  bool agreed;                                            /* in the asynchronous mode, too: all must have got here */
  ntkw_status (*settle)(ntkw_i_publication *publication); /* what follows from the sums; the same on every rank; NULL */
} ntkw_i_stage;
extern const ntkw_i_stage ntkw_i_stages[];
/* Where a stage of this checkpoint's publication may run; never NTKW_I_TRANSFER. Local. */
ntkw_i_place ntkw_i_stage_place(const ntkw_i_stage *stage, const ntkw_checkpoint *checkpoint);
extern const int ntkw_i_n_stages;

/* Run it and ntkw_i_publication_hook. The sentence of a fault of a file names checkpoint and rank. */
ntkw_status ntkw_i_stage_run(const ntkw_i_stage *stage, ntkw_i_publication *publication);

/* Begin with nothing, which cannot fail but for want of memory, and free what is held. Local. */
ntkw_status ntkw_i_publication_init(ntkw_i_publication *publication, ntkw_checkpoint *checkpoint);
void ntkw_i_publication_free(ntkw_i_publication *publication);

/* Make the HDF5 file with everything but the values: user block, attributes, arrays at their addresses. Local, for one
 * rank, without MPI-IO: so that a full disk shows here and hangs nobody. The file exists and is empty. */
ntkw_status ntkw_i_skeleton_write(ntkw_i_publication *publication);

/* The oldest format version that has all that was stated. Local. */
int ntkw_i_format_version(const ntkw_checkpoint *checkpoint);

/* Write this rank's parts. Local: an error shows on the rank that has it, and nobody waits. Either straight to the
 * arrays' addresses, or over MPI-IO, by independent transfers, between begin and end. */
ntkw_status ntkw_i_direct_write(const ntkw_i_publication *publication);
ntkw_status ntkw_i_mpi_io_write(const ntkw_i_publication *publication);

/* Make the empty file over MPI-IO with the checkpoint's hints: how it is striped is settled there. Local, on one rank;
 * sets made. */
ntkw_status ntkw_i_mpi_io_make(ntkw_i_publication *publication);

/* Open the file over MPI-IO, and close it. Collective, on all ranks; the verdict is this rank's.
 *
 * HDF5 writes its superblock once more on closing. Should that fail on rank 0, the others wait for ever, and a lone
 * rank ends with a segmentation fault in MPI_Finalize (HDF5 1.10.8, Open MPI 4.1.4): nothing can be done here. */
ntkw_status ntkw_i_mpi_io_begin(ntkw_i_publication *publication);
ntkw_status ntkw_i_mpi_io_end(ntkw_i_publication *publication);

/* Read a stripe of the file, past HDF5: each rank one, together all that follows the user block. To words go the digest
 * of the values of each array that begin in it, and last that of its bytes. Local. */
ntkw_status ntkw_i_read_back(const ntkw_i_publication *publication);

/* Read what the file has beside values with HDF5, and compare it with what was stated. Local, for one rank. */
ntkw_status ntkw_i_skeleton_read_back(const ntkw_i_publication *publication);

/* The name of each stage, called on every rank after the stage with the path of the temporary file (NULL before it has
 * a name); what it returns counts as the stage's own verdict. In the asynchronous mode it may be called in a thread, and
 * may not call MPI then. NULL but for tests of faults. */
extern ntkw_status (*ntkw_i_publication_hook)(const char *stage, const char *temporary);

#endif
