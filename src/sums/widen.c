#include "sums/widen.h"

#include <stdint.h>
#include <string.h>

enum {
  SIGN = 0x8000,
  LEAST_NORMAL = 0x400,
  INFINITE = 0x7c00,
  FRACTION_SHIFT = 23 - 10,                /* from the fraction of float16 to that of float32 */
  EXPONENT_SHIFT = (127 - 15) * (1 << 23), /* from the exponent's bias to the other */
};

static inline uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Chosen without branches, so that compilers make vector instructions of it. The product for subnormals is exact and
 * normal; what it is for others is not used. */
static inline uint32_t widen_float16(uint16_t half) {
  const uint32_t magnitude = half & (SIGN - 1u), sign = (uint32_t)(half & SIGN) << 16;
  const uint32_t normal = (magnitude << FRACTION_SHIFT) + EXPONENT_SHIFT;
  const uint32_t subnormal = bits_of((float)(int32_t)magnitude * 0x1p-24f);
  const uint32_t not_finite = normal + EXPONENT_SHIFT;
  const uint32_t finite = magnitude < LEAST_NORMAL ? subnormal : normal;
  return sign | (magnitude < INFINITE ? finite : not_finite);
}

void ntkw_i_widen(float *restrict to, const void *restrict from, size_t count, ntkw_dtype dtype) {
  const uint16_t *halves = from;
  if (dtype == NTKW_FLOAT16)
    for (size_t i = 0; i < count; i++) to[i] = float_of(widen_float16(halves[i]));
  else
    for (size_t i = 0; i < count; i++) to[i] = float_of((uint32_t)halves[i] << 16);
}
