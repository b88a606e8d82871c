/* Functions that the benchmarks share: time, medians, the name of the CPU, CSV files, BLAS kernels that fit the CPU. */
#ifndef NTKW_BENCH_H
#define NTKW_BENCH_H

#include <stddef.h>
#include <stdio.h>

/* Seconds since an arbitrary moment, from a monotonic clock. */
double seconds(void);

/* The median; the numbers are sorted on return. */
double median(double *numbers, size_t count);

/* The median of the times of up to ROUNDS_MOST rounds. times is not changed. */
enum { ROUNDS_MOST = 1001 };
double typical(const double *times, int rounds);

/* The median over up to ROUNDS_MOST rounds of times / others in the same round. */
double median_ratio(const double *times, const double *others, int rounds);

/* The CPU, as the system calls it. */
const char *cpu_name(void);

/* Bytes of the cache of that level (2 or 3) that a core sees; a guess if the system does not say. */
size_t cache_bytes(int level);

/* Open a CSV file to append lines; a new file begins with the head. Returns NULL, with a message on stderr, if it
 * cannot be opened. */
FILE *open_csv(const char *path, const char *head);

/* Restart this program with OPENBLAS_NUM_THREADS=1 and the OPENBLAS_CORETYPE that fits the CPU: an OpenBLAS older than
 * the CPU falls back to SSE2 without a message. A variable that is set keeps its value. If all are set, this does
 * nothing.
 */
void settle_blas(char **argv);

#endif
