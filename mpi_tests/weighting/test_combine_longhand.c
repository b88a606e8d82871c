/* Combined losses and gradients equal the sums written out by hand, in every bit. */
#include "fixtures.h"

#include <math.h>
#include <stdlib.h>

static const double weights[CONDITIONS] = {0.1, 3.7, 0, 1e-3};

static ntkw_weighting *weighted(void) {
  ntkw_weighting_options options = options_of(NULL, 0.5, 1, NTKW_FLOAT64);
  options.initial_weights = weights;
  return weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
}

static double longhand(void *const pieces[], ntkw_dtype dtype, size_t i) {
  volatile double sum = 0; /* volatile: each step is rounded to double, whatever the compiler would like */
  for (int c = 0; c < CONDITIONS; c++) {
    if (!pieces[c]) continue;
    volatile double product = weights[c] * (dtype == NTKW_FLOAT32 ? ((float *)pieces[c])[i] : ((double *)pieces[c])[i]);
    sum += product;
  }
  return dtype == NTKW_FLOAT32 ? (float)sum : sum;
}

static void compare(ntkw_dtype dtype, size_t count, int missing) {
  ntkw_weighting *weighting = weighted();
  void *pieces[CONDITIONS], *total = malloc((count + 1) * sizeof(double));
  double *expected = malloc((count + 1) * sizeof(double));
  for (int c = 0; c < CONDITIONS; c++)
    pieces[c] = c == missing ? NULL : random_values(dtype, count, c + 1, count + (size_t)c);
  for (size_t i = 0; i < count; i++) expected[i] = longhand(pieces, dtype, i);
  CHECK_OK(ntkw_weighting_combine(weighting, (const void *const *)pieces, count, dtype, total));
  for (size_t i = 0; i < count; i++)
    CHECK_EQUAL_DOUBLE(dtype == NTKW_FLOAT32 ? ((float *)total)[i] : ((double *)total)[i], expected[i]);
  CHECK_OK(ntkw_weighting_combine(weighting, (const void *const *)pieces, count, dtype, pieces[3])); /* in place */
  CHECK(memcmp(pieces[3], total, count * size_of(dtype)) == 0);
  for (int c = 0; c < CONDITIONS; c++) free(pieces[c]);
  free(total);
  free(expected);
  ntkw_weighting_destroy(&weighting);
}

static void gradients_by_hand(void) {
  static const size_t counts[] = {1, 7, 1023, 1024, 1025, 5000};
  for (size_t i = 0; i < CASES(counts); i++)
    for (int missing = -1; missing < 3; missing++) {
      compare(NTKW_FLOAT32, counts[i], missing);
      compare(NTKW_FLOAT64, counts[i], missing);
    }
}

static void nothing_to_combine(void) {
  ntkw_weighting *weighting = weighted();
  const void *none[CONDITIONS] = {NULL};
  CHECK_OK(ntkw_weighting_combine(weighting, none, 0, NTKW_FLOAT32, NULL));
  float total[3] = {1, 2, 3};
  CHECK_OK(ntkw_weighting_combine(weighting, none, 3, NTKW_FLOAT32, total));
  CHECK(total[0] == 0 && total[1] == 0 && total[2] == 0);
  CHECK_STATUS(ntkw_weighting_combine(weighting, NULL, 3, NTKW_FLOAT32, total), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_combine(weighting, none, 3, NTKW_FLOAT32, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_combine(weighting, none, 3, (ntkw_dtype)4, total), NTKW_ERR_ARGUMENT);
  ntkw_weighting_destroy(&weighting);
}

static void losses_by_hand(void) {
  ntkw_weighting *weighting = weighted();
  double losses[CONDITIONS] = {0.3, 1.7, 5, 11}, total = -1;
  CHECK_OK(ntkw_weighting_aggregate(weighting, losses, &total));
  volatile double sum = weights[0] * losses[0];
  for (int c = 1; c < CONDITIONS; c++) {
    volatile double product = weights[c] * losses[c];
    sum += product;
  }
  CHECK_EQUAL_DOUBLE(total, sum);
  losses[1] = INFINITY;
  CHECK_STATUS(ntkw_weighting_aggregate(weighting, losses, &total), NTKW_ERR_NOT_FINITE);
  CHECK_TEXT_HAS(ntkw_last_error(), "condition 'wall' is inf");
  CHECK(isinf(total));
  losses[1] = 1.7e308;
  CHECK_STATUS(ntkw_weighting_aggregate(weighting, losses, &total), NTKW_ERR_NOT_FINITE);
  CHECK_TEXT_HAS(ntkw_last_error(), "weighted sum");
  CHECK_STATUS(ntkw_weighting_aggregate(weighting, NULL, &total), NTKW_ERR_ARGUMENT);
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(gradients_by_hand), TEST(nothing_to_combine), TEST(losses_by_hand)};
  return run_suite("combine longhand", cases, CASES(cases), argc, argv);
}
