/* Over many updates the weights equal those of PINA's formula, computed serially in this test, with smoothing, a
 * schedule, several batches in an epoch, and float32 gradients in double arithmetic. */
#include "fixtures.h"

#include <math.h>
#include <stdlib.h>

enum { VALUES = 157, EPOCHS = 9, BATCHES = 2 };

/* Compute PINA's weights in long double from the whole gradients. */
typedef struct oracle {
  long double alpha, weight[CONDITIONS];
} oracle;

static void oracle_update(oracle *expected, void *const gradients[], ntkw_dtype dtype) {
  long double norm[CONDITIONS], sum = 0;
  for (int c = 0; c < CONDITIONS; c++) {
    long double squares = 0;
    for (size_t i = 0; i < VALUES; i++) {
      const long double x = dtype == NTKW_FLOAT32 ? ((float *)gradients[c])[i] : ((double *)gradients[c])[i];
      squares += x * x;
    }
    norm[c] = sqrtl(squares);
    sum += norm[c];
  }
  for (int c = 0; c < CONDITIONS; c++)
    expected->weight[c] = expected->alpha * expected->weight[c] + (1 - expected->alpha) * norm[c] / sum;
}

static void run_batch(ntkw_weighting *weighting, oracle *expected, ntkw_dtype dtype, int epoch, uint64_t seed) {
  void *gradients[CONDITIONS];
  for (int c = 0; c < CONDITIONS; c++) {
    gradients[c] = random_values(dtype, VALUES, pow(10, c), seed * CONDITIONS + (uint64_t)c);
    const shard own = shard_make(CUT_RANDOM, seed, VALUES);
    CHECK_OK(ntkw_weighting_add_gradient(weighting, c, value_at(gradients[c], dtype, own.offset), own.length, dtype));
  }
  CHECK_OK(ntkw_weighting_update(weighting, epoch));
  if (ntkw_weighting_due(weighting, epoch)) oracle_update(expected, gradients, dtype);
  for (int c = 0; c < CONDITIONS; c++) {
    CHECK_NEAR(ntkw_weighting_weights(weighting)[c] / (double)expected->weight[c], 1, 1e-14);
    free(gradients[c]);
  }
  check_same_weights(weighting);
}

static void follow(double alpha, int64_t update_every, ntkw_dtype dtype, const double *initial) {
  ntkw_weighting_options options = options_of("gradient-share", alpha, update_every, dtype);
  options.initial_weights = initial;
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
  oracle expected = {.alpha = (long double)alpha};
  for (int c = 0; c < CONDITIONS; c++) expected.weight[c] = initial ? initial[c] : 1;
  int due = 0;
  for (int epoch = 0; epoch < EPOCHS; epoch++) {
    due += ntkw_weighting_due(weighting, epoch);
    for (int batch = 0; batch < BATCHES; batch++)
      run_batch(weighting, &expected, dtype, epoch, (uint64_t)(epoch * BATCHES + batch) + 1);
  }
  CHECK_EQUAL_INT(due, (EPOCHS + (int)update_every - 1) / (int)update_every);
  ntkw_weighting_destroy(&weighting);
}

static void float64_every_epoch(void) {
  follow(0.5, 1, NTKW_FLOAT64, NULL);
}
static void float32_every_third_epoch(void) {
  follow(0.9, 3, NTKW_FLOAT32, NULL);
}
static void without_smoothing(void) {
  follow(0, 2, NTKW_FLOAT64, NULL);
}
static void from_given_weights(void) {
  follow(0.7, 1, NTKW_FLOAT32, (double[]){10, 0.125, 1, 3});
}
static void alpha_one_freezes(void) {
  follow(1, 1, NTKW_FLOAT64, (double[]){10, 0.125, 1, 3});
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(float64_every_epoch), TEST(float32_every_third_epoch), TEST(without_smoothing),
                                    TEST(from_given_weights), TEST(alpha_one_freezes)};
  return run_suite("weights follow PINA", cases, CASES(cases), argc, argv);
}
