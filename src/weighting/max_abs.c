#include "weighting/max_abs.h"

#include <string.h>

static int64_t max_abs_float64(const unsigned char *values, size_t count) {
  const int64_t infinity = INT64_C(0x7ff0000000000000);
  int64_t max_abs = 0;
  for (size_t i = 0; i < count; i++) {
    int64_t bits;
    memcpy(&bits, values + i * sizeof bits, sizeof bits);
    bits &= INT64_MAX;
    if (bits < infinity && bits > max_abs) max_abs = bits;
  }
  return max_abs;
}

static int64_t bits_of(double value) {
  int64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* 2^exponent, for exponents of normal doubles. */
static double power_of_two(int exponent) {
  const int64_t bits = (int64_t)(exponent + 1023) << 52;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Exact also where subnormals are flushed: no operand or result here is subnormal. */
static double to_double(int32_t bits, int fraction_bits, int least_exponent) {
  const int32_t fraction = bits & ((INT32_C(1) << fraction_bits) - 1);
  int exponent = bits >> fraction_bits;
  const int32_t mantissa = exponent == 0 ? fraction : fraction | INT32_C(1) << fraction_bits;
  if (exponent > 0) exponent--;
  return (double)mantissa * power_of_two(exponent + least_exponent);
}

static int64_t max_abs_float32(const unsigned char *values, size_t count) {
  const int32_t infinity = INT32_C(0x7f800000);
  int32_t max_abs = 0;
  for (size_t i = 0; i < count; i++) {
    int32_t bits;
    memcpy(&bits, values + i * sizeof bits, sizeof bits);
    bits &= INT32_MAX;
    if (bits < infinity && bits > max_abs) max_abs = bits;
  }
  return bits_of(to_double(max_abs, 23, -149));
}

/* Values of 16 bits, of which fraction_bits are the fraction's. */
static int64_t max_abs_half(const unsigned char *values, size_t count, int fraction_bits, int least_exponent) {
  const int32_t infinity = ((0x8000 >> fraction_bits) - 1) << fraction_bits;
  int32_t max_abs = 0;
  for (size_t i = 0; i < count; i++) {
    uint16_t bits;
    memcpy(&bits, values + i * sizeof bits, sizeof bits);
    const int32_t magnitude = bits & 0x7fff;
    if (magnitude < infinity && magnitude > max_abs) max_abs = magnitude;
  }
  return bits_of(to_double(max_abs, fraction_bits, least_exponent));
}

int64_t ntkw_i_max_abs_bits(const void *values, size_t count, ntkw_dtype dtype) {
  switch (dtype) {
  case NTKW_FLOAT64:
    return max_abs_float64(values, count);
  case NTKW_FLOAT16:
    return max_abs_half(values, count, 10, -24);
  case NTKW_BFLOAT16:
    return max_abs_half(values, count, 7, -133);
  case NTKW_FLOAT32:
  default:
    return max_abs_float32(values, count);
  }
}
