/* Inner products by exact sums equal those of MPFR, rounded once, for all kinds of inputs and types. They do not depend
 * on the pieces in which values are added. */
#include "harness.h"
#include "inputs.h"
#include "ntkw/sum.h"

#include <math.h>
#include <mpfr.h>

enum { MOST = 400, EXACT_BITS = 4400 };

static double as_number(const void *values, size_t i, ntkw_dtype dtype) {
  return dtype == NTKW_FLOAT32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

/* Compute the inner product by MPFR, rounded once, also to a subnormal double. Returns the number of products that are
 * not finite. */
static int64_t product_by_mpfr(const void *a, const void *b, size_t n, ntkw_dtype dtype, double *value) {
  mpfr_t sum, term;
  int64_t not_finite = 0;
  mpfr_init2(sum, EXACT_BITS);
  mpfr_init2(term, 128);
  mpfr_set_zero(sum, 1);
  for (size_t i = 0; i < n; i++) {
    const double x = as_number(a, i, dtype), y = as_number(b, i, dtype);
    if (!isfinite(x) || !isfinite(y)) {
      not_finite++;
      continue;
    }
    mpfr_set_d(term, x, MPFR_RNDN);
    mpfr_mul_d(term, term, y, MPFR_RNDN);
    CHECK(mpfr_add(sum, sum, term, MPFR_RNDN) == 0);
  }
  *value = mpfr_get_d(sum, MPFR_RNDN) + 0.0; /* no -0 */
  mpfr_clear(sum);
  mpfr_clear(term);
  return not_finite;
}

/* Choose b so that most of the sum cancels: the second half of the products nearly repeats the first, negated. */
static void make_cancel(void *a, void *b, size_t n, ntkw_dtype dtype) {
  const size_t half = n / 2;
  for (size_t i = 0; i < half; i++) {
    if (dtype == NTKW_FLOAT32) {
      ((float *)a)[half + i] = -((float *)b)[i];
      ((float *)b)[half + i] = ((float *)a)[i];
    } else {
      ((double *)a)[half + i] = -((double *)b)[i];
      ((double *)b)[half + i] = ((double *)a)[i];
    }
  }
}

static void compare(int kind, size_t n, ntkw_dtype dtype, ntkw_dtype range, bool cancel, uint64_t *state) {
  static double a[MOST], b[MOST];
  ntkw_sum positive, negative, half[2];
  double expected;
  input_fill(kind, a, n, dtype, state);
  input_fill((kind + (int)(*state % 3)) % input_kinds(), b, n, dtype, state);
  if (cancel) make_cancel(a, b, n, dtype);
  const int64_t not_finite = product_by_mpfr(a, b, n, dtype, &expected);
  ntkw_sum_zero(&positive, range);
  ntkw_sum_zero(&negative, range);
  CHECK_OK(ntkw_sum_add_products(&positive, &negative, a, b, n, dtype));
  CHECK_EQUAL_INT(positive.not_finite, not_finite);
  CHECK_EQUAL_INT(positive.count, n);
  CHECK_EQUAL_DOUBLE(ntkw_sum_difference(&positive, &negative), expected);
  CHECK_EQUAL_DOUBLE(ntkw_sum_difference(&negative, &positive) + 0.0, -expected + 0.0);
  for (int s = 0; s < 2; s++) ntkw_sum_zero(&half[s], range);
  const size_t cut = n / 3, width = input_width(dtype);
  CHECK_OK(ntkw_sum_add_products(&half[0], &half[1], (char *)a + cut * width, (char *)b + cut * width, n - cut, dtype));
  CHECK_OK(ntkw_sum_add_products(&half[0], &half[1], a, b, cut, dtype));
  CHECK_EQUAL_DOUBLE(ntkw_sum_difference(&half[0], &half[1]), expected);
}

static void they_are_rounded_once(void) {
  static const size_t counts[] = {0, 1, 1, 2, 2, 3, 6, 17, 100, MOST};
  uint64_t state = 5;
  for (int kind = 0; kind < input_kinds(); kind++)
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
      for (int repeat = 0; repeat < 6; repeat++) {
        compare(kind, counts[i], NTKW_FLOAT64, NTKW_FLOAT64, repeat % 2, &state);
        compare(kind, counts[i], NTKW_FLOAT32, repeat < 3 ? NTKW_FLOAT32 : NTKW_FLOAT64, repeat % 2, &state);
      }
}

/* 0x3c00 and 0xc000 are 1 and -2 in float16; 0x3f80 and 0xc000 in bfloat16. */
static void of_sixteen_bits_too(void) {
  static const uint16_t a[2][3] = {{0x3c00, 0x3c00, 0xc000}, {0x3f80, 0x3f80, 0xc000}};
  for (int type = 0; type < 2; type++) {
    ntkw_sum positive, negative;
    ntkw_sum_zero(&positive, NTKW_FLOAT32);
    ntkw_sum_zero(&negative, NTKW_FLOAT64); /* ranges may differ */
    CHECK_OK(ntkw_sum_add_products(&positive, &negative, a[type], a[type] + 1, 2, type ? NTKW_BFLOAT16 : NTKW_FLOAT16));
    CHECK_EQUAL_DOUBLE(ntkw_sum_difference(&positive, &negative), 1.0 - 2.0);
  }
}

static void wrong_arguments_are_named(void) {
  ntkw_sum a, b;
  const double x[1] = {1.0};
  ntkw_sum_zero(&a, NTKW_FLOAT64);
  ntkw_sum_zero(&b, NTKW_FLOAT32);
  CHECK_STATUS(ntkw_sum_add_products(NULL, &b, x, x, 1, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_sum_add_products(&a, NULL, x, x, 1, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_sum_add_products(&a, &a, x, x, 1, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_sum_add_products(&a, &b, x, x, 1, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "narrower");
  CHECK_STATUS(ntkw_sum_add_products(&a, &b, x, NULL, 1, NTKW_FLOAT32), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "b is NULL");
  CHECK_OK(ntkw_sum_add_products(&a, &b, NULL, NULL, 0, NTKW_FLOAT32));
  CHECK(isnan(ntkw_sum_difference(NULL, &a)) && isnan(ntkw_sum_difference(&a, NULL)));
  CHECK_EQUAL_INT(a.count, 0);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(they_are_rounded_once), TEST(of_sixteen_bits_too),
                                    TEST(wrong_arguments_are_named)};
  return run_suite("products", cases, sizeof cases / sizeof *cases, argc, argv);
}
