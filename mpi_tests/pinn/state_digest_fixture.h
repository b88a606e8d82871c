/* Comparison of digests of a state. */
#ifndef STATE_DIGEST_FIXTURE_H
#define STATE_DIGEST_FIXTURE_H

#include <string.h>
#include "pinn/state/state_digest.h"

/* Index of the first tensor that differs in name or value; -1: none. */
static inline int state_digest_first_difference(const state_digest *a, const state_digest *b) {
  for (int i = 0; i < a->n && i < b->n; i++)
    if (a->tensors[i].value != b->tensors[i].value || strcmp(a->tensors[i].name, b->tensors[i].name) != 0) return i;
  return a->n == b->n ? -1 : (a->n < b->n ? a->n : b->n);
}

#endif
