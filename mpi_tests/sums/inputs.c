#include "inputs.h"
#include "harness.h"

/* A kind of input: the range of exponent fields (0: subnormals and zeros; 2047 and 255: Inf and NaN) and the fractions.
 */
typedef struct kind {
  const char *name;
  unsigned low64, high64, low32, high32;
  enum { ANY_EXPONENT, ENDS_ONLY } exponents;
  enum { ANY_FRACTION, NO_FRACTION, FULL_FRACTION } fractions;
} kind;

static const kind kinds[] = {
    {"like gradients", 983, 1023, 87, 127, ANY_EXPONENT, ANY_FRACTION},
    {"one binade", 1020, 1020, 120, 120, ANY_EXPONENT, ANY_FRACTION},
    {"any finite", 0, 2046, 0, 254, ANY_EXPONENT, ANY_FRACTION},
    {"subnormals", 0, 0, 0, 0, ANY_EXPONENT, ANY_FRACTION},
    {"zeros", 0, 0, 0, 0, ANY_EXPONENT, NO_FRACTION},
    {"small normal numbers", 26, 28, 1, 3, ANY_EXPONENT, ANY_FRACTION},
    {"large numbers", 2018, 2020, 250, 254, ANY_EXPONENT, ANY_FRACTION},
    {"small and large", 27, 2019, 1, 254, ENDS_ONLY, ANY_FRACTION},
    {"subnormal and large", 0, 2046, 0, 254, ENDS_ONLY, ANY_FRACTION},
    {"largest", 2046, 2046, 254, 254, ANY_EXPONENT, FULL_FRACTION},
    {"full fractions", 0, 2046, 0, 254, ANY_EXPONENT, FULL_FRACTION},
    {"powers of two", 0, 2046, 0, 254, ANY_EXPONENT, NO_FRACTION},
    {"squares about the smallest normal double", 508, 514, 1, 7, ANY_EXPONENT, ANY_FRACTION},
    {"squares about the smallest double", 484, 488, 0, 4, ANY_EXPONENT, ANY_FRACTION},
    {"squares about the largest double", 1531, 1535, 250, 254, ANY_EXPONENT, ANY_FRACTION},
    {"with NaN and Inf", 2040, 2047, 248, 255, ANY_EXPONENT, ANY_FRACTION},
    {"with Inf", 0, 2047, 0, 255, ENDS_ONLY, NO_FRACTION},
};

int input_kinds(void) {
  return (int)(sizeof kinds / sizeof *kinds);
}

const char *input_name(int k) {
  return kinds[k].name;
}

size_t input_width(ntkw_dtype dtype) {
  return dtype == NTKW_FLOAT32 ? sizeof(float) : sizeof(double);
}

static uint64_t field(unsigned low, unsigned high, bool ends_only, uint64_t *state) {
  const uint64_t bits = random_bits(state);
  if (ends_only) return bits & 1 ? low : high;
  return low + bits % (high - low + 1);
}

static uint64_t fraction(const kind *of, int bits, uint64_t *state) {
  if (of->fractions == NO_FRACTION) return 0;
  const uint64_t full = (UINT64_C(1) << bits) - 1;
  return of->fractions == FULL_FRACTION ? full : random_bits(state) & full;
}

void input_fill(int k, void *values, size_t count, ntkw_dtype dtype, uint64_t *state) {
  const kind *of = &kinds[k];
  const bool ends_only = of->exponents == ENDS_ONLY;
  for (size_t i = 0; i < count; i++) {
    const uint64_t sign = random_bits(state) & 1;
    if (dtype == NTKW_FLOAT32) {
      const uint32_t bits =
          (uint32_t)(sign << 31 | field(of->low32, of->high32, ends_only, state) << 23 | fraction(of, 23, state));
      memcpy((float *)values + i, &bits, sizeof bits);
    } else {
      const uint64_t bits = sign << 63 | field(of->low64, of->high64, ends_only, state) << 52 | fraction(of, 52, state);
      memcpy((double *)values + i, &bits, sizeof bits);
    }
  }
}

void input_shuffle(void *values, size_t count, ntkw_dtype dtype, uint64_t *state) {
  const size_t width = input_width(dtype);
  unsigned char *bytes = values, held[sizeof(double)];
  for (size_t i = count; i > 1; i--) {
    unsigned char *a = bytes + (i - 1) * width, *b = bytes + random_bits(state) % i * width;
    memcpy(held, a, width);
    memmove(a, b, width);
    memcpy(b, held, width);
  }
}
