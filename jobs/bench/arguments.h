/* The arguments of the benchmarks: --name value, any number of them. */
#ifndef NTKW_BENCH_ARGUMENTS_H
#define NTKW_BENCH_ARGUMENTS_H

#include <stdbool.h>

/* One option, and where its value goes: one of the three is set. */
typedef struct bench_option {
  const char *name;
  double *number;
  int *count;
  const char **text; /* a pointer into argv */
} bench_option;

/* Read argv[1] and on; what is not given stays as it is. false: an unknown name, or a name without a value. */
bool read_arguments(int argc, char **argv, const bench_option *options, int n);

#endif
