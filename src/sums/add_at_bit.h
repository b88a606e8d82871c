/* Add numbers to limbs at any bit. Each limb grows by less than 2^32 per number. All functions are local. */
#ifndef NTKW_SUMS_ADD_AT_BIT_H
#define NTKW_SUMS_ADD_AT_BIT_H

#include "sums/kernel.h"

/* Add number * 2^place to three limbs. place counts bits from the lowest bit of limbs[0]. */
static inline void ntkw_i_add_at_bit(int64_t *limbs, unsigned place, uint64_t number) {
  int64_t *at = limbs + place / NTKW_I_LIMB_BITS;
  const unsigned shift = place % NTKW_I_LIMB_BITS;
  const uint64_t low = number << shift, beyond = number >> 1 >> (63 - shift);
  at[0] += (uint32_t)low;
  at[1] += (uint32_t)(low >> 32);
  at[2] += (uint32_t)beyond;
}

/* The same for a number of 128 bits. A shift by up to 31 bits makes it 159 bits, so it goes to five limbs. Parts that
 * fall into the same limb are added and carried first, because a limb may grow by less than 2^32. */
static inline void ntkw_i_add_wide_at_bit(int64_t *limbs, unsigned place, ntkw_i_uint128 number) {
  int64_t *at = limbs + place / NTKW_I_LIMB_BITS;
  const unsigned shift = place % NTKW_I_LIMB_BITS;
  const uint64_t first = (uint64_t)number, second = (uint32_t)(number >> 64), third = (uint64_t)(number >> 96);
  const uint64_t low = first << shift;
  const uint64_t middle = (second << shift) + (first >> 1 >> (63 - shift));
  const uint64_t high = (third << shift) + (middle >> 32);
  at[0] += (uint32_t)low;
  at[1] += (uint32_t)(low >> 32);
  at[2] += (uint32_t)middle;
  at[3] += (uint32_t)high;
  at[4] += (uint32_t)(high >> 32);
}

#endif
