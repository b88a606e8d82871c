/* Plain loops for weighted sums of n arrays, for comparison: compiled for the CPU of the build, with -ffast-math. */
#ifndef NTKW_BENCH_WEIGHTED_H
#define NTKW_BENCH_WEIGHTED_H

#include <stddef.h>

enum { PIECES_MAX = 8 };

/* total[i] = sum over c < n of weights[c] * pieces[c][i], in the type of the values, in one pass; 2 <= n <= 8. */
void weighted_float32(const double weights[], const void *const pieces[], int n, size_t count, float *total);
void weighted_float64(const double weights[], const void *const pieces[], int n, size_t count, double *total);

/* The same reading and writing with little arithmetic: total[i] is the or of the 8-byte words i of all pieces. */
void move_words(const void *const pieces[], int n, size_t words, void *total);

#endif
