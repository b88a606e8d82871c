/* The arrays of an HDF5 file that others wrote, as h5py does: no user block, no digest, any types and layouts.
 *
 * Datasets of the root group are seen, each rank with its own HDF5. All functions are local. */
#ifndef NTKW_CHECKPOINT_PLAIN_ARRAYS_H
#define NTKW_CHECKPOINT_PLAIN_ARRAYS_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/checkpoint.h"

enum { PLAIN_DIMENSIONS = 8 };

typedef struct plain_array {
  char *name;
  bool numbers;     /* integers or floating-point numbers of any width */
  int n_dimensions; /* 0: a single value or nothing; -1: more than PLAIN_DIMENSIONS */
  int64_t shape[PLAIN_DIMENSIONS];
} plain_array;

typedef struct plain_arrays {
  char *path;
  int64_t file; /* HDF5's */
  int n;
  plain_array *arrays; /* by name */
} plain_arrays;

/* Is it an HDF5 file, and not one of checkpoint.h? */
bool ntkw_i_is_plain_hdf5(const char *path);

/* @return NTKW_SUCCESS, NTKW_ERR_FORMAT (HDF5 cannot open it: says why), NTKW_ERR_MEMORY. *out is NULL on error. */
ntkw_status ntkw_i_plain_open(const char *path, plain_arrays **out);
void ntkw_i_plain_close(plain_arrays **arrays);

/* Read so many indices of the first dimension as doubles. @return NTKW_SUCCESS, NTKW_ERR_FORMAT (names the array and
 * HDF5's reason, such as a filter that is not there). */
ntkw_status ntkw_i_plain_read(const plain_arrays *arrays, const plain_array *array, int64_t first, int64_t rows,
                              double *values);

#endif
