/* The loops of weighted sums: summed in double, in the order of the conditions, and rounded once to the type of the
 * total. Not collective. Call them in the default floating-point environment. */
#ifndef NTKW_WEIGHTING_COMBINE_H
#define NTKW_WEIGHTING_COMBINE_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

/* weights[0] * values[0] + weights[1] * values[1] + ... */
double ntkw_i_weighted_sum(const double weights[], const double values[], int n);

/* total[i] = sum_c weights[c] * pieces[c][i] for i < count; NULL pieces are left out; total may be one of them. */
void ntkw_i_combine_float32(const double weights[], const void *const pieces[], int n, size_t count, float *total);
void ntkw_i_combine_float64(const double weights[], const void *const pieces[], int n, size_t count, double *total);
/* The same for NTKW_FLOAT16 and NTKW_BFLOAT16, two bytes a value. */
void ntkw_i_combine_halves(const double weights[], const void *const pieces[], int n, size_t count, ntkw_dtype dtype,
                           uint16_t *total);

#endif
