/* The portable kernels: integer arithmetic on the bits of the values, so that rounding mode, flush-to-zero and
 * denormals-are-zero cannot matter. */
#include "sums/kernel.h"

#include <string.h>

/* A finite value is mantissa * 2^(exponent - bias), with exponent >= 1 also for subnormals and zeros. */
enum { BIAS_FLOAT32 = 150, BIAS_FLOAT64 = 1075 };

/* Places, in bits above limb 0, of a magnitude or square with exponent 0. */
enum {
  MAGNITUDE_FLOAT32 = -BIAS_FLOAT32 - NTKW_I_BASE_FLOAT32,
  MAGNITUDE_FLOAT64 = -BIAS_FLOAT64 - NTKW_I_BASE_FLOAT64,
  SQUARE_FLOAT32 = -2 * BIAS_FLOAT32 - NTKW_I_BASE_FLOAT32,
  SQUARE_FLOAT64 = -2 * BIAS_FLOAT64 - NTKW_I_BASE_FLOAT64
};

typedef struct parts {
  uint64_t mantissa;
  unsigned exponent;
} parts;

/* The parts of |value|; false if it is not finite. */
static inline int split_float32(const void *value, parts *of) {
  uint32_t bits;
  memcpy(&bits, value, sizeof bits);
  const unsigned field = (bits >> 23) & 0xff;
  const unsigned normal = field != 0;
  of->mantissa = (bits & 0x7fffff) | normal << 23;
  of->exponent = field + !normal;
  return field != 0xff;
}

static inline int split_float64(const void *value, parts *of) {
  uint64_t bits;
  memcpy(&bits, value, sizeof bits);
  const unsigned field = (unsigned)(bits >> 52) & 0x7ff;
  const unsigned normal = field != 0;
  of->mantissa = (bits & 0xfffffffffffff) | (uint64_t)normal << 52;
  of->exponent = field + !normal;
  return field != 0x7ff;
}

/* Add number * 2^place to three limbs. */
static inline void add_at(int64_t *limbs, unsigned place, uint64_t number) {
  int64_t *at = limbs + place / NTKW_I_LIMB_BITS;
  const unsigned shift = place % NTKW_I_LIMB_BITS;
  const uint64_t low = number << shift, beyond = number >> 1 >> (63 - shift);
  at[0] += (uint32_t)low;
  at[1] += (uint32_t)(low >> 32);
  at[2] += (uint32_t)beyond;
}

/* The same for number < 2^106, which has up to 137 bits after the shift: five limbs. Parts that meet in one limb are
 * carried before they are added, as no limb may grow by more than 32 bits. */
static inline void add_wide_at(int64_t *limbs, unsigned place, ntkw_i_uint128 number) {
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

static int64_t squares_float32(int64_t *limbs, const void *values, size_t count) {
  const char *bytes = values;
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    parts of;
    if (split_float32(bytes + i * sizeof(float), &of))
      add_at(limbs, 2 * of.exponent + SQUARE_FLOAT32, of.mantissa * of.mantissa);
    else
      not_finite++;
  }
  return not_finite;
}

static int64_t squares_float64(int64_t *limbs, const void *values, size_t count) {
  const char *bytes = values;
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    parts of;
    if (split_float64(bytes + i * sizeof(double), &of))
      add_wide_at(limbs, 2 * of.exponent + SQUARE_FLOAT64, (ntkw_i_uint128)of.mantissa * of.mantissa);
    else
      not_finite++;
  }
  return not_finite;
}

static int64_t magnitudes_float32(int64_t *limbs, const void *values, size_t count) {
  const char *bytes = values;
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    parts of;
    if (split_float32(bytes + i * sizeof(float), &of))
      add_at(limbs, of.exponent + MAGNITUDE_FLOAT32, of.mantissa);
    else
      not_finite++;
  }
  return not_finite;
}

static int64_t magnitudes_float64(int64_t *limbs, const void *values, size_t count) {
  const char *bytes = values;
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    parts of;
    if (split_float64(bytes + i * sizeof(double), &of))
      add_at(limbs, of.exponent + MAGNITUDE_FLOAT64, of.mantissa);
    else
      not_finite++;
  }
  return not_finite;
}

const ntkw_i_sum_kernels ntkw_i_sum_portable = {
    .squares = {[NTKW_FLOAT32] = squares_float32, [NTKW_FLOAT64] = squares_float64},
    .magnitudes = {[NTKW_FLOAT32] = magnitudes_float32, [NTKW_FLOAT64] = magnitudes_float64},
};
