/* Reproducible sums of squares in K = 3 bins, after Demmel and Nguyen, "Parallel Reproducible Summation" (2015), as an
 * opponent of the exact ones. Squares are rounded once; the bits do not depend on the order. No scaling against
 * overflow or underflow: for values whose squares, times 2^53 (float32: 2^24), are in the range of their type. */
#ifndef NTKW_BENCH_KFOLD_H
#define NTKW_BENCH_KFOLD_H

#include <stddef.h>

double kfold_float32(const float *values, size_t count);
double kfold_float64(const double *values, size_t count);

#endif
