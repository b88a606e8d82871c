/* Test values for sums, of three kinds. */
#ifndef NTKW_BENCH_GRADIENTS_H
#define NTKW_BENCH_GRADIENTS_H

#include <stddef.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

typedef enum data_kind {
  DATA_PINN,    /* like the gradient of a fully connected network: normal numbers, scaled layer by layer */
  DATA_UNIFORM, /* uniform in (0, 1) */
  DATA_SPREAD,  /* any finite number: all exponents are equally likely */
  DATA_KINDS
} data_kind;

extern const char *const data_names[DATA_KINDS];

/* Fill count floats or doubles. The same numbers in every run. */
void data_fill(data_kind kind, void *values, size_t count, ntkw_dtype dtype);

#endif
