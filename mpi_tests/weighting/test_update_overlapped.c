/* begin, test and end give the result of the blocking update, even if between them pieces are added, the program
 * communicates on its communicator, or another weighting is updated. */
#include "fixtures.h"

#include <stdlib.h>

enum { VALUES = 300, UPDATES = 6 };

static void add_gradients(ntkw_weighting *weighting, uint64_t seed) {
  for (int c = 0; c < CONDITIONS; c++) {
    double *values = random_values(NTKW_FLOAT64, VALUES, c + 1, seed + (uint64_t)c);
    const shard own = shard_make(CUT_RANDOM, seed, VALUES);
    CHECK_OK(ntkw_weighting_add_gradient(weighting, c, values + own.offset, own.length, NTKW_FLOAT64));
    free(values); /* the call has read the piece */
  }
}

static void check_equal_weights(const ntkw_weighting *a, const ntkw_weighting *b) {
  for (int c = 0; c < CONDITIONS; c++) {
    CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(a)[c], ntkw_weighting_weights(b)[c]);
    CHECK_EQUAL_DOUBLE(ntkw_weighting_norms(a)[c], ntkw_weighting_norms(b)[c]);
  }
  check_same_weights(a);
}

/* Reductions and messages of the program on the communicator that was passed to ntkw_weighting_create. */
static void make_traffic(void) {
  int one = 1, sum = 0, got = -1;
  const int next = (world_rank() + 1) % world_size(), previous = (world_rank() + world_size() - 1) % world_size();
  MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  const int rank = world_rank();
  MPI_Sendrecv(&rank, 1, MPI_INT, next, 0, &got, 1, MPI_INT, previous, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  CHECK_EQUAL_INT(sum, world_size());
  CHECK_EQUAL_INT(got, previous);
}

static void test_until_done(ntkw_weighting *weighting) {
  bool done = false;
  while (!done) CHECK_OK(ntkw_weighting_update_test(weighting, &done));
  CHECK_OK(ntkw_weighting_update_test(weighting, &done));
  CHECK(done);
}

static void compare_with_blocking(const char *rule) {
  const ntkw_weighting_options options = options_of(rule, 0.5, 1, NTKW_FLOAT64);
  ntkw_weighting *overlapped = weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
  ntkw_weighting *blocking = weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
  add_gradients(overlapped, 0);
  for (int u = 0; u < UPDATES; u++) {
    CHECK_OK(ntkw_weighting_update_begin(overlapped, u));
    add_gradients(overlapped, 100 * (uint64_t)(u + 1));
    make_traffic();
    if (u % 2 == 0) test_until_done(overlapped);
    add_gradients(blocking, 100 * (uint64_t)u);
    CHECK_OK(ntkw_weighting_update(blocking, u));
    CHECK_OK(ntkw_weighting_update_end(overlapped));
    check_equal_weights(overlapped, blocking);
  }
  ntkw_weighting_destroy(&overlapped);
  ntkw_weighting_destroy(&blocking);
}

static void pieces_between_belong_to_the_next(void) {
  compare_with_blocking("gradient-share");
}

static void with_a_second_reduction(void) {
  compare_with_blocking("learning-rate-annealing");
}

/* Two weightings, of the same rule and of different rules, are begun in one order and ended in the other. */
static void keep_two_in_flight(const char *rule, const char *other_rule) {
  const ntkw_weighting_options options = options_of(rule, 0.5, 1, NTKW_FLOAT64);
  const ntkw_weighting_options other = options_of(other_rule, 0.5, 1, NTKW_FLOAT64);
  ntkw_weighting *first = weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
  ntkw_weighting *second = weighting_of(MPI_COMM_WORLD, CONDITIONS, &other);
  ntkw_weighting *blocking = weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
  ntkw_weighting *blocking_other = weighting_of(MPI_COMM_WORLD, CONDITIONS, &other);
  for (int u = 0; u < UPDATES; u++) {
    add_gradients(first, (uint64_t)u);
    add_gradients(second, (uint64_t)u);
    add_gradients(blocking, (uint64_t)u);
    add_gradients(blocking_other, (uint64_t)u);
    CHECK_OK(ntkw_weighting_update_begin(first, u));
    CHECK_OK(ntkw_weighting_update_begin(second, u));
    CHECK_OK(ntkw_weighting_update(blocking, u));
    CHECK_OK(ntkw_weighting_update(blocking_other, u));
    make_traffic();
    CHECK_OK(ntkw_weighting_update_end(second));
    CHECK_OK(ntkw_weighting_update_end(first));
    check_equal_weights(first, blocking);
    check_equal_weights(second, blocking_other);
  }
  ntkw_weighting_destroy(&first);
  ntkw_weighting_destroy(&second);
  ntkw_weighting_destroy(&blocking);
  ntkw_weighting_destroy(&blocking_other);
}

static void two_in_flight(void) {
  keep_two_in_flight("gradient-share", "gradient-share");
  keep_two_in_flight("learning-rate-annealing", "inverse-gradient-norm");
}

static void wrong_order_is_refused(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, CONDITIONS, NULL);
  bool done = true;
  CHECK_STATUS(ntkw_weighting_update_end(weighting), NTKW_ERR_ORDER);
  CHECK_STATUS(ntkw_weighting_update_test(weighting, &done), NTKW_ERR_ORDER);
  CHECK(!done);
  add_gradients(weighting, 5);
  CHECK_OK(ntkw_weighting_update_begin(weighting, 0));
  unsigned char state[512];
  CHECK_OK(ntkw_weighting_state_get(weighting, state));
  CHECK_STATUS(ntkw_weighting_update_begin(weighting, 0), NTKW_ERR_ORDER);
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_ORDER);
  CHECK_STATUS(ntkw_weighting_state_set(weighting, state, ntkw_weighting_state_size(weighting)), NTKW_ERR_ORDER);
  CHECK_OK(ntkw_weighting_discard(weighting)); /* does not change the begun update */
  CHECK_OK(ntkw_weighting_update_end(weighting));
  CHECK(ntkw_weighting_weights(weighting)[0] < 1);
  ntkw_weighting_destroy(&weighting);
}

static void fault_between_belongs_to_the_next(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, CONDITIONS, NULL);
  add_gradients(weighting, 5);
  CHECK_OK(ntkw_weighting_update_begin(weighting, 0));
  if (world_rank() == 0)
    CHECK_STATUS(ntkw_weighting_add_gradient(weighting, 9, NULL, 0, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK_OK(ntkw_weighting_update_end(weighting));
  CHECK_OK(ntkw_weighting_update_begin(weighting, 1));
  CHECK_STATUS(ntkw_weighting_update_end(weighting), NTKW_ERR_ARGUMENT);
  CHECK_SENTENCE("rank 0: condition 9");
  ntkw_weighting_destroy(&weighting);
}

static void destroy_completes_what_was_begun(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, CONDITIONS, NULL);
  add_gradients(weighting, 5);
  CHECK_OK(ntkw_weighting_update_begin(weighting, 0));
  ntkw_weighting_destroy(&weighting);
  CHECK(weighting == NULL);
  make_traffic();
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(pieces_between_belong_to_the_next),
                                    TEST(with_a_second_reduction),
                                    TEST(two_in_flight),
                                    TEST(wrong_order_is_refused),
                                    TEST(fault_between_belongs_to_the_next),
                                    TEST(destroy_completes_what_was_begun)};
  return run_suite("update overlapped", cases, CASES(cases), argc, argv);
}
