/* Plain loops over the values, for comparison: compiled for the CPU of the build, with -ffast-math. */
#ifndef NTKW_BENCH_LOOPS_H
#define NTKW_BENCH_LOOPS_H

#include <stddef.h>

/* The sum of squares in double, inexact and in an order of the compiler's choice. */
double loop_float32(const float *values, size_t count);
double loop_float64(const double *values, size_t count);

/* Read all bytes (a multiple of 8) with little arithmetic: or of 8-byte words. */
double read_bytes(const void *values, size_t bytes);

#endif
