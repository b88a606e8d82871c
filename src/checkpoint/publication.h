/* The stages of a publication, from the arrays in memory to a file that was read back and compared. */
#ifndef NTKW_CHECKPOINT_PUBLICATION_H
#define NTKW_CHECKPOINT_PUBLICATION_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>
#include "checkpoint/writer.h"

/* What stages add up over the ranks. */
typedef enum ntkw_i_sum {
  NTKW_I_SUM_NOTHING = -1,
  NTKW_I_SUM_DIGESTS,   /* for each array: digest of its values in memory */
  NTKW_I_SUM_LAYOUT,    /* for each array: its address, from rank 0; last: length of the file */
  NTKW_I_SUM_READ_BACK, /* for each array: digest of its values in the file; last: digest of the bytes of the file */
  NTKW_I_N_SUMS
} ntkw_i_sum;

typedef struct ntkw_i_publication {
  ntkw_checkpoint *checkpoint;
  char *temporary;               /* path of the temporary file; NULL before it is named */
  bool created;                  /* by this rank, which removes it on failure */
  int64_t length;                /* of the whole file */
  int fd;                        /* the temporary file; -1 */
  hid_t file;                    /* the same file, open on all ranks over MPI-IO; negative if it is not */
  uint64_t *sums[NTKW_I_N_SUMS]; /* this rank's numbers, then their sums over the ranks */
  int n_sums;                    /* in each of these: number of arrays + 1 */
  uint64_t digest;               /* of all bytes after the user block */
} ntkw_i_publication;

/* Where a stage may run. */
typedef enum ntkw_i_site {
  NTKW_I_COLLECTIVE,     /* on all ranks together, with MPI */
  NTKW_I_CALLING_THREAD, /* calls HDF5 or MPI, but does not wait for other ranks */
  NTKW_I_ANY_THREAD,     /* calls neither HDF5 nor MPI */
  NTKW_I_BY_TRANSFER     /* NTKW_I_ANY_THREAD for direct transfers, NTKW_I_COLLECTIVE for transfers over MPI-IO */
} ntkw_i_site;

/* A stage. ntkw_checkpoint_publish runs one after the other and agrees on the status after each. An asynchronous
 * publication runs the stages of NTKW_I_ANY_THREAD in a thread and agrees after some stages only. */
typedef struct ntkw_i_stage {
  const char *name;
  ntkw_status (*run)(ntkw_i_publication *publication); /* returns this rank's status */
  ntkw_i_site site;
  bool agreed;    /* an asynchronous publication agrees on the status after this stage */
  ntkw_i_sum sum; /* what is added up in that agreement */
  ntkw_status (*decide)(ntkw_i_publication *publication); /* uses the sums; the same on every rank; NULL */
} ntkw_i_stage;
extern const ntkw_i_stage ntkw_i_stages[];
extern const int ntkw_i_n_stages;

/* Where a stage of this checkpoint's publication may run; never NTKW_I_BY_TRANSFER. Not collective. */
ntkw_i_site ntkw_i_stage_site(const ntkw_i_stage *stage, const ntkw_checkpoint *checkpoint);

/* The numbers of a stage that are added up: NULL and 0 if there are none. Not collective. */
uint64_t *ntkw_i_stage_sums(const ntkw_i_stage *stage, const ntkw_i_publication *publication, int *n);

/* Run a stage and the hook of tests (fileio/test_hooks.h). The message of an NTKW_ERR_FILE names the checkpoint and the
 * rank. */
ntkw_status ntkw_i_stage_run(const ntkw_i_stage *stage, ntkw_i_publication *publication);

/* Create and destroy a publication. Not collective. Creating fails only if out of memory. */
ntkw_status ntkw_i_publication_init(ntkw_i_publication *publication, ntkw_checkpoint *checkpoint);
void ntkw_i_publication_free(ntkw_i_publication *publication);

/* Write everything but the values to the empty temporary file: space for the user block, attributes, arrays at their
 * addresses. Not collective: rank 0 calls this, without MPI-IO, so that a full disk is an error here and no rank hangs.
 * Sets length and the addresses of the arrays. */
ntkw_status ntkw_i_layout_write(ntkw_i_publication *publication);

/* The oldest format version that has everything this checkpoint uses. Not collective. */
int ntkw_i_format_version(const ntkw_checkpoint *checkpoint);

/* Write this rank's parts over MPI-IO by independent transfers, between ntkw_i_mpi_io_open and ntkw_i_mpi_io_close. Not
 * collective: an error appears on the rank that has it, and no rank waits. */
ntkw_status ntkw_i_transfer_mpi_io(const ntkw_i_publication *publication);

/* Create the empty temporary file over MPI-IO with the checkpoint's hints, which decide how it is striped. Not
 * collective: rank 0 calls this. Sets created. */
ntkw_status ntkw_i_mpi_io_create(ntkw_i_publication *publication);

/* Open and close the file over MPI-IO. Collective; returns this rank's status.
 *
 * HDF5 writes its superblock again when it closes the file. If that fails on rank 0, the other ranks wait for ever, and
 * a single rank ends with a segmentation fault in MPI_Finalize (HDF5 1.10.8, Open MPI 4.1.4). There is no remedy here.
 */
ntkw_status ntkw_i_mpi_io_open(ntkw_i_publication *publication);
ntkw_status ntkw_i_mpi_io_close(ntkw_i_publication *publication);

/* Read this rank's stripe of the file past HDF5; the stripes of all ranks are everything after the user block. Sets
 * sums[NTKW_I_SUM_READ_BACK]; a value belongs to the stripe in which it begins. Not collective. */
ntkw_status ntkw_i_read_back_data(const ntkw_i_publication *publication);

/* Read everything but the values with HDF5, and compare it with the checkpoint in memory. Not collective: rank 0 calls
 * this. */
ntkw_status ntkw_i_read_back_layout(const ntkw_i_publication *publication);

#endif
