/* The digests that every machine must compute, by case, step and tensor. They are in reference.inc, which `ntkw
 * selftest --print` prints. Print it again when the arithmetic (with its version) or the cases change. */
#ifndef NTKW_CLI_SELFTEST_REFERENCE_H
#define NTKW_CLI_SELFTEST_REFERENCE_H

#include "pinn/state/state_digest.h"

typedef struct selftest_reference {
  int arithmetic_version;
  int n;
  const uint64_t *digests; /* in the order of cases, steps, tensors */
} selftest_reference;

extern const selftest_reference selftest_shipped;

/* A position in the table, which advances with the run. */
typedef struct reference_walk {
  const selftest_reference *reference;
  int next;
} reference_walk;

/* Compare the next digests of the table with those of a step. Local.
 * @param[out] expected  the table's digest of the tensor that differs.
 * @return the first tensor that differs; -1: none. The position moves to the next step. Digests beyond the end of the
 *         table count as 0. */
int reference_compare(reference_walk *walk, const state_digest *digest, uint64_t *expected);

#endif
