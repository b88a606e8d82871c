/* Reproducible sums of squares in K = 3 bins, after Demmel and Nguyen, "Parallel Reproducible Summation" (2015), for
 * comparison with the exact sums. Squares are rounded once; the bits do not depend on the order. There is no scaling
 * against overflow or underflow: the squares, times 2^53 (float32: 2^24), must be in the range of the type. */
#ifndef NTKW_BENCH_KFOLD_H
#define NTKW_BENCH_KFOLD_H

#include <stddef.h>

double kfold_float32(const float *values, size_t count);
double kfold_float64(const double *values, size_t count);

#endif
