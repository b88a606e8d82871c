/* Read the datasets in the root group of an HDF5 file that another program wrote, such as h5py: a file without user
 * block and digest, with any types and layouts. Each rank opens the file by itself. No function is collective. */
#ifndef NTKW_FILEIO_PLAIN_ARRAYS_H
#define NTKW_FILEIO_PLAIN_ARRAYS_H

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
  int64_t file; /* HDF5's identifier */
  int n;
  plain_array *arrays; /* sorted by name */
} plain_arrays;

/* Whether this is an HDF5 file, but not a checkpoint. */
bool ntkw_i_is_plain_hdf5(const char *path);

/* Open a file and list its datasets. @return NTKW_SUCCESS; NTKW_ERR_FORMAT (HDF5 cannot open it; the message has HDF5's
 * reason); NTKW_ERR_MEMORY. *out is NULL on error. */
ntkw_status ntkw_i_plain_open(const char *path, plain_arrays **out);
void ntkw_i_plain_close(plain_arrays **arrays);

/* Read `rows` indices of the first dimension from `first` on, as doubles. @return NTKW_SUCCESS; NTKW_ERR_FORMAT (the
 * message names the array and HDF5's reason, such as a missing filter). */
ntkw_status ntkw_i_plain_read(const plain_arrays *arrays, const plain_array *array, int64_t first, int64_t rows,
                              double *values);

#endif
