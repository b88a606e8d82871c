/* The largest absolute value of a piece, as bits: exact, and whatever the floating-point environment. */
#ifndef NTKW_WEIGHTING_LARGEST_H
#define NTKW_WEIGHTING_LARGEST_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

/* Bits of the largest finite |values[i]| as a double, 0 if there is none: as integers they are ordered as the numbers
 * are, so that MPI_MAX over MPI_INT64_T finds the largest of all ranks. */
int64_t ntkw_i_largest_bits(const void *values, size_t count, ntkw_dtype dtype);

#endif
