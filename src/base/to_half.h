/* Round a double once to 16 bits. A conversion through float32 would round twice. All functions are local. */
#ifndef NTKW_BASE_TO_HALF_H
#define NTKW_BASE_TO_HALF_H

#include <stdint.h>
#include <string.h>

enum { NTKW_I_DOUBLE_FRACTION = 52, NTKW_I_DOUBLE_BIAS = 1023 };

static inline uint64_t ntkw_i_double_bits(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* 2^exponent, for exponents of normal doubles. */
static inline double ntkw_i_double_power(int exponent) {
  const uint64_t bits = (uint64_t)(exponent + NTKW_I_DOUBLE_BIAS) << NTKW_I_DOUBLE_FRACTION;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* value as IEEE 754 rounds it, to nearest, ties to even, to a format of one sign bit, so many bits of exponent and so
 * many of fraction. A NaN becomes the quiet one without sign. Without branches, so that compilers make vector
 * instructions of it. Call it in the default floating-point environment. */
static inline uint16_t ntkw_i_to_half(double value, int fraction, int exponent) {
  const int bias = (1 << (exponent - 1)) - 1, dropped = NTKW_I_DOUBLE_FRACTION - fraction;
  const uint64_t bits = ntkw_i_double_bits(value), magnitude = bits & (UINT64_MAX >> 1);
  const uint64_t infinity = (((uint64_t)1 << exponent) - 1) << fraction, quiet = (uint64_t)1 << (fraction - 1);
  /* Normal: add half of what is dropped, less one unless the last bit kept is odd; a carry may reach the exponent. */
  const uint64_t even = ((uint64_t)1 << (dropped - 1)) - 1 + (magnitude >> dropped & 1);
  const uint64_t normal = ((magnitude + even) >> dropped) - ((uint64_t)(NTKW_I_DOUBLE_BIAS - bias) << fraction);
  /* Subnormal: added to a number whose last bit weighs what the format's last bit does, the value is rounded to it. */
  const double grid = ntkw_i_double_power(1 - bias - fraction + NTKW_I_DOUBLE_FRACTION);
  double positive;
  memcpy(&positive, &magnitude, sizeof positive);
  const uint64_t subnormal = ntkw_i_double_bits(positive + grid) - ntkw_i_double_bits(grid);
  const uint64_t least_normal = ntkw_i_double_bits(ntkw_i_double_power(1 - bias));
  const uint64_t finite = magnitude < least_normal ? subnormal : normal < infinity ? normal : infinity;
  const uint64_t sign = bits >> 63 << 15;
  return (uint16_t)(magnitude > (uint64_t)0x7ff << NTKW_I_DOUBLE_FRACTION ? infinity | quiet : sign | finite);
}

#endif
