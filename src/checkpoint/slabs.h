/* Hyperslabs of an array: checks, and the runs of consecutive elements that they consist of. No function is collective.
 */
#ifndef NTKW_CHECKPOINT_SLABS_H
#define NTKW_CHECKPOINT_SLABS_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/checkpoint.h"

/* The hyperslab of count indices of the first dimension. */
ntkw_slab ntkw_i_slab_of_rows(int n_dimensions, const int64_t shape[], int64_t offset, int64_t count);

/* Number of values in hyperslabs. */
int64_t ntkw_i_slab_length(int n_dimensions, const ntkw_slab *slab);
int64_t ntkw_i_slabs_length(int n_dimensions, int n_slabs, const ntkw_slab slabs[]);

/* Check that each hyperslab lies within the shape.
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT: the message names the array, the hyperslab and the shape. */
ntkw_status ntkw_i_slabs_check(const char *array, int n_dimensions, const int64_t shape[], int n_slabs,
                               const ntkw_slab slabs[]);

/* Iterate over the runs of elements that are consecutive in the array, hence in the file, and in memory:
 *     for (slab_runs runs = ntkw_i_slab_runs(...); ntkw_i_slab_next(&runs);) use runs.first, runs.length, runs.at; */
typedef struct slab_runs {
  int n_dimensions, n_slabs, slab; /* slab: the current one; -1 before the first */
  const int64_t *shape;
  const ntkw_slab *slabs;
  int inner;                                 /* a run covers the dimensions from this one on */
  int64_t index[NTKW_CHECKPOINT_DIMENSIONS]; /* of the next run, counted from the start of its slab */
  bool more;                                 /* the current slab has another run */
  int64_t first;                             /* first element of the run in the array, row-major */
  int64_t length;                            /* > 0 */
  int64_t at;                                /* index of the first element among the packed values */
} slab_runs;
slab_runs ntkw_i_slab_runs(int n_dimensions, const int64_t shape[], int n_slabs, const ntkw_slab slabs[]);
bool ntkw_i_slab_next(slab_runs *runs);

#endif
