/* The largest absolute value of a piece, as bits: exact in every floating-point environment. */
#ifndef NTKW_WEIGHTING_MAX_ABS_H
#define NTKW_WEIGHTING_MAX_ABS_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

/* The bits of the largest finite |values[i]| as a double; 0 if there is none. Local. As integers they are ordered like
 * the numbers, so that MPI_MAX over MPI_INT64_T finds the largest of all ranks. */
int64_t ntkw_i_max_abs_bits(const void *values, size_t count, ntkw_dtype dtype);

#endif
