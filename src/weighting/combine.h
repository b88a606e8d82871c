/* The loops of weighted sums: in double, conditions in order, rounded once. To be called in the default
 * floating-point environment. */
#ifndef NTKW_WEIGHTING_COMBINE_H
#define NTKW_WEIGHTING_COMBINE_H

#include <stddef.h>

/* weights[0] * values[0] + weights[1] * values[1] + ... */
double ntkw_i_weighted_sum(const double weights[], const double values[], int n);

/* total[i] = sum_c weights[c] * pieces[c][i] for i < count; NULL pieces are left out; total may be one of them. */
void ntkw_i_combine_float32(const double weights[], const void *const pieces[], int n, size_t count, float *total);
void ntkw_i_combine_float64(const double weights[], const void *const pieces[], int n, size_t count, double *total);

#endif
