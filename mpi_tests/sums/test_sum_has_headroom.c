/* No limb overflows, neither in the additions between two carries nor in a sum over 2^31 ranks. */
#include "harness.h"
#include "inputs.h"
#include "oracle.h"

#include <math.h>

static void compare_limbs(const int64_t *limbs, ntkw_dtype range, oracle *o, const char *name) {
  ntkw_sum sum;
  ntkw_sum_zero(&sum, range);
  ntkw_sum_from_limbs(&sum, limbs);
  oracle_zero(o);
  oracle_add_limbs(o, limbs, range);
  CHECK_RESULTS(sum_results(&sum), oracle_results(o), name);
  ntkw_sum_normalise(&sum);
  CHECK_RESULTS(sum_results(&sum), oracle_results(o), name);
  for (int k = 0; k + 1 < ntkw_sum_limbs(range); k++) CHECK(sum.limb[k] >= 0 && sum.limb[k] < INT64_C(1) << 32);
}

/* Random limbs up to 2^63 - 1, even where a sum of values cannot have bits. The highest limbs are zero, so that sums of
 * all sizes occur. */
static void random_limbs(void) {
  oracle o;
  oracle_begin(&o);
  uint64_t state = 1;
  for (int range = NTKW_FLOAT32; range <= NTKW_FLOAT64; range++)
    for (int i = 0; i < 2000; i++) {
      int64_t limbs[NTKW_SUM_LIMBS_MAX] = {0};
      const int used = 1 + (int)(random_bits(&state) % (uint64_t)ntkw_sum_limbs((ntkw_dtype)range));
      const int width = (int)(random_bits(&state) % 63);
      for (int k = used - 1 - i % 8; k < used; k++)
        if (k >= 0) limbs[k] = (int64_t)(random_bits(&state) >> (1 + width));
      compare_limbs(limbs, (ntkw_dtype)range, &o, "random limbs");
    }
  oracle_end(&o);
}

/* Subnormal roots with every number of bits, half way between two doubles. No sum of squares of doubles has such a
 * root, but random limbs can. The root of n^2 2^-2150 is rounded to a multiple of 2^-1074. */
static void subnormal_roots_half_way(void) {
  oracle o;
  oracle_begin(&o);
  uint64_t state = 2;
  for (int bits = 1; bits <= 32; bits++) {
    const uint64_t n = random_bits(&state) >> (64 - bits) | 1, square = n * n, place = 2176 - 2150;
    int64_t limbs[NTKW_SUM_LIMBS_MAX] = {(int64_t)(square << place & UINT32_MAX)};
    limbs[1] = (int64_t)(square >> (32 - place));
    compare_limbs(limbs, NTKW_FLOAT64, &o, "subnormal root half way");
    limbs[0]++;
    compare_limbs(limbs, NTKW_FLOAT64, &o, "subnormal root above half way");
    limbs[0] -= 2;
    if (limbs[0] >= 0) compare_limbs(limbs, NTKW_FLOAT64, &o, "subnormal root below half way");
  }
  oracle_end(&o);
}

/* With the largest normalised limbs on each of 2^31 ranks, MPI_SUM stays below 2^63. */
static void sum_over_ranks(void) {
  oracle o;
  oracle_begin(&o);
  const int64_t ranks = INT64_C(1) << 31, full = (INT64_C(1) << 32) - 1;
  for (int range = NTKW_FLOAT32; range <= NTKW_FLOAT64; range++) {
    int64_t limbs[NTKW_SUM_LIMBS_MAX];
    for (int k = 0; k < NTKW_SUM_LIMBS_MAX; k++) limbs[k] = full * ranks;
    compare_limbs(limbs, (ntkw_dtype)range, &o, "2^31 ranks with full limbs");
    for (int k = 0; k < NTKW_SUM_LIMBS_MAX; k++) limbs[k] = INT64_MAX;
    compare_limbs(limbs, (ntkw_dtype)range, &o, "full limbs");
  }
  oracle_end(&o);
}

/* A sum of 2^62 of the largest squares, 2^31 on each of 2^31 ranks, fits its limbs. It is made by 62 doublings. */
static void largest_squares(void) {
  static const struct {
    ntkw_dtype dtype, range;
  } pairs[] = {{NTKW_FLOAT32, NTKW_FLOAT32}, {NTKW_FLOAT32, NTKW_FLOAT64}, {NTKW_FLOAT64, NTKW_FLOAT64}};
  const double largest64 = 0x1.fffffffffffffp1023;
  const float largest32 = 0x1.fffffep127f;
  for (int p = 0; p < 3; p++) {
    const void *largest = pairs[p].dtype == NTKW_FLOAT32 ? (const void *)&largest32 : (const void *)&largest64;
    ntkw_sum sum;
    ntkw_sum_zero(&sum, pairs[p].range);
    CHECK_OK(ntkw_sum_add_squares(&sum, largest, 1, pairs[p].dtype));
    double mantissa, doubled_mantissa;
    int exponent, doubled_exponent;
    ntkw_sum_split(&sum, &mantissa, &exponent);
    for (int i = 0; i < 62; i++) CHECK_OK(ntkw_sum_merge(&sum, &sum));
    ntkw_sum_normalise(&sum);
    CHECK(sum.limb[ntkw_sum_limbs(sum.range) - 1] < INT64_C(1) << 32);
    ntkw_sum_split(&sum, &doubled_mantissa, &doubled_exponent);
    CHECK_EQUAL_DOUBLE(doubled_mantissa, mantissa);
    CHECK_EQUAL_INT(doubled_exponent, exponent + 62);
    CHECK_EQUAL_INT(sum.count, INT64_C(1) << 62);
  }
}

/* Begins with the state of a sum after 2^30 - 40 additions that filled every limb. It must carry before a limb
 * overflows in further additions. */
static void carry_comes_in_time(void) {
  enum { MORE = 100 };
  oracle o;
  oracle_begin(&o);
  uint64_t state = 4;
  double values[MORE];
  for (int kind = 0; kind < input_kinds(); kind++) {
    ntkw_sum sum;
    ntkw_sum_zero(&sum, NTKW_FLOAT64);
    sum.pending = (INT64_C(1) << 30) - 40;
    for (int k = 0; k < NTKW_SUM_LIMBS_FLOAT64 - 1; k++) sum.limb[k] = (sum.pending + 1) * UINT32_MAX;
    ntkw_sum other = sum;
    oracle_zero(&o);
    oracle_add_limbs(&o, sum.limb, NTKW_FLOAT64);
    input_fill(kind, values, MORE, NTKW_FLOAT64, &state);
    CHECK_OK(ntkw_sum_add_squares(&sum, values, MORE, NTKW_FLOAT64));
    CHECK(sum.pending <= MORE);
    oracle_add(&o, SQUARES, values, MORE, NTKW_FLOAT64);
    CHECK_RESULTS(sum_results(&sum), oracle_results(&o), input_name(kind));
    oracle_add_limbs(&o, other.limb, NTKW_FLOAT64);
    CHECK_OK(ntkw_sum_merge(&other, &sum));
    CHECK_RESULTS(sum_results(&other), oracle_results(&o), input_name(kind));
  }
  oracle_end(&o);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(random_limbs), TEST(subnormal_roots_half_way), TEST(sum_over_ranks),
                                    TEST(largest_squares), TEST(carry_comes_in_time)};
  return run_suite("sum has headroom", cases, sizeof cases / sizeof *cases, argc, argv);
}
