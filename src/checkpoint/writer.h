/* A checkpoint to be written: the attributes and arrays that this rank has added so far. */
#ifndef NTKW_CHECKPOINT_WRITER_H
#define NTKW_CHECKPOINT_WRITER_H

#include "base/dtype.h"
#include "base/failure.h"
#include "checkpoint/slabs.h"
#include "ranks/agree.h"

typedef struct pending_array {
  char *name, *unit;
  ntkw_dtype dtype;
  int n_dimensions;
  int64_t shape[NTKW_CHECKPOINT_DIMENSIONS];
  bool by_rows;          /* added as one part of the first dimension: offset and count */
  int64_t offset, count; /* that part; whether it lies in the array is checked by the publication */
  int n_slabs;           /* this rank's part; its values are packed in this order */
  ntkw_slab *slabs;      /* owned */
  const void *values;    /* borrowed */
  void *copy;            /* snapshot of values, owned, while an asynchronous publication runs; otherwise NULL */
  uint64_t digest;       /* of the whole array, computed from memory */
  int64_t address;       /* of the array in the file; -1 if it has no elements */
} pending_array;

struct ntkw_checkpoint {
  MPI_Comm comm;
  int rank, size;
  char *path;          /* as the caller gave it, for messages */
  char *absolute_path; /* names the same file after a change of the working folder */
  pending_array *arrays;
  ntkw_checkpoint_attribute *attributes; /* its strings are owned */
  int n_arrays, n_attributes;
  ntkw_checkpoint_transfer transfer;
  MPI_Info info;                /* hints for MPI-IO; MPI_INFO_NULL: none */
  const ntkw_folder_lock *lock; /* borrowed; NULL: the folder is not locked */
  ntkw_i_stall_options stall;
  struct ntkw_i_async_publication *publication; /* owned; NULL: no asynchronous publication runs */
  ntkw_i_failure fault; /* the first error of a local call on this rank; the publication reports it on every rank */
};

/* Check that the checkpoint is not NULL and may be changed. Not collective. function is for the message.
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT (NULL); NTKW_ERR_ORDER (an asynchronous publication runs). */
ntkw_status ntkw_i_writer_check_idle(const ntkw_checkpoint *checkpoint, const char *function);

/* Elements in one index of the first dimension. */
int64_t ntkw_i_row_length(int n_dimensions, const int64_t shape[]);

/* "(3, 4)". */
typedef struct shape_text {
  char text[100];
} shape_text;
shape_text ntkw_i_shape_text(int n_dimensions, const int64_t shape[]);

/* Check that all ranks added the same arrays without errors, and that their parts cover each array exactly once.
 * Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE, NTKW_ERR_MEMORY, NTKW_ERR_MPI, or
 * the first error of a local call. */
ntkw_status ntkw_i_check_ranks(ntkw_checkpoint *checkpoint);

/* End an asynchronous publication without MPI and remove its temporary file. Not collective; for checkpoints that are
 * destroyed after MPI_Finalize. */
void ntkw_i_publish_abandon(ntkw_checkpoint *checkpoint);

#endif
