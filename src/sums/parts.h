/* Mantissa and exponent of a value, from its bits. */
#ifndef NTKW_SUMS_PARTS_H
#define NTKW_SUMS_PARTS_H

#include <stdint.h>
#include <string.h>

/* A finite value is mantissa * 2^(exponent - bias), with exponent >= 1 also for subnormals and zeros. */
enum { BIAS_FLOAT32 = 150, BIAS_FLOAT64 = 1075 };

/* The exponent fields of NaN and Inf. */
enum { NOT_FINITE_FLOAT32 = 0xff, NOT_FINITE_FLOAT64 = 0x7ff };

typedef struct parts {
  uint64_t mantissa;
  unsigned exponent;
} parts;

/* Split |value| into mantissa and exponent. Returns 0 if value is NaN or Inf, otherwise 1. */
static inline int split_float32(const void *value, parts *found) {
  uint32_t bits;
  memcpy(&bits, value, sizeof bits);
  const unsigned field = (bits >> 23) & 0xff;
  const unsigned normal = field != 0;
  found->mantissa = (bits & 0x7fffff) | normal << 23;
  found->exponent = field + !normal;
  return field != NOT_FINITE_FLOAT32;
}

static inline int split_float64(const void *value, parts *found) {
  uint64_t bits;
  memcpy(&bits, value, sizeof bits);
  const unsigned field = (unsigned)(bits >> 52) & 0x7ff;
  const unsigned normal = field != 0;
  found->mantissa = (bits & 0xfffffffffffff) | (uint64_t)normal << 52;
  found->exponent = field + !normal;
  return field != NOT_FINITE_FLOAT64;
}

#endif
