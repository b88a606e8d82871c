/* The limbs of a sum do not depend on the order of the values, the pieces, the order of merging or the range. */
#include "harness.h"
#include "inputs.h"
#include "oracle.h"

#include <stdlib.h>

enum { COUNT = 3000, PIECES = 7 };

static ntkw_sum sum_of(const void *values, size_t count, ntkw_dtype dtype, ntkw_dtype range, summand what) {
  ntkw_sum sum;
  ntkw_sum_zero(&sum, range);
  CHECK_OK(sum_add(&sum, what, values, count, dtype));
  return sum;
}

/* Compare every limb, the counts and the results. */
static void check_same(ntkw_sum a, ntkw_sum b) {
  ntkw_sum_normalise(&a);
  ntkw_sum_normalise(&b);
  CHECK_EQUAL_INT(a.range, b.range);
  CHECK_EQUAL_INT(a.count, b.count);
  CHECK_EQUAL_INT(a.not_finite, b.not_finite);
  CHECK(memcmp(a.limb, b.limb, sizeof(int64_t) * (size_t)ntkw_sum_limbs(a.range)) == 0);
  CHECK_RESULTS(sum_results(&a), sum_results(&b), "two ways to one sum");
}

/* Cut into pieces at random (some are empty), add each to its own sum, merge them from the last to the first. */
static ntkw_sum merged(const char *values, ntkw_dtype dtype, ntkw_dtype range, ntkw_dtype total, summand what,
                       uint64_t *state) {
  ntkw_sum sums[PIECES];
  for (int p = 0; p < PIECES; p++) ntkw_sum_zero(&sums[p], range);
  for (size_t from = 0; from < COUNT;) {
    const size_t longest = 1 + random_bits(state) % 200, left = COUNT - from;
    const size_t count = longest < left ? longest : left;
    CHECK_OK(sum_add(&sums[random_bits(state) % PIECES], what, values + from * input_width(dtype), count, dtype));
    from += count;
  }
  ntkw_sum all;
  ntkw_sum_zero(&all, total);
  for (int p = PIECES; p-- > 0;) CHECK_OK(ntkw_sum_merge(&all, &sums[p]));
  return all;
}

static void in_every_way(ntkw_dtype dtype, ntkw_dtype range, ntkw_dtype total, summand what) {
  static double values[COUNT];
  uint64_t state = 5;
  for (int kind = 0; kind < input_kinds(); kind++) {
    input_fill(kind, values, COUNT, dtype, &state);
    const ntkw_sum at_once = sum_of(values, COUNT, dtype, total, what);
    check_same(at_once, merged((const char *)values, dtype, range, total, what, &state));
    input_shuffle(values, COUNT, dtype, &state);
    check_same(at_once, sum_of(values, COUNT, dtype, total, what));
    check_same(at_once, merged((const char *)values, dtype, range, total, what, &state));
  }
}

static void float32_in_any_order(void) {
  in_every_way(NTKW_FLOAT32, NTKW_FLOAT32, NTKW_FLOAT32, SQUARES);
  in_every_way(NTKW_FLOAT32, NTKW_FLOAT32, NTKW_FLOAT32, MAGNITUDES);
}

static void float64_in_any_order(void) {
  in_every_way(NTKW_FLOAT64, NTKW_FLOAT64, NTKW_FLOAT64, SQUARES);
  in_every_way(NTKW_FLOAT64, NTKW_FLOAT64, NTKW_FLOAT64, MAGNITUDES);
}

static void float32_merged_into_the_wider_range(void) {
  in_every_way(NTKW_FLOAT32, NTKW_FLOAT32, NTKW_FLOAT64, SQUARES);
  in_every_way(NTKW_FLOAT32, NTKW_FLOAT64, NTKW_FLOAT64, MAGNITUDES);
}

static void sum_merged_into_itself(void) {
  double values[COUNT];
  uint64_t state = 6;
  input_fill(2, values, COUNT, NTKW_FLOAT64, &state);
  ntkw_sum once = sum_of(values, COUNT, NTKW_FLOAT64, NTKW_FLOAT64, SQUARES), twice = once;
  CHECK_OK(sum_add(&once, SQUARES, values, COUNT, NTKW_FLOAT64));
  CHECK_OK(ntkw_sum_merge(&twice, &twice));
  check_same(once, twice);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(float32_in_any_order), TEST(float64_in_any_order),
                                    TEST(float32_merged_into_the_wider_range), TEST(sum_merged_into_itself)};
  return run_suite("sum ignores the order", cases, sizeof cases / sizeof *cases, argc, argv);
}
