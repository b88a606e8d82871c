/* A weighting whose state is put back continues with the same weights in every bit. Other bytes are refused. */
#include "fixtures.h"

#include <stdlib.h>

enum { VALUES = 64, ROOM = 1024 };

static ntkw_weighting *some_weighting(const char *rule, int n) {
  const ntkw_weighting_options options = options_of(rule, 0.75, 2, NTKW_FLOAT64);
  return weighting_of(MPI_COMM_WORLD, n, &options);
}

static void run(ntkw_weighting *weighting, int from, int to) {
  for (int epoch = from; epoch < to; epoch++) {
    for (int c = 0; c < CONDITIONS; c++) {
      double *values = random_values(NTKW_FLOAT64, VALUES, c + 1, (uint64_t)(epoch * CONDITIONS + c));
      const shard own = shard_make(CUT_EVEN, 0, VALUES);
      CHECK_OK(ntkw_weighting_add_gradient(weighting, c, values + own.offset, own.length, NTKW_FLOAT64));
      free(values);
    }
    CHECK_OK(ntkw_weighting_update(weighting, epoch));
  }
}

static void continued_run_is_the_uninterrupted_one(void) {
  ntkw_weighting *whole = some_weighting(NULL, CONDITIONS), *half = some_weighting(NULL, CONDITIONS);
  unsigned char state[ROOM] = {0}, other[ROOM] = {0};
  const size_t size = ntkw_weighting_state_size(whole);
  CHECK(size > 0 && size <= ROOM);
  run(half, 0, 3);
  CHECK_OK(ntkw_weighting_state_get(half, state));
  CHECK_SAME_ON_ALL_RANKS(state);
  ntkw_weighting_destroy(&half);
  half = some_weighting(NULL, CONDITIONS);
  CHECK_OK(ntkw_weighting_state_set(half, state, size));
  run(half, 3, 7);
  run(whole, 0, 7);
  for (int c = 0; c < CONDITIONS; c++) {
    CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(half)[c], ntkw_weighting_weights(whole)[c]);
    CHECK_EQUAL_DOUBLE(ntkw_weighting_norms(half)[c], ntkw_weighting_norms(whole)[c]);
  }
  CHECK_OK(ntkw_weighting_state_get(whole, state));
  CHECK_OK(ntkw_weighting_state_get(half, other));
  CHECK(memcmp(state, other, ROOM) == 0);
  ntkw_weighting_destroy(&whole);
  ntkw_weighting_destroy(&half);
}

static void check_refused(ntkw_weighting *weighting, const void *state, size_t size, const char *sentence) {
  unsigned char before[ROOM] = {0}, after[ROOM] = {0};
  CHECK_OK(ntkw_weighting_state_get(weighting, before));
  CHECK_STATUS(ntkw_weighting_state_set(weighting, state, size), NTKW_ERR_FORMAT);
  CHECK_SENTENCE(sentence);
  CHECK_OK(ntkw_weighting_state_get(weighting, after));
  CHECK(memcmp(before, after, ROOM) == 0);
}

static void others_are_refused(void) {
  ntkw_weighting *weighting = some_weighting(NULL, CONDITIONS);
  ntkw_weighting *smaller = some_weighting(NULL, CONDITIONS - 1);
  ntkw_weighting *inverse = some_weighting("inverse-gradient-norm", CONDITIONS);
  unsigned char state[ROOM] = {0};
  const size_t size = ntkw_weighting_state_size(weighting);
  run(weighting, 0, 1);
  check_refused(weighting, state, size, "not the state of a weighting");
  CHECK_OK(ntkw_weighting_state_get(weighting, state));
  check_refused(weighting, state, 3, "not the state of a weighting");
  check_refused(weighting, state, size - 8, "cut or extended");
  check_refused(weighting, state, size + 8, "cut or extended");
  check_refused(smaller, state, size, "of 4 conditions, expected 3");
  check_refused(inverse, state, size, "expected 'inverse-gradient-norm'");
  for (size_t byte = 0; byte < size; byte++) { /* one bit flipped, wherever it is */
    state[byte] ^= 4;
    CHECK_STATUS(ntkw_weighting_state_set(weighting, state, size), NTKW_ERR_FORMAT);
    state[byte] ^= 4;
  }
  CHECK_OK(ntkw_weighting_state_set(weighting, state, size));
  ntkw_weighting_destroy(&weighting);
  ntkw_weighting_destroy(&smaller);
  ntkw_weighting_destroy(&inverse);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(continued_run_is_the_uninterrupted_one), TEST(others_are_refused)};
  return run_suite("state continues", cases, CASES(cases), argc, argv);
}
