/* The portable kernels: integer arithmetic on the bits of the values, so that rounding mode, flush-to-zero and
 * denormals-are-zero cannot matter.
 *
 * Magnitudes, and squares of fewer than MANY values, are added to the limbs one by one. Squares of more values are
 * first summed by exponent, in one 64-bit integer for each exponent of float32 and one 128-bit integer for each four
 * exponents of float64. This takes one addition to memory instead of three to five, and neighbouring values do not wait
 * for each other. */
#include "sums/kernel.h"
#include "sums/parts.h"
#include "sums/add_at_bit.h"
#include "base/from_half.h"

#include <string.h>

/* Position of the lowest bit of a magnitude or square with exponent 0, in bits above the lowest bit of limbs[0]. */
enum {
  MAGNITUDE_FLOAT32 = -BIAS_FLOAT32 - NTKW_I_BASE_FLOAT32,
  MAGNITUDE_FLOAT64 = -BIAS_FLOAT64 - NTKW_I_BASE_FLOAT64,
  SQUARE_FLOAT32 = -2 * BIAS_FLOAT32 - NTKW_I_BASE_FLOAT32,
  SQUARE_FLOAT64 = -2 * BIAS_FLOAT64 - NTKW_I_BASE_FLOAT64
};

enum {
  GROUP = 4,           /* exponents of float64 that share an integer; shifted, mantissas have up to 56 bits */
  MANY = 1024,         /* from this count on, summing by exponent is faster */
  PIECE_MAX = 1 << 15, /* values whose squares, of 48 or 112 bits, can be summed in 64 or 128 bits */
};

/* Add a square to the sum of its exponent. Returns 1 if the value is not finite; that sum is never read. */
static inline int64_t sum_square_float32(uint64_t *sums, const char *value) {
  uint32_t bits;
  memcpy(&bits, value, sizeof bits);
  const unsigned field = (bits >> 23) & 0xff;
  const uint64_t mantissa = (bits & 0x7fffff) | (unsigned)(field != 0) << 23;
  sums[field] += mantissa * mantissa;
  return field == NOT_FINITE_FLOAT32;
}

/* Neighbouring values go to different tables, because two of the same exponent would wait for each other's stores. */
static int64_t many_squares_float32(int64_t *limbs, const char *values, size_t count) {
  uint64_t even[NOT_FINITE_FLOAT32 + 1] = {0}, odd[NOT_FINITE_FLOAT32 + 1] = {0};
  int64_t not_finite = 0;
  for (size_t i = 0; i + 1 < count; i += 2) {
    not_finite += sum_square_float32(even, values + i * sizeof(float));
    not_finite += sum_square_float32(odd, values + (i + 1) * sizeof(float));
  }
  if (count % 2 != 0) not_finite += sum_square_float32(even, values + (count - 1) * sizeof(float));
  for (unsigned field = 0; field < NOT_FINITE_FLOAT32; field++) {
    const uint64_t sum = even[field] + odd[field];
    if (sum != 0) ntkw_i_add_at_bit(limbs, 2 * (field + (field == 0)) + SQUARE_FLOAT32, sum);
  }
  return not_finite;
}

/* The same for float64, with one sum for each GROUP exponents. Values that are not finite are skipped, because the last
 * group also holds finite values. */
static inline int64_t sum_square_float64(ntkw_i_uint128 *sums, const char *value) {
  parts value_parts;
  if (!split_float64(value, &value_parts)) return 1;
  const uint64_t mantissa = value_parts.mantissa << value_parts.exponent % GROUP;
  sums[value_parts.exponent / GROUP] += (ntkw_i_uint128)mantissa * mantissa;
  return 0;
}

static int64_t many_squares_float64(int64_t *limbs, const char *values, size_t count) {
  enum { GROUPS = (NOT_FINITE_FLOAT64 + 1) / GROUP };
  ntkw_i_uint128 even[GROUPS] = {0}, odd[GROUPS] = {0};
  int64_t not_finite = 0;
  for (size_t i = 0; i + 1 < count; i += 2) {
    not_finite += sum_square_float64(even, values + i * sizeof(double));
    not_finite += sum_square_float64(odd, values + (i + 1) * sizeof(double));
  }
  if (count % 2 != 0) not_finite += sum_square_float64(even, values + (count - 1) * sizeof(double));
  for (unsigned g = 0; g < GROUPS; g++) {
    const ntkw_i_uint128 sum = even[g] + odd[g];
    if (sum != 0) ntkw_i_add_wide_at_bit(limbs, 2 * GROUP * g + SQUARE_FLOAT64, sum);
  }
  return not_finite;
}

static int64_t few_squares_float32(int64_t *limbs, const char *values, size_t count) {
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    parts value_parts;
    if (split_float32(values + i * sizeof(float), &value_parts))
      ntkw_i_add_at_bit(limbs, 2 * value_parts.exponent + SQUARE_FLOAT32, value_parts.mantissa * value_parts.mantissa);
    else
      not_finite++;
  }
  return not_finite;
}

static int64_t few_squares_float64(int64_t *limbs, const char *values, size_t count) {
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    parts value_parts;
    if (split_float64(values + i * sizeof(double), &value_parts))
      ntkw_i_add_wide_at_bit(limbs, 2 * value_parts.exponent + SQUARE_FLOAT64,
                             (ntkw_i_uint128)value_parts.mantissa * value_parts.mantissa);
    else
      not_finite++;
  }
  return not_finite;
}

static int64_t squares_float32(int64_t *limbs, const void *values, size_t count) {
  int64_t not_finite = 0;
  const char *at = values;
  for (size_t piece; count >= MANY; at += piece * sizeof(float), count -= piece) {
    piece = count < PIECE_MAX ? count : PIECE_MAX;
    not_finite += many_squares_float32(limbs, at, piece);
  }
  return not_finite + few_squares_float32(limbs, at, count);
}

static int64_t squares_float64(int64_t *limbs, const void *values, size_t count) {
  int64_t not_finite = 0;
  const char *at = values;
  for (size_t piece; count >= MANY; at += piece * sizeof(double), count -= piece) {
    piece = count < PIECE_MAX ? count : PIECE_MAX;
    not_finite += many_squares_float64(limbs, at, piece);
  }
  return not_finite + few_squares_float64(limbs, at, count);
}

static int64_t magnitudes_float32(int64_t *limbs, const void *values, size_t count) {
  const char *bytes = values;
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    parts value_parts;
    if (split_float32(bytes + i * sizeof(float), &value_parts))
      ntkw_i_add_at_bit(limbs, value_parts.exponent + MAGNITUDE_FLOAT32, value_parts.mantissa);
    else
      not_finite++;
  }
  return not_finite;
}

static int64_t magnitudes_float64(int64_t *limbs, const void *values, size_t count) {
  const char *bytes = values;
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    parts value_parts;
    if (split_float64(bytes + i * sizeof(double), &value_parts))
      ntkw_i_add_at_bit(limbs, value_parts.exponent + MAGNITUDE_FLOAT64, value_parts.mantissa);
    else
      not_finite++;
  }
  return not_finite;
}

const ntkw_i_sum_kernels ntkw_i_sum_portable = {
    .from_half = ntkw_i_from_half,
    .squares = {[NTKW_FLOAT32] = squares_float32, [NTKW_FLOAT64] = squares_float64},
    .magnitudes = {[NTKW_FLOAT32] = magnitudes_float32, [NTKW_FLOAT64] = magnitudes_float64},
};
