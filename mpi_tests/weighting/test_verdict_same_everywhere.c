/* After a mistake on one rank, every rank gets the same status and error message, the weights stay, and the next update
 * works. */
#include "fixtures.h"

#include <math.h>
#include <stdio.h>

static const double healthy[3] = {3, 4, 1};

/* A mistake of one rank. make is called on that rank after every rank has added correct gradients. */
typedef struct mistake {
  void (*make)(ntkw_weighting *weighting);
  int64_t epoch; /* of the update on that rank; 0 on the others */
  ntkw_status expected;
  const char *sentence;
} mistake;

static void add_nan(ntkw_weighting *weighting) {
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 1, (double[]){1, NAN, -INFINITY}, 3, NTKW_FLOAT64));
}
static void add_nan_to_trace(ntkw_weighting *weighting) {
  CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, 2, (double[]){INFINITY}, 1));
}
static void add_to_unknown_condition(ntkw_weighting *weighting) {
  CHECK_STATUS(ntkw_weighting_add_gradient(weighting, 7, healthy, 1, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "condition 7");
  CHECK_STATUS(ntkw_weighting_add_gradient(weighting, -1, healthy, 1, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
}
static void add_null(ntkw_weighting *weighting) {
  CHECK_STATUS(ntkw_weighting_add_gradient(weighting, 0, NULL, 5, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
}
static void add_unknown_type(ntkw_weighting *weighting) {
  CHECK_STATUS(ntkw_weighting_add_gradient(weighting, 0, healthy, 1, (ntkw_dtype)9), NTKW_ERR_ARGUMENT);
}
static void add_negative_copy(ntkw_weighting *weighting) {
  CHECK_STATUS(ntkw_weighting_add_gradient_copy(weighting, 0, healthy, 1, NTKW_FLOAT64, -3), NTKW_ERR_ARGUMENT);
}
static void merge_null(ntkw_weighting *weighting) {
  CHECK_STATUS(ntkw_weighting_merge_gradient(weighting, 2, NULL), NTKW_ERR_ARGUMENT);
}
static void add_negative_trace(ntkw_weighting *weighting) {
  CHECK_STATUS(ntkw_weighting_add_ntk_diagonal(weighting, 1, (double[]){1, 2, -3}, 3), NTKW_ERR_ARGUMENT);
}
static void count_once_more(ntkw_weighting *weighting) {
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 2, healthy, 1, NTKW_FLOAT64));
}
static void nothing(ntkw_weighting *weighting) {
  (void)weighting;
}

static void put_wrong(const mistake *wrong, int culprit) {
  ntkw_weighting_options options = options_of("ntk-trace", 0.5, 1, NTKW_FLOAT64);
  options.initial_weights = (double[]){1, 2, 3};
  options.parameter_count = wrong->expected == NTKW_ERR_COUNT ? 1 : 0;
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
  const bool mine = world_rank() == culprit;
  add_norms(weighting, 3, healthy);
  add_traces(weighting, 3, healthy);
  if (mine) wrong->make(weighting);
  CHECK_STATUS(ntkw_weighting_update(weighting, mine ? wrong->epoch : 0), wrong->expected);
  CHECK_SENTENCE(wrong->sentence);
  char who[32];
  snprintf(who, sizeof who, "rank %d:", culprit);
  if (wrong->expected == NTKW_ERR_ARGUMENT) CHECK_SENTENCE(who);
  for (int c = 0; c < 3; c++) {
    CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[c], c + 1);
    CHECK(isnan(ntkw_weighting_norms(weighting)[c]));
  }
  add_norms(weighting, 3, healthy);
  add_traces(weighting, 3, healthy);
  CHECK_OK(ntkw_weighting_update(weighting, 1));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[1], 0.5 * 2 + 0.5 * 2);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[2], 0.5 * 3 + 0.5 * 8);
  check_same_weights(weighting);
  ntkw_weighting_destroy(&weighting);
}

static void one_rank_wrong(void) {
  static const mistake mistakes[] = {
      {add_nan, 0, NTKW_ERR_NOT_FINITE, "gradient of condition 'wall' holds NaN or Inf in 2 value"},
      {add_nan_to_trace, 0, NTKW_ERR_NOT_FINITE, "NTK diagonal of condition 'initial'"},
      {add_to_unknown_condition, 0, NTKW_ERR_ARGUMENT, "condition 7 does not exist"},
      {add_null, 0, NTKW_ERR_ARGUMENT, "condition 'residual' was given NULL as a piece of 5 values"},
      {add_unknown_type, 0, NTKW_ERR_ARGUMENT, "dtype 9"},
      {add_negative_copy, 0, NTKW_ERR_ARGUMENT, "copy -3"},
      {merge_null, 0, NTKW_ERR_ARGUMENT, "condition 'initial' was given NULL as a sum"},
      {add_negative_trace, 0, NTKW_ERR_ARGUMENT, "negative diagonal entry, at index 2"},
      {count_once_more, 0, NTKW_ERR_COUNT, "condition 'initial': 2 gradient values"},
      {nothing, -5, NTKW_ERR_ARGUMENT, "epoch -5"},
  };
  for (size_t i = 0; i < CASES(mistakes); i++) {
    put_wrong(&mistakes[i], 0);
    if (world_size() > 1) put_wrong(&mistakes[i], world_size() - 1);
  }
}

static void epochs_disagree(void) {
  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  static const mistake epoch = {nothing, 6, NTKW_ERR_DISAGREE, "epoch"};
  static const mistake far_epoch = {nothing, INT64_C(1) << 48, NTKW_ERR_DISAGREE, "epoch"};
  put_wrong(&epoch, 0);
  put_wrong(&epoch, world_size() - 1);
  put_wrong(&far_epoch, world_size() / 2);
}

/* If a state is put back on rank 0 only, all ranks get an error. If it is put back on all ranks, updates work. */
static void put_back_on_one_rank(ntkw_weighting *weighting, const void *state, const char *sentence) {
  const size_t size = ntkw_weighting_state_size(weighting);
  if (world_rank() == 0) CHECK_OK(ntkw_weighting_state_set(weighting, state, size));
  add_norms(weighting, 3, healthy);
  CHECK_STATUS(ntkw_weighting_update(weighting, 1), NTKW_ERR_DISAGREE);
  CHECK_SENTENCE(sentence);
  CHECK_OK(ntkw_weighting_state_set(weighting, state, size));
  add_norms(weighting, 3, healthy);
  CHECK_OK(ntkw_weighting_update(weighting, 1));
  check_same_weights(weighting);
}

/* The number of updates differs, or at the same number the weights do. */
static void states_disagree(void) {
  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  const ntkw_weighting_options options = options_of("gradient-share", 0.5, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
  ntkw_weighting *other = weighting_of(MPI_COMM_WORLD, 3, &options);
  unsigned char start[512], other_weights[512];
  CHECK_OK(ntkw_weighting_state_get(weighting, start));
  add_norms(weighting, 3, healthy);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  add_norms(other, 3, (double[]){1, 1, 1});
  CHECK_OK(ntkw_weighting_update(other, 0));
  CHECK_OK(ntkw_weighting_state_get(other, other_weights));
  put_back_on_one_rank(weighting, start, "number of updates");
  put_back_on_one_rank(weighting, other_weights, "present weights");
  ntkw_weighting_destroy(&weighting);
  ntkw_weighting_destroy(&other);
}

static void several_culprits_are_counted(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, NULL);
  if (world_size() > 1) {
    if (world_rank() < 2) add_null(weighting);
    CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_ARGUMENT);
    CHECK_SENTENCE("2 of the");
  }
  ntkw_weighting_destroy(&weighting);
}

static void nothing_added_is_absent(void) {
  const ntkw_weighting_options options = options_of(NULL, 0.5, 2, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_ABSENT);
  CHECK_SENTENCE("no rank added a gradient");
  CHECK_OK(ntkw_weighting_update(weighting, 1)); /* not due */
  if (world_rank() == 0) CHECK_OK(ntkw_weighting_add_gradient(weighting, 1, healthy, 1, NTKW_FLOAT64));
  CHECK_OK(ntkw_weighting_update(weighting, 2));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 1);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[1], 1); /* the share of the only one present is 1 */
  ntkw_weighting_destroy(&weighting);
}

static void discarded_is_forgotten(void) {
  const ntkw_weighting_options options = options_of(NULL, 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
  add_norms(weighting, 2, (double[]){100, 7});
  add_null(weighting);
  CHECK_OK(ntkw_weighting_discard(weighting));
  add_norms(weighting, 3, healthy);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 0.375);
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(one_rank_wrong),          TEST(epochs_disagree),
                                    TEST(states_disagree),         TEST(several_culprits_are_counted),
                                    TEST(nothing_added_is_absent), TEST(discarded_is_forgotten)};
  return run_suite("verdict same everywhere", cases, CASES(cases), argc, argv);
}
