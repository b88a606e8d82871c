/* tanh and sincos have the same bits in every kernel, are close to the values in long double, and keep zeros. */
#include "harness.h"
#include "pinn/arithmetic/kernels.h"

#include <math.h>
#include <stdlib.h>

enum { COUNT = 100000 / PADDING_F32 * PADDING_F32, SPECIAL = 12 };

/* Number i of the test: special values first, then all magnitudes from subnormal to huge. */
static double number(ntkw_dtype precision, int i, uint64_t *state) {
  static const double special[SPECIAL] = {0.0, -0.0, INFINITY, -INFINITY, 1.0,   -1.0,
                                          0.5, 20.0, 1e-300,   1e300,     1e-45, -3.0e38};
  const double size = precision == NTKW_FLOAT64 ? 300 : 36;
  if (i < SPECIAL) return special[i];
  const double value = 2 * random_uniform(state) - 1;
  return i % 2 ? 10 * value : value * pow(10, size * (2 * random_uniform(state) - 1));
}

static void fill(ntkw_dtype precision, void *x) {
  uint64_t state = 3;
  for (int i = 0; i < COUNT; i++)
    if (precision == NTKW_FLOAT64)
      ((double *)x)[i] = number(precision, i, &state);
    else
      ((float *)x)[i] = (float)number(precision, i, &state);
}

static double value_at(ntkw_dtype precision, const void *x, int i) {
  return precision == NTKW_FLOAT64 ? ((const double *)x)[i] : (double)((const float *)x)[i];
}

/* Distance of y from the value in long double, in units in the last place. */
static double error_in_ulps(ntkw_dtype precision, double y, long double exact) {
  const int digits = precision == NTKW_FLOAT64 ? 53 : 24, smallest = precision == NTKW_FLOAT64 ? -1074 : -149;
  int exponent;
  frexpl(exact, &exponent);
  const int unit = exponent - digits < smallest ? smallest : exponent - digits;
  return (double)fabsl(ldexpl((long double)y - exact, -unit));
}

static void compare(ntkw_dtype precision, const void *x, const void *tanh_x, const void *sine, const void *cosine) {
  double worst = 0;
  for (int i = 0; i < COUNT; i++) {
    const double at = value_at(precision, x, i);
    if (isnan(at) || isinf(at)) continue;
    worst = fmax(worst, error_in_ulps(precision, value_at(precision, tanh_x, i), tanhl(at)));
    if (fabs(at) > 20) continue;
    worst = fmax(worst, error_in_ulps(precision, value_at(precision, sine, i), sinl(at)));
    worst = fmax(worst, error_in_ulps(precision, value_at(precision, cosine, i), cosl(at)));
  }
  CHECK_NEAR(worst, 0, 4);
  CHECK_EQUAL_DOUBLE(value_at(precision, tanh_x, 0), 0);
  CHECK_EQUAL_DOUBLE(value_at(precision, sine, 0), 0);
  CHECK_EQUAL_DOUBLE(value_at(precision, cosine, 0), 1);
  CHECK_EQUAL_DOUBLE(value_at(precision, tanh_x, 2), 1);
}

static void one_precision(ntkw_dtype precision) {
  const size_t bytes = COUNT * sizeof(double);
  void *x = malloc(bytes), *y[3], *first[3];
  for (int f = 0; f < 3; f++) y[f] = calloc(1, bytes), first[f] = calloc(1, bytes);
  fill(precision, x);
  for (int v = KERNELS_PORTABLE; v < KERNEL_VARIANTS; v++) {
    const kernels *table = kernels_find((kernel_variant)v, precision);
    if (!table) continue;
    void *const *to = v == KERNELS_PORTABLE ? first : y;
    table->tanh(COUNT, x, to[0]);
    table->sincos(COUNT, x, to[1], to[2]);
    /* skip the infinities, numbers 2 and 3: their sine and cosine are NaN, whose bits are not defined */
    for (int f = 1; f < 3; f++) memset((char *)to[f] + 2 * table->size, 0, 2 * table->size);
    for (int f = 0; f < 3 && v != KERNELS_PORTABLE; f++) CHECK(memcmp(y[f], first[f], COUNT * table->size) == 0);
  }
  compare(precision, x, first[0], first[1], first[2]);
  for (int f = 0; f < 3; f++) free(y[f]), free(first[f]);
  free(x);
}

static void float32(void) {
  one_precision(NTKW_FLOAT32);
}
static void float64(void) {
  one_precision(NTKW_FLOAT64);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(float32), TEST(float64)};
  return run_suite("functions", cases, sizeof cases / sizeof *cases, argc, argv);
}
