/* A checkpoint to be written: what this rank has stated so far. */
#ifndef NTKW_CHECKPOINT_STATED_H
#define NTKW_CHECKPOINT_STATED_H

#include "checkpoint/dtype.h"
#include "checkpoint/slabs.h"
#include "ranks/agree_async.h"

typedef struct pending_array {
  char *name, *unit;
  ntkw_dtype dtype;
  int n_dimensions;
  int64_t shape[NTKW_CHECKPOINT_DIMENSIONS];
  bool by_rows;          /* stated as one part of the first dimension: offset and count */
  int64_t offset, count; /* that part; an offset beyond the array is found at publication */
  int n_slabs;           /* this rank's part; its values are packed in this order */
  ntkw_slab *slabs;      /* owned */
  const void *values;    /* borrowed */
  void *copy;            /* owned; of the values, while a publication of its own pace writes them; else NULL */
  uint64_t digest;       /* of the whole array, taken from memory */
  int64_t address;       /* of the array in the file; -1 if it has no elements */
} pending_array;

struct ntkw_checkpoint {
  MPI_Comm comm;
  int rank, size;
  char *path;  /* as it was given, for sentences */
  char *place; /* the same, whatever becomes of the working folder */
  pending_array *arrays;
  ntkw_checkpoint_attribute *attributes; /* its strings are owned */
  int n_arrays, n_attributes;
  ntkw_checkpoint_transfer transfer;
  MPI_Info info;                /* hints for MPI-IO; MPI_INFO_NULL: none */
  const ntkw_folder_lock *lock; /* borrowed; NULL: the folder is not locked */
  ntkw_i_stall_options stall;
  struct ntkw_i_asynchronous *under_way; /* owned; NULL: no publication is */
  ntkw_status fault; /* the first error of a local call on this rank: publication reports it on every rank */
  char fault_sentence[512];
};

/* Is the checkpoint there, and may it be changed? Local. NTKW_ERR_ARGUMENT; NTKW_ERR_ORDER while a publication is under
 * way. */
ntkw_status ntkw_i_stated_open(const ntkw_checkpoint *checkpoint, const char *function);

/* Elements in one index of the first dimension. */
int64_t ntkw_i_row_length(int n_dimensions, const int64_t shape[]);

/* "(3, 4)". */
typedef struct shape_text {
  char text[100];
} shape_text;
shape_text ntkw_i_shape_text(int n_dimensions, const int64_t shape[]);

/* Have all ranks stated the same arrays, and did none make an error? Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_stated_alike(ntkw_checkpoint *checkpoint);

/* Give up the publication that is under way, without MPI: its temporary file is removed. Local, for what remains after
 * MPI_Finalize. */
void ntkw_i_asynchronous_abandon(ntkw_checkpoint *checkpoint);

#endif
