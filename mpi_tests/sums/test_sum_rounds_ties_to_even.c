/* Sums and roots exactly half way between two doubles are rounded to the even one. With the smallest possible addition
 * they are rounded up. */
#include "harness.h"
#include "oracle.h"

#include <math.h>

__extension__ typedef unsigned __int128 uint128;

/* The integer root of n < 2^108, by integer arithmetic. */
static uint64_t integer_root(uint128 n) {
  uint64_t root = 0;
  for (uint64_t bit = UINT64_C(1) << 53; bit != 0; bit >>= 1)
    if ((uint128)(root | bit) * (root | bit) <= n) root |= bit;
  return root;
}

/* Add n * 4^scale to both, as a sum of a few squares, each the largest that fits into the rest. */
static void add_number(ntkw_sum *sum, oracle *o, uint128 n, int scale) {
  while (n != 0) {
    uint64_t root = integer_root(n);
    if (root >> 53 != 0) root &= ~UINT64_C(1); /* must be a double */
    const double x = ldexp((double)root, scale);
    CHECK_OK(ntkw_sum_add_squares(sum, &x, 1, NTKW_FLOAT64));
    oracle_add(o, SQUARES, &x, 1, NTKW_FLOAT64);
    n -= (uint128)root * root;
  }
}

static const double tiny = 0x1p-1074; /* its square is the smallest summand */

/* Check the sum n * 4^scale (*at) and the same with the smallest summand added (*above). */
static void check_about(oracle *o, uint128 n, int scale, const char *name, results *at, results *above) {
  ntkw_sum sum;
  ntkw_sum_zero(&sum, NTKW_FLOAT64);
  oracle_zero(o);
  add_number(&sum, o, n, scale);
  *at = sum_results(&sum);
  CHECK_RESULTS(*at, oracle_results(o), name);
  CHECK_OK(ntkw_sum_add_squares(&sum, &tiny, 1, NTKW_FLOAT64));
  oracle_add(o, SQUARES, &tiny, 1, NTKW_FLOAT64);
  *above = sum_results(&sum);
  CHECK_RESULTS(*above, oracle_results(o), name);
}

/* A random odd number of `bits` bits. */
static uint64_t odd_number(int bits, uint64_t *state) {
  return random_bits(state) >> (64 - bits) | UINT64_C(1) << (bits - 1) | 1;
}

static void values_half_way(void) {
  uint64_t state = 1;
  oracle o;
  oracle_begin(&o);
  for (int i = 0; i < 1000; i++) {
    const uint64_t n = odd_number(54, &state);
    const int scale = (int)(random_bits(&state) % 900) - 480;
    results at, above;
    check_about(&o, (uint128)n, scale, "value half way", &at, &above);
    const uint64_t even = n & 2 ? n + 1 : n - 1;
    CHECK_EQUAL_DOUBLE(at.value, ldexp((double)even, 2 * scale));
    CHECK_EQUAL_DOUBLE(above.value, ldexp((double)(n + 1), 2 * scale));
  }
  oracle_end(&o);
}

/* Subnormal values of 1 to 53 bits. Half a unit in the last place is 2^-1075, an odd power of two. Sums are multiples
 * of a power of four, so the sum is 2 n 4^-538. */
static void subnormal_values_half_way(void) {
  uint64_t state = 2;
  oracle o;
  oracle_begin(&o);
  for (int bits = 1; bits <= 53; bits++) {
    const uint64_t n = odd_number(bits, &state);
    results at, above;
    check_about(&o, (uint128)n * 2, -538, "subnormal value half way", &at, &above);
    const uint64_t even = n & 2 ? n + 1 : n - 1;
    CHECK_EQUAL_DOUBLE(at.value, ldexp((double)(even / 2), -1074));
    CHECK_EQUAL_DOUBLE(above.value, ldexp((double)((n + 1) / 2), -1074));
  }
  oracle_end(&o);
}

static void roots_half_way(void) {
  uint64_t state = 3;
  oracle o;
  oracle_begin(&o);
  for (int i = 0; i < 1000; i++) {
    const uint64_t n = odd_number(54, &state);
    const int scale = (int)(random_bits(&state) % 1900) - 980;
    results at, above, below;
    check_about(&o, (uint128)n * n, scale, "root half way", &at, &above);
    const uint64_t even = n & 2 ? n + 1 : n - 1;
    CHECK_EQUAL_DOUBLE(at.root, ldexp((double)even, scale));
    CHECK_EQUAL_DOUBLE(above.root, ldexp((double)(n + 1), scale));
    check_about(&o, (uint128)n * n - 1, scale, "root below half way", &below, &above);
    CHECK_EQUAL_DOUBLE(below.root, ldexp((double)(n - 1), scale));
  }
  oracle_end(&o);
}

/* The largest double plus half a unit in its last place is rounded to Inf, a smaller sum is not. The roots are finite.
 */
static void largest_value(void) {
  oracle o;
  oracle_begin(&o);
  results at, above;
  const uint128 half_way = ((uint128)1 << 54) - 1;
  check_about(&o, half_way, 485, "half way to Inf", &at, &above);
  CHECK_EQUAL_DOUBLE(at.value, INFINITY);
  check_about(&o, (half_way << 50) - 1, 460, "just below half way to Inf", &at, &above);
  CHECK_EQUAL_DOUBLE(at.value, 0x1.fffffffffffffp1023);
  CHECK_EQUAL_DOUBLE(at.root, 0x1p512);
  oracle_end(&o);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(values_half_way), TEST(subnormal_values_half_way), TEST(roots_half_way),
                                    TEST(largest_value)};
  return run_suite("sum rounds ties to even", cases, sizeof cases / sizeof *cases, argc, argv);
}
