/* If parameter_count is set, the usual mistakes with sharded norms are errors on every rank. */
#include "fixtures.h"

#include <stdio.h>

enum { PARAMETERS = 120 };
static double gradient[PARAMETERS];

static ntkw_weighting *counted_weighting(void) {
  ntkw_weighting_options options = options_of(NULL, 0, 1, NTKW_FLOAT64);
  options.parameter_count = PARAMETERS;
  for (int i = 0; i < PARAMETERS; i++) gradient[i] = i + 1;
  return weighting_of(MPI_COMM_WORLD, 2, &options);
}

static void add_shards(ntkw_weighting *weighting) {
  const shard own = shard_make(CUT_EVEN, 0, PARAMETERS);
  for (int c = 0; c < 2; c++)
    CHECK_OK(ntkw_weighting_add_gradient(weighting, c, gradient + own.offset, own.length, NTKW_FLOAT64));
}

static void expect_count_error(ntkw_weighting *weighting, const char *sentence) {
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_COUNT);
  CHECK_SENTENCE(sentence);
  CHECK_SENTENCE("parameter_count = 120");
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 1);
  add_shards(weighting);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 0.5);
  ntkw_weighting_destroy(&weighting);
}

static void unreduced_data_parallel_gradient(void) {
  ntkw_weighting *weighting = counted_weighting();
  if (world_size() > 1) {
    for (int c = 0; c < 2; c++) CHECK_OK(ntkw_weighting_add_gradient(weighting, c, gradient, PARAMETERS, NTKW_FLOAT64));
    char sentence[64];
    snprintf(sentence, sizeof sentence, "each parameter is counted %d times", world_size());
    expect_count_error(weighting, sentence);
  } else {
    ntkw_weighting_destroy(&weighting);
  }
}

static void replica_counted_twice(void) {
  ntkw_weighting *weighting = counted_weighting();
  add_shards(weighting);
  const int last = world_size() - 1;
  if (world_rank() == last) CHECK_OK(ntkw_weighting_add_gradient(weighting, 1, gradient, 7, NTKW_FLOAT64));
  expect_count_error(weighting, "condition 'wall': 127 gradient values");
}

static void lost_shard(void) {
  ntkw_weighting *weighting = counted_weighting();
  if (world_rank() != world_size() - 1) add_shards(weighting);
  for (int c = 0; c < 2; c++) CHECK_OK(ntkw_weighting_add_gradient(weighting, c, NULL, 0, NTKW_FLOAT64));
  expect_count_error(weighting, "a shard is missing");
}

static void absent_condition_needs_no_count(void) {
  ntkw_weighting *weighting = counted_weighting();
  const shard own = shard_make(CUT_EVEN, 0, PARAMETERS);
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 0, gradient + own.offset, own.length, NTKW_FLOAT64));
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  ntkw_weighting_destroy(&weighting);
}

static void not_due_is_counted_too(void) {
  ntkw_weighting_options options = options_of(NULL, 0, 10, NTKW_FLOAT64);
  options.parameter_count = PARAMETERS;
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, &options);
  if (world_rank() == 0) CHECK_OK(ntkw_weighting_add_gradient(weighting, 0, gradient, 1, NTKW_FLOAT64));
  CHECK_STATUS(ntkw_weighting_update(weighting, 3), NTKW_ERR_COUNT);
  CHECK_SENTENCE("condition 'residual': 1 gradient values");
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(unreduced_data_parallel_gradient), TEST(replica_counted_twice),
                                    TEST(lost_shard), TEST(absent_condition_needs_no_count),
                                    TEST(not_due_is_counted_too)};
  return run_suite("count catches mistakes", cases, CASES(cases), argc, argv);
}
