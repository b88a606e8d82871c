/* A checkpoint to be written: what this rank has stated so far. */
#ifndef NTKW_CHECKPOINT_STATED_H
#define NTKW_CHECKPOINT_STATED_H

#include "checkpoint/dtype.h"
#include "checkpoint/slabs.h"
#include "ntkw/checkpoint.h"

typedef struct stated_array {
  char *name, *unit;
  ntkw_dtype dtype;
  int n_dimensions;
  int64_t shape[NTKW_CHECKPOINT_DIMENSIONS];
  bool by_rows;            /* stated as one part of the first dimension: offset and count */
  int64_t offset, count;   /* that part; an offset beyond the array is found at publication */
  int n_slabs;             /* this rank's part; its values are packed in this order */
  ntkw_slab *slabs;        /* owned */
  const void *values;      /* borrowed */
  uint64_t digest_of_part; /* taken from memory when publication begins */
  uint64_t digest;         /* of the whole array */
  int64_t address;         /* of the array in the file; -1 if it has no elements */
} stated_array;

struct ntkw_checkpoint {
  MPI_Comm comm;
  int rank, size;
  char *path;
  stated_array *arrays;
  ntkw_checkpoint_attribute *attributes; /* its strings are owned */
  int n_arrays, n_attributes;
  ntkw_checkpoint_transfer transfer;
  const ntkw_folder_lock *lock; /* borrowed; NULL: the folder is not locked */
  ntkw_status fault;            /* the first error of a local call on this rank: publication reports it on every rank */
  char fault_sentence[512];
};

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

#endif
