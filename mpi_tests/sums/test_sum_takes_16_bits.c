/* All 65536 values of float16 and of bfloat16 are added exactly, alone and together. The expected values come from the
 * definition of the formats. */
#include "harness.h"
#include "oracle.h"

#include <math.h>

enum { VALUES = 1 << 16 };

static const struct {
  ntkw_dtype dtype;
  int exponent_bits, fraction_bits;
} formats[] = {{NTKW_FLOAT16, 5, 10}, {NTKW_BFLOAT16, 8, 7}};

/* |value| by the definition of the format; Inf also for NaN. */
static double magnitude_of(int format, unsigned bits) {
  const int exponent_bits = formats[format].exponent_bits, fraction_bits = formats[format].fraction_bits;
  const int largest = (1 << exponent_bits) - 1, bias = largest / 2;
  const int exponent = (int)(bits >> fraction_bits) & largest, fraction = (int)bits & ((1 << fraction_bits) - 1);
  if (exponent == largest) return INFINITY;
  if (exponent == 0) return ldexp(fraction, 1 - bias - fraction_bits);
  return ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits);
}

static void check_each(int format, summand what, ntkw_dtype range) {
  for (unsigned bits = 0; bits < VALUES; bits++) {
    const uint16_t value = (uint16_t)bits;
    const double magnitude = magnitude_of(format, bits);
    ntkw_sum sum, expected;
    ntkw_sum_zero(&sum, range);
    ntkw_sum_zero(&expected, NTKW_FLOAT64);
    CHECK_OK(sum_add(&sum, what, &value, 1, formats[format].dtype));
    CHECK_OK(sum_add(&expected, what, &magnitude, 1, NTKW_FLOAT64));
    CHECK_EQUAL_INT(sum.not_finite, expected.not_finite);
    CHECK_EQUAL_DOUBLE(ntkw_sum_value(&sum), ntkw_sum_value(&expected));
  }
}

static void each_value(void) {
  for (int format = 0; format < 2; format++)
    for (int what = SQUARES; what <= MAGNITUDES; what++) {
      check_each(format, (summand)what, formats[format].dtype);
      check_each(format, (summand)what, NTKW_FLOAT64);
    }
}

/* Compare sums of many values, at odd addresses and lengths, with MPFR's sums of the same values as doubles. */
static void all_values_in_a_random_order(void) {
  static uint16_t values[VALUES];
  static double doubles[VALUES];
  uint64_t state = 5;
  oracle o;
  oracle_begin(&o);
  for (int format = 0; format < 2; format++)
    for (int what = SQUARES; what <= MAGNITUDES; what++)
      for (size_t from = 0, count = VALUES; from < 60; from += 7, count = VALUES - 400 * from) {
        for (size_t i = 0; i < count; i++) {
          values[i] = (uint16_t)random_bits(&state);
          doubles[i] = magnitude_of(format, values[i]);
        }
        ntkw_sum sum;
        ntkw_sum_zero(&sum, NTKW_FLOAT16);
        CHECK_EQUAL_INT(sum.range, NTKW_FLOAT32);
        CHECK_OK(sum_add(&sum, (summand)what, values + from, count - from, formats[format].dtype));
        oracle_zero(&o);
        CHECK_EQUAL_INT(sum.not_finite, oracle_add(&o, (summand)what, doubles + from, count - from, NTKW_FLOAT64));
        CHECK_EQUAL_INT(sum.count, count - from);
        CHECK_RESULTS(sum_results(&sum), oracle_results(&o), "16 bits");
      }
  oracle_end(&o);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(each_value), TEST(all_values_in_a_random_order)};
  return run_suite("sum takes 16 bits", cases, sizeof cases / sizeof *cases, argc, argv);
}
