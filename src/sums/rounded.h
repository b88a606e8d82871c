/* All roundings of a sum in one call, from the limbs that a reduction over ranks leaves. */
#ifndef NTKW_SUMS_ROUNDED_H
#define NTKW_SUMS_ROUNDED_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/sum.h"

typedef struct ntkw_i_rounded {
  double value, mantissa; /* as ntkw_sum_value and ntkw_sum_split */
  int exponent;
  double root, root_mantissa; /* as ntkw_sum_root and ntkw_sum_root_split; set only on request */
  int root_exponent;
} ntkw_i_rounded;

/* Round a sum to its value and, if root is true, to its root. Not collective. limbs: as for ntkw_sum_from_limbs,
 * ntkw_sum_limbs(range) numbers, each from 0 to 2^63 - 1. */
void ntkw_i_limbs_round(const int64_t *limbs, ntkw_dtype range, bool root, ntkw_i_rounded *to);

#endif
