/* Losses and means are those of the whole model. Their bits do not depend on the distribution over the ranks, or on the
 * functions by which values are added. */
#include "fixtures.h"

#include <math.h>
#include <stdlib.h>

enum { VALUES = 500 };

static void *values_of[CONDITIONS][2]; /* by dtype */

/* A way of adding residuals and gradients: piece by piece, or as sums. */
static void add(ntkw_weighting *weighting, cut way, bool merged, ntkw_dtype dtype) {
  for (int c = 0; c < CONDITIONS; c++) {
    const shard own = shard_make(way, (uint64_t)c + 7, VALUES);
    const void *piece = value_at(values_of[c][dtype], dtype, own.offset);
    if (!merged) {
      CHECK_OK(ntkw_weighting_add_residuals(weighting, c, piece, own.length, dtype));
      CHECK_OK(ntkw_weighting_add_gradient(weighting, c, piece, own.length / 3, dtype));
      CHECK_OK(ntkw_weighting_add_gradient(weighting, c, value_at(piece, dtype, own.length / 3),
                                           own.length - own.length / 3, dtype));
      continue;
    }
    ntkw_sum squares, magnitudes;
    ntkw_sum_zero(&squares, dtype);
    ntkw_sum_zero(&magnitudes, dtype);
    CHECK_OK(ntkw_sum_add_squares(&squares, piece, own.length, dtype));
    CHECK_OK(ntkw_sum_add_magnitudes(&magnitudes, piece, own.length, dtype));
    double largest = 0;
    for (size_t i = 0; i < own.length; i++) {
      const double x = dtype == NTKW_FLOAT32 ? (double)((const float *)piece)[i] : ((const double *)piece)[i];
      largest = fmax(largest, fabs(x));
    }
    CHECK_OK(ntkw_weighting_merge_residuals(weighting, c, &squares));
    CHECK_OK(ntkw_weighting_merge_gradient(weighting, c, &squares));
    CHECK_OK(ntkw_weighting_merge_magnitudes(weighting, c, &magnitudes, largest));
  }
}

static void compare(const char *rule, ntkw_dtype dtype) {
  const ntkw_weighting_options options = options_of(rule, 0.5, 1, dtype);
  ntkw_weighting *serial = weighting_of(MPI_COMM_SELF, CONDITIONS, &options);
  for (int c = 0; c < CONDITIONS; c++) {
    CHECK_OK(ntkw_weighting_add_residuals(serial, c, values_of[c][dtype], VALUES, dtype));
    CHECK_OK(ntkw_weighting_add_gradient(serial, c, values_of[c][dtype], VALUES, dtype));
  }
  CHECK_OK(ntkw_weighting_update(serial, 0));
  for (int way = 0; way < CUTS; way++) {
    for (int merged = 0; merged < 2; merged++) {
      ntkw_weighting *sharded = weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
      add(sharded, (cut)way, merged, dtype);
      CHECK_OK(ntkw_weighting_update(sharded, 0));
      for (int c = 0; c < CONDITIONS; c++) {
        CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(sharded)[c], ntkw_weighting_weights(serial)[c]);
        CHECK(memcmp(&ntkw_weighting_losses(sharded)[c], &ntkw_weighting_losses(serial)[c], sizeof(double)) == 0);
        CHECK(memcmp(&ntkw_weighting_mean_magnitudes(sharded)[c], &ntkw_weighting_mean_magnitudes(serial)[c],
                     sizeof(double)) == 0);
      }
      CHECK(ntkw_weighting_weights(sharded)[1] != 1);
      ntkw_weighting_destroy(&sharded);
    }
  }
  ntkw_weighting_destroy(&serial);
}

static void every_rule_by_losses_and_means(void) {
  static const char *const rules[] = {"root-loss-norm", "learning-rate-annealing", "physicsnemo.lr_annealing"};
  for (int dtype = NTKW_FLOAT32; dtype <= NTKW_FLOAT64; dtype++) {
    for (int c = 0; c < CONDITIONS; c++)
      values_of[c][dtype] = random_values((ntkw_dtype)dtype, VALUES, pow(10, c - 1), (uint64_t)c + 1);
    for (size_t r = 0; r < CASES(rules); r++) compare(rules[r], (ntkw_dtype)dtype);
    for (int c = 0; c < CONDITIONS; c++) free(values_of[c][dtype]);
  }
}

/* ntkw_weighting_set_loss: the last call on a rank counts. The mean is over the points of all ranks. */
static void losses_are_set(void) {
  const ntkw_weighting_options options = options_of("root-loss-norm", 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 1, &options);
  const int size = world_size(), rank = world_rank();
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 0, &(double){3}, rank == 0, NTKW_FLOAT64));
  CHECK_OK(ntkw_weighting_set_loss(weighting, 0, 99, 99));
  CHECK_OK(ntkw_weighting_set_loss(weighting, 0, rank + 1, 2 * rank));
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), size > 1 ? NTKW_SUCCESS : NTKW_ZERO_NORM);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_losses(weighting)[0],
                     size > 1 ? 0.5 * size * (size + 1) / (size * (size - 1.0)) : 0);
  ntkw_weighting_destroy(&weighting);
}

/* The largest value is right for subnormal and huge values, too: it is found by bits, not by arithmetic. */
static void largest_of_any_size(void) {
  static const float small[2] = {-0x1p-149f, 0}, mixed[3] = {1e30f, NAN, -3e38f};
  const ntkw_weighting_options options = options_of("learning-rate-annealing", 0, 1, NTKW_FLOAT32);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, &options);
  const bool last = world_rank() == world_size() - 1;
  for (int c = 0; c < 2; c++) CHECK_OK(ntkw_weighting_add_gradient(weighting, c, small, last ? 2 : 0, NTKW_FLOAT32));
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[1], 2);
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 0, mixed, 3, NTKW_FLOAT32));
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_NOT_FINITE);
  ntkw_weighting_destroy(&weighting);
}

static void bad_moments_are_told(void) {
  const ntkw_weighting_options options = options_of("root-loss-norm", 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, &options);
  const bool last = world_rank() == world_size() - 1;
  if (last) CHECK_STATUS(ntkw_weighting_set_loss(weighting, 1, -1, 4), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_ARGUMENT);
  CHECK_SENTENCE("condition 'wall' was given a negative loss");
  if (last) CHECK_STATUS(ntkw_weighting_set_loss(weighting, 1, 1, -4), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_ARGUMENT);
  CHECK_SENTENCE("over -4 points");
  if (last) CHECK_OK(ntkw_weighting_add_residuals(weighting, 0, (double[]){1, NAN}, 2, NTKW_FLOAT64));
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_NOT_FINITE);
  CHECK_SENTENCE("the loss of condition 'residual' holds NaN or Inf in 1 value");
  ntkw_weighting_destroy(&weighting);
  const ntkw_weighting_options annealing = options_of("learning-rate-annealing", 0, 1, NTKW_FLOAT64);
  weighting = weighting_of(MPI_COMM_WORLD, 2, &annealing);
  ntkw_sum sum;
  ntkw_sum_zero(&sum, NTKW_FLOAT64);
  CHECK_OK(ntkw_sum_add_squares(&sum, (double[]){1, 2}, 2, NTKW_FLOAT64));
  if (last) CHECK_STATUS(ntkw_weighting_merge_magnitudes(weighting, 0, &sum, NAN), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_ARGUMENT);
  CHECK_SENTENCE("largest absolute value");
  if (last) CHECK_OK(ntkw_weighting_merge_gradient(weighting, 0, &sum));
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_COUNT);
  CHECK_SENTENCE("ntkw_weighting_merge_magnitudes");
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(every_rule_by_losses_and_means), TEST(losses_are_set),
                                    TEST(largest_of_any_size), TEST(bad_moments_are_told)};
  return run_suite("losses independent of cut", cases, CASES(cases), argc, argv);
}
