#include "oracle.h"
#include "harness.h"

#include <math.h>
#include <stdio.h>

/* From 2^-2176 to 2^2144, whatever the limbs hold. */
enum { EXACT_BITS = 4400 };

void oracle_begin(oracle *o) {
  mpfr_init2(o->sum, EXACT_BITS);
  mpfr_init2(o->term, 128);
  oracle_zero(o);
}

void oracle_end(oracle *o) {
  mpfr_clear(o->sum);
  mpfr_clear(o->term);
}

void oracle_zero(oracle *o) {
  mpfr_set_zero(o->sum, 1);
}

static void add_exactly(oracle *o) {
  const int inexact = mpfr_add(o->sum, o->sum, o->term, MPFR_RNDN);
  if (inexact) check_true(false, "the oracle is exact", __FILE__, __LINE__);
}

int64_t oracle_add(oracle *o, summand what, const void *values, size_t count, ntkw_dtype dtype) {
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    const double x = dtype == NTKW_FLOAT32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
    if (!isfinite(x)) {
      not_finite++;
      continue;
    }
    mpfr_set_d(o->term, x, MPFR_RNDN);
    if (what == SQUARES)
      mpfr_sqr(o->term, o->term, MPFR_RNDN);
    else
      mpfr_abs(o->term, o->term, MPFR_RNDN);
    add_exactly(o);
  }
  return not_finite;
}

void oracle_add_limbs(oracle *o, const int64_t *limbs, ntkw_dtype range) {
  const int base = range == NTKW_FLOAT32 ? -320 : -2176;
  for (int k = 0; k < ntkw_sum_limbs(range); k++) {
    mpfr_set_sj_2exp(o->term, limbs[k], 32 * k + base, MPFR_RNDN);
    add_exactly(o);
  }
}

/* The double nearest to an exact number. once: the number rounded to 53 bits; inexact: the sign of that rounding error.
 */
static double as_double(mpfr_t once, int inexact) {
  const mpfr_exp_t least = mpfr_get_emin(), most = mpfr_get_emax();
  mpfr_set_emin(-1073);
  mpfr_set_emax(1024);
  inexact = mpfr_check_range(once, inexact, MPFR_RNDN);
  mpfr_subnormalize(once, inexact, MPFR_RNDN);
  const double result = mpfr_get_d(once, MPFR_RNDN);
  mpfr_set_emin(least);
  mpfr_set_emax(most);
  return result;
}

results oracle_results(const oracle *o) {
  results of;
  long exponent;
  mpfr_t once;
  mpfr_init2(once, 53);
  int inexact = mpfr_set(once, o->sum, MPFR_RNDN);
  of.mantissa = mpfr_get_d_2exp(&exponent, once, MPFR_RNDN);
  of.exponent = (int)exponent;
  of.value = as_double(once, inexact);
  inexact = mpfr_sqrt(once, o->sum, MPFR_RNDN);
  of.root_mantissa = mpfr_get_d_2exp(&exponent, once, MPFR_RNDN);
  of.root_exponent = (int)exponent;
  of.root = as_double(once, inexact);
  mpfr_clear(once);
  return of;
}

results sum_results(const ntkw_sum *sum) {
  results of = {.value = ntkw_sum_value(sum), .root = ntkw_sum_root(sum)};
  ntkw_sum_split(sum, &of.mantissa, &of.exponent);
  ntkw_sum_root_split(sum, &of.root_mantissa, &of.root_exponent);
  return of;
}

ntkw_status sum_add(ntkw_sum *sum, summand what, const void *values, size_t count, ntkw_dtype dtype) {
  return (what == SQUARES ? ntkw_sum_add_squares : ntkw_sum_add_magnitudes)(sum, values, count, dtype);
}

void check_results(results got, results expected, const char *of, const char *file, int line) {
  char what[160];
#define COMPARE(check, member)                                \
  snprintf(what, sizeof what, "%s: " #member " as MPFR", of); \
  check(got.member, expected.member, what, file, line)
  COMPARE(check_equal_double, value);
  COMPARE(check_equal_double, root);
  COMPARE(check_equal_double, mantissa);
  COMPARE(check_equal_double, root_mantissa);
  COMPARE(check_equal_int, exponent);
  COMPARE(check_equal_int, root_exponent);
#undef COMPARE
}
