/* What the benchmarks share: time, medians, the machine's name, a BLAS that is up to the CPU. */
#ifndef NTKW_BENCH_H
#define NTKW_BENCH_H

#include <stddef.h>
#include <stdio.h>

/* Seconds from some moment on. */
double seconds(void);

/* The median; the numbers are sorted on return. */
double median(double *numbers, size_t count);

/* The median of as many times, which stay as they are; of up to ROUNDS_MOST rounds. */
enum { ROUNDS_MOST = 1001 };
double typical(const double *times, int rounds);

/* The median over the rounds of times / others in the same round; up to ROUNDS_MOST. */
double median_ratio(const double *times, const double *others, int rounds);

/* The CPU, as the system calls it. */
const char *cpu_name(void);

/* Bytes of the cache of that level (2 or 3) that a core sees; a guess if the system does not say. */
size_t cache_bytes(int level);

/* Open a CSV to add lines; a new one begins with the head. NULL, with a message on stderr, if it cannot be opened. */
FILE *open_csv(const char *path, const char *head);

/* Start this program anew, with one thread for OpenBLAS and with the kernels that fit the CPU: an OpenBLAS older than
 * the CPU falls back to SSE2, without a word. Variables that are set are left alone; then this does nothing. */
void settle_blas(char **argv);

#endif
