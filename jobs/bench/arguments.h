/* The arguments of the benchmarks: --name value, any number of them. */
#ifndef NTKW_BENCH_ARGUMENTS_H
#define NTKW_BENCH_ARGUMENTS_H

#include <stdbool.h>

/* An option and the variable for its value. Exactly one of the three pointers is set. */
typedef struct bench_option {
  const char *name;
  double *number;
  int *count;
  const char **text; /* a pointer into argv */
} bench_option;

/* Read the options from argv[1] on. Variables of options that are not given keep their values. Returns false at an
 * unknown name or a name without a value. */
bool read_arguments(int argc, char **argv, const bench_option *options, int n);

#endif
