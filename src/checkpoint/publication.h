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
} ntkw_i_publication;

/* Make the HDF5 file with everything but the values: user block, attributes, arrays at their addresses. Local, for one
 * rank, without MPI-IO: so that a full disk shows here and hangs nobody. The file exists and is empty. */
ntkw_status ntkw_i_skeleton_write(ntkw_i_publication *publication);

/* Write this rank's parts. Local: an error shows on the rank that has it, and nobody waits. Either straight to the
 * arrays' addresses, or over MPI-IO, by independent transfers, between begin and end. */
ntkw_status ntkw_i_direct_write(const ntkw_i_publication *publication);
ntkw_status ntkw_i_mpi_io_write(const ntkw_i_publication *publication);

/* Open the file over MPI-IO, and close it. Collective, on all ranks; the verdict is this rank's.
 *
 * HDF5 writes its superblock once more on closing. Should that fail on rank 0, the others wait for ever, and a lone
 * rank ends with a segmentation fault in MPI_Finalize (HDF5 1.10.8, Open MPI 4.1.4): nothing can be done here. */
ntkw_status ntkw_i_mpi_io_begin(ntkw_i_publication *publication);
ntkw_status ntkw_i_mpi_io_end(ntkw_i_publication *publication);

/* Read this rank's parts again, past HDF5, and compare their digests with those taken from memory. Local. */
ntkw_status ntkw_i_read_back(const ntkw_i_publication *publication);

/* Read what the file has beside values with HDF5, and compare it with what was stated. Local, for one rank. */
ntkw_status ntkw_i_skeleton_read_back(const ntkw_i_publication *publication);

/* The name of each stage, called on every rank after the stage with the path of the temporary file (NULL before it has
 * a name); what it returns counts as the stage's own verdict. NULL but for tests of faults. */
extern ntkw_status (*ntkw_i_publication_hook)(const char *stage, const char *temporary);

#endif
