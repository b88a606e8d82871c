/* A call with a wrong argument gives an error message and leaves the sum unchanged. NaN and Inf are counted, not
 * summed. */
#include "harness.h"
#include "oracle.h"

#include <math.h>

static ntkw_sum filled(ntkw_dtype range) {
  const float values[3] = {3.0f, -4.0f, 12.0f};
  ntkw_sum sum;
  ntkw_sum_zero(&sum, range);
  CHECK_OK(ntkw_sum_add_squares(&sum, values, 3, NTKW_FLOAT32));
  return sum;
}

static void check_rejected(summand what, ntkw_sum sum, const void *values, size_t count, int dtype, const char *part) {
  const ntkw_sum before = sum;
  CHECK_STATUS(sum_add(&sum, what, values, count, (ntkw_dtype)dtype), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), part);
  CHECK_TEXT_HAS(ntkw_last_error(), what == SQUARES ? "ntkw_sum_add_squares" : "ntkw_sum_add_magnitudes");
  CHECK(memcmp(&sum, &before, sizeof sum) == 0);
}

static void values_that_cannot_be_added(void) {
  const double one = 1.0;
  for (int what = SQUARES; what <= MAGNITUDES; what++) {
    check_rejected((summand)what, filled(NTKW_FLOAT32), &one, 1, NTKW_FLOAT64, "narrower");
    check_rejected((summand)what, filled(NTKW_FLOAT64), NULL, 1, NTKW_FLOAT64, "values is NULL");
    check_rejected((summand)what, filled(NTKW_FLOAT64), &one, 1, 4, "dtype is 4");
    check_rejected((summand)what, filled(NTKW_FLOAT64), &one, 1, -1, "dtype is -1");
    CHECK_STATUS(sum_add(NULL, (summand)what, &one, 1, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
    CHECK_TEXT_HAS(ntkw_last_error(), "sum is NULL");
  }
}

static void sums_that_cannot_be_merged(void) {
  ntkw_sum narrow = filled(NTKW_FLOAT32);
  const ntkw_sum wide = filled(NTKW_FLOAT64), before = narrow;
  CHECK_STATUS(ntkw_sum_merge(&narrow, &wide), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "narrower");
  CHECK(memcmp(&narrow, &before, sizeof narrow) == 0);
  CHECK_STATUS(ntkw_sum_merge(&narrow, NULL), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "from is NULL");
  CHECK_STATUS(ntkw_sum_merge(NULL, &wide), NTKW_ERR_ARGUMENT);
}

static void nothing_is_added(void) {
  for (int what = SQUARES; what <= MAGNITUDES; what++) {
    ntkw_sum sum = filled(NTKW_FLOAT64);
    CHECK_OK(sum_add(&sum, (summand)what, NULL, 0, NTKW_FLOAT64));
    CHECK_EQUAL_INT(sum.count, 3);
    CHECK_EQUAL_DOUBLE(ntkw_sum_value(&sum), 169.0);
    CHECK_EQUAL_DOUBLE(ntkw_sum_root(&sum), 13.0);
  }
}

static void empty_sum_is_zero(void) {
  for (int range = NTKW_FLOAT32; range <= NTKW_FLOAT64; range++) {
    ntkw_sum sum;
    memset(&sum, 0xa5, sizeof sum);
    ntkw_sum_zero(&sum, (ntkw_dtype)range);
    const results zero = {0.0, 0.0, 0.0, 0.0, 0, 0};
    CHECK_RESULTS(sum_results(&sum), zero, "empty sum");
    const double zeros[2] = {0.0, -0.0};
    if (range == NTKW_FLOAT64) CHECK_OK(ntkw_sum_add_squares(&sum, zeros, 2, NTKW_FLOAT64));
    CHECK_RESULTS(sum_results(&sum), zero, "sum of signed zeros");
  }
}

static void not_finite_is_counted(void) {
  const double wide[6] = {NAN, 3.0, -INFINITY, 4.0, INFINITY, -NAN};
  const float narrow[6] = {NAN, 3.0f, -INFINITY, 4.0f, INFINITY, -NAN};
  for (int what = SQUARES; what <= MAGNITUDES; what++) {
    ntkw_sum sum;
    ntkw_sum_zero(&sum, NTKW_FLOAT64);
    CHECK_OK(sum_add(&sum, (summand)what, wide, 6, NTKW_FLOAT64));
    CHECK_EQUAL_INT(sum.count, 6);
    CHECK_EQUAL_INT(sum.not_finite, 4);
    CHECK_OK(sum_add(&sum, (summand)what, narrow, 6, NTKW_FLOAT32));
    CHECK_EQUAL_INT(sum.count, 12);
    CHECK_EQUAL_INT(sum.not_finite, 8);
    CHECK_EQUAL_DOUBLE(ntkw_sum_value(&sum), what == SQUARES ? 50.0 : 14.0);
  }
}

static void limbs_of_a_range(void) {
  CHECK_EQUAL_INT(ntkw_sum_limbs(NTKW_FLOAT32), NTKW_SUM_LIMBS_FLOAT32);
  CHECK_EQUAL_INT(ntkw_sum_limbs(NTKW_FLOAT64), NTKW_SUM_LIMBS_FLOAT64);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {
      TEST(values_that_cannot_be_added), TEST(sums_that_cannot_be_merged), TEST(nothing_is_added),
      TEST(empty_sum_is_zero),           TEST(not_finite_is_counted),      TEST(limbs_of_a_range)};
  return run_suite("sum rejects arguments", cases, sizeof cases / sizeof *cases, argc, argv);
}
