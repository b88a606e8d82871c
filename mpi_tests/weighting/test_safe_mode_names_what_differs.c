/* With NTKW_SAFE_MODE=1, arguments that differ over the ranks give one error message with argument, ranks and values.
 * So do different functions called at the same time, which would hang otherwise. After the error the weighting still
 * works. */
#include "fixtures.h"

#include <stdlib.h>

static const double norms[2] = {3, 1};

static bool is_culprit(void) {
  return world_rank() == world_size() - 1;
}

/* The weights are those before the mistake, and the next update works. */
static void check_goes_on(ntkw_weighting **weighting, double weight) {
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(*weighting)[0], weight);
  add_norms(*weighting, 2, norms);
  CHECK_OK(ntkw_weighting_update(*weighting, 1));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(*weighting)[0], 0.5 * weight + 0.5 * 0.75);
  check_same_weights(*weighting);
  ntkw_weighting_destroy(weighting);
}

static void expect(ntkw_status status, const char *sentence) {
  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  CHECK_EQUAL_INT(status, NTKW_ERR_DISAGREE);
  CHECK_SENTENCE(sentence);
}

static void epochs_differ(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, NULL);
  if (world_size() > 1) {
    add_norms(weighting, 2, norms);
    expect(ntkw_weighting_update(weighting, is_culprit() ? 41 : 7), "the epoch of the update: 41 on rank ");
    CHECK_SENTENCE(", 7 on rank 0; expected the same on all");
    CHECK_STATUS(ntkw_weighting_update(weighting, 0),
                 NTKW_ERR_ABSENT); /* the gradients that were added are discarded */
    add_norms(weighting, 2, norms);
    expect(ntkw_weighting_update_begin(weighting, world_rank()), "the epoch of the update: 1 on rank 1");
    if (world_size() == 3) CHECK_SENTENCE("1 on rank 1 (1 more rank differs too), 0 on rank 0");
  }
  check_goes_on(&weighting, 1);
}

static void calls_differ(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, NULL);
  if (world_size() > 1) {
    add_norms(weighting, 2, norms);
    expect(is_culprit() ? ntkw_weighting_update_begin(weighting, 0) : ntkw_weighting_update(weighting, 0),
           "which collective function to call: ntkw_weighting_update_begin on rank");
    add_norms(weighting, 2, norms);
    CHECK_OK(ntkw_weighting_update_begin(weighting, 0));
    expect(is_culprit() ? ntkw_weighting_update(weighting, 0) : ntkw_weighting_update_end(weighting),
           "ntkw_weighting_update on rank");
    CHECK_STATUS(ntkw_weighting_update_end(weighting),
                 NTKW_ERR_ORDER); /* the begun update was completed and discarded */
  }
  check_goes_on(&weighting, 1);
}

/* One rank destroys the weighting while the others call other functions. */
static void one_rank_destroys(void) {
  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, NULL);
  if (is_culprit()) {
    ntkw_weighting_destroy(&weighting);
  } else {
    add_norms(weighting, 2, norms);
    CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_DISAGREE);
    CHECK_TEXT_HAS(ntkw_last_error(), "ntkw_weighting_destroy on rank");
    CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_DISAGREE); /* at once, because a rank has left */
  }
  ntkw_weighting_destroy(&weighting);
}

static void states_differ(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, NULL), *other = weighting_of(MPI_COMM_WORLD, 2, NULL);
  unsigned char start[512], later[512];
  const size_t size = ntkw_weighting_state_size(weighting);
  CHECK_OK(ntkw_weighting_state_get(weighting, start));
  add_norms(other, 2, (double[]){1, 3});
  CHECK_OK(ntkw_weighting_update(other, 0));
  CHECK_OK(ntkw_weighting_state_get(other, later));
  if (world_size() > 1) {
    if (is_culprit()) CHECK_OK(ntkw_weighting_state_set(weighting, start, size));
    add_norms(weighting, 2, norms);
    expect(ntkw_weighting_update(weighting, 0), "how many states were put back (ntkw_weighting_state_set): 1 on rank");
    if (!is_culprit()) CHECK_OK(ntkw_weighting_state_set(weighting, start, size));
    CHECK_OK(ntkw_weighting_state_set(weighting, is_culprit() ? later : start, size));
    expect(ntkw_weighting_update(weighting, 0), "the number of updates so far");
    CHECK_OK(ntkw_weighting_state_set(weighting, start, size));
  }
  ntkw_weighting_destroy(&other);
  check_goes_on(&weighting, 1);
}

/* The ranks put back states with the same number of updates, but other bytes. */
static void state_bytes_differ(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, NULL), *other = weighting_of(MPI_COMM_WORLD, 2, NULL);
  unsigned char one[512], two[512];
  const size_t size = ntkw_weighting_state_size(weighting);
  add_norms(weighting, 2, norms);
  add_norms(other, 2, (double[]){1, 3});
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_OK(ntkw_weighting_update(other, 0));
  CHECK_OK(ntkw_weighting_state_get(weighting, one));
  CHECK_OK(ntkw_weighting_state_get(other, two));
  CHECK_OK(ntkw_weighting_state_set(weighting, is_culprit() ? two : one, size));
  if (world_size() > 1) {
    expect(ntkw_weighting_update(weighting, 0), "the state that was put back (ntkw_weighting_state_set): bytes with");
    CHECK_OK(ntkw_weighting_state_set(weighting, one, size));
    CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 0.875);
  } else {
    CHECK_OK(ntkw_weighting_state_set(weighting, one, size));
  }
  ntkw_weighting_destroy(&other);
  check_goes_on(&weighting, 0.875);
}

/* A stray write of the program to the weights is found, and the error message has both values. */
static void weights_differ(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, NULL);
  if (world_size() > 1) {
    double *weight = (double *)(uintptr_t)&ntkw_weighting_weights(weighting)[1];
    if (is_culprit()) *weight = 17.5;
    expect(ntkw_weighting_update(weighting, 0), "the present weight of condition 'wall': 17.5 on rank");
    CHECK_SENTENCE(", 1 on rank 0");
    *weight = 1;
  }
  check_goes_on(&weighting, 1);
}

/* Every rank is a replica of the whole model. */
static void replicas_differ(void) {
  ntkw_weighting_options options = options_of(NULL, 0.5, 1, NTKW_FLOAT64);
  options.replica_comm = MPI_COMM_WORLD;
  ntkw_weighting *weighting = weighting_of(MPI_COMM_SELF, 2, &options);
  for (int trial = 0; world_size() > 1 && trial < 3; trial++) {
    const bool wrong = is_culprit();
    for (int c = 0; c < 2; c++) {
      const double value = trial == 0 && wrong && c == 1 ? 2 : norms[c];
      CHECK_OK(ntkw_weighting_add_gradient(weighting, c, &value, 1, NTKW_FLOAT64));
    }
    if (trial == 1 && wrong)
      CHECK_STATUS(ntkw_weighting_add_gradient(weighting, 5, norms, 1, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
    const ntkw_status status = ntkw_weighting_update(weighting, trial == 2 && wrong ? 4 : 0);
    CHECK_EQUAL_INT(status, trial == 1 ? NTKW_ERR_ARGUMENT : NTKW_ERR_DISAGREE);
    CHECK_SENTENCE(trial == 0   ? "the new squared norm of condition 'wall': 4 on replica"
                   : trial == 1 ? "condition 5 does not exist"
                                : "the epoch of the update: 4 on replica");
    CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 1);
  }
  for (int c = 0; c < 2; c++) CHECK_OK(ntkw_weighting_add_gradient(weighting, c, &norms[c], 1, NTKW_FLOAT64));
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 0.875);
  ntkw_weighting_destroy(&weighting);
}

static void create_compares_replicas(void) {
  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  ntkw_weighting_options options = options_of(NULL, is_culprit() ? 0.25 : 0.5, 1, NTKW_FLOAT64);
  options.replica_comm = MPI_COMM_WORLD;
  ntkw_weighting *weighting = NULL;
  expect(ntkw_weighting_create(MPI_COMM_SELF, 2, condition_names, &options, &weighting),
         "the replicas disagree on alpha: 0.25 on replica");
  options.alpha = is_culprit() ? 9 : 0.5; /* bad on one rank: the others must not wait for it */
  CHECK_STATUS(ntkw_weighting_create(MPI_COMM_SELF, 2, condition_names, &options, &weighting), NTKW_ERR_ARGUMENT);
  CHECK_SENTENCE("alpha is 9");
  options.alpha = 0.5;
  options.replica_comm = is_culprit() ? MPI_COMM_NULL : MPI_COMM_SELF;
  expect(ntkw_weighting_create(MPI_COMM_WORLD, 2, condition_names, &options, &weighting), "replica_comm: ");
  if (is_culprit()) setenv("NTKW_SAFE_MODE", "0", 1);
  expect(ntkw_weighting_create(MPI_COMM_WORLD, 2, condition_names, NULL, &weighting), "NTKW_SAFE_MODE: 0 on rank");
  setenv("NTKW_SAFE_MODE", "1", 1);
  CHECK(weighting == NULL);
}

int main(int argc, char **argv) {
  setenv("NTKW_SAFE_MODE", "1", 1);
  static const test_case cases[] = {
      TEST(epochs_differ),  TEST(calls_differ),       TEST(one_rank_destroys), TEST(states_differ),
      TEST(weights_differ), TEST(state_bytes_differ), TEST(replicas_differ),   TEST(create_compares_replicas)};
  return run_suite("safe mode names what differs", cases, CASES(cases), argc, argv);
}
