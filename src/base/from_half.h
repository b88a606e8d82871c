/* Convert float16 and bfloat16 to float32, exactly. Each set of kernels compiles this for its instructions. All
 * functions are local. */
#ifndef NTKW_BASE_FROM_HALF_H
#define NTKW_BASE_FROM_HALF_H

#include "ntkw/dtype.h"
#include "ntkw/status.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
  NTKW_I_HALF_SIGN = 0x8000,
  NTKW_I_HALF_LEAST_NORMAL = 0x400,
  NTKW_I_HALF_INFINITE = 0x7c00,
  NTKW_I_HALF_FRACTION_SHIFT = 23 - 10,                /* from the fraction of float16 to that of float32 */
  NTKW_I_HALF_EXPONENT_SHIFT = (127 - 15) * (1 << 23), /* from the exponent's bias to the other */
};

static inline uint32_t ntkw_i_bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline float ntkw_i_float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Chosen without branches, so that compilers make vector instructions of it. The product for subnormals is exact and
 * normal; what it is for others is not used. */
static inline uint32_t ntkw_i_from_float16(uint16_t half) {
  const uint32_t magnitude = half & (NTKW_I_HALF_SIGN - 1u), sign = (uint32_t)(half & NTKW_I_HALF_SIGN) << 16;
  const uint32_t normal = (magnitude << NTKW_I_HALF_FRACTION_SHIFT) + NTKW_I_HALF_EXPONENT_SHIFT;
  const uint32_t subnormal = ntkw_i_bits_of((float)(int32_t)magnitude * 0x1p-24f);
  const uint32_t not_finite = normal + NTKW_I_HALF_EXPONENT_SHIFT;
  const uint32_t finite = magnitude < NTKW_I_HALF_LEAST_NORMAL ? subnormal : normal;
  return sign | (magnitude < NTKW_I_HALF_INFINITE ? finite : not_finite);
}

/* dtype is NTKW_FLOAT16 or NTKW_BFLOAT16. NaN and Inf stay what they are. Does not depend on the floating-point
 * environment. */
static void ntkw_i_from_half(float *restrict to, const void *restrict from, size_t count, ntkw_dtype dtype) {
  const uint16_t *halves = from;
  if (dtype == NTKW_FLOAT16)
    for (size_t i = 0; i < count; i++) to[i] = ntkw_i_float_of(ntkw_i_from_float16(halves[i]));
  else
    for (size_t i = 0; i < count; i++) to[i] = ntkw_i_float_of((uint32_t)halves[i] << 16);
}

#endif
