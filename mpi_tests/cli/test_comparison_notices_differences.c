/* The result of a replay: values that match, values that deviate and by how much, and a rank whose bits differ from
 * those of the others. */
#include <math.h>
#include "cli/replay/comparison.h"
#include "harness.h"

enum { STEPS = 2, CONDITIONS = 2 };
static char *names[CONDITIONS] = {(char *)"a", (char *)"b"};
static int64_t updated[STEPS] = {1, 0};
static double weights[STEPS * CONDITIONS] = {0.5, 2, 0.5, 2}, norms[STEPS * CONDITIONS] = {1, 3, 2, 4},
                              squares[STEPS * CONDITIONS] = {1, 9, 4, 16}, totals[STEPS] = {10, 20};
static const recorded_run recorded = {.n_steps = STEPS,
                                      .n_conditions = CONDITIONS,
                                      .conditions = names,
                                      .updated = updated,
                                      .weights = weights,
                                      .norms = norms,
                                      .squares = squares,
                                      .total = totals};

/* Results of a replay: the recorded values, some of which a test alters. */
static struct {
  double weights[STEPS * CONDITIONS], norms[STEPS * CONDITIONS], squares[STEPS * CONDITIONS], totals[STEPS];
  bool updated[STEPS];
} found;

static void find_the_recorded(void) {
  memcpy(found.weights, weights, sizeof weights);
  memcpy(found.norms, norms, sizeof norms);
  memcpy(found.squares, squares, sizeof squares);
  memcpy(found.totals, totals, sizeof totals);
  for (int s = 0; s < STEPS; s++) found.updated[s] = updated[s] != 0;
}

static comparison compare(bool weights_too) {
  comparison c = {.weights_too = weights_too, .tolerance = 1e-6};
  for (int s = 0; s < STEPS; s++) {
    const step_result got = {.updated = found.updated[s],
                             .weights = found.weights + s * CONDITIONS,
                             .norms = found.norms + s * CONDITIONS,
                             .squares = found.squares + s * CONDITIONS,
                             .total = found.totals[s]};
    comparison_add(&c, &recorded, s, &got);
  }
  CHECK_OK(comparison_join(&c, MPI_COMM_WORLD));
  return c;
}

static void equal_numbers_match(void) {
  find_the_recorded();
  const comparison c = compare(true);
  CHECK(comparison_matches(&c) && !c.ranks_differ);
  CHECK_EQUAL_DOUBLE(c.weights.largest, 0);
  CHECK_EQUAL_INT(c.renewals, 1);
  CHECK_SAME_ON_ALL_RANKS(c.digest);
}

static void one_wrong_bit_of_a_norm_deviates(void) {
  find_the_recorded();
  found.norms[3] = nextafter(found.norms[3], 5);
  comparison c = compare(false);
  CHECK(!comparison_matches(&c));
  CHECK_EQUAL_INT(c.unequal_norms, 1);
  find_the_recorded();
  found.squares[0] = NAN;
  c = compare(false);
  CHECK(!comparison_matches(&c));
  CHECK_EQUAL_INT(c.unequal_squares, 1);
}

static void weights_deviate_beyond_the_tolerance(void) {
  find_the_recorded();
  found.weights[3] *= 1 + 0.9e-6;
  comparison c = compare(true);
  CHECK(comparison_matches(&c));
  found.weights[2] *= 1 - 1.1e-6;
  c = compare(true);
  CHECK(!comparison_matches(&c));
  CHECK_NEAR(c.weights.largest, 1.1e-6, 1e-12);
  CHECK_EQUAL_INT(c.weights.step, 1);
  CHECK_EQUAL_INT(c.weights.condition, 0);
  c = compare(false);
  CHECK(comparison_matches(&c));
}

static void a_nan_never_matches_a_number(void) {
  find_the_recorded();
  found.weights[0] = NAN;
  comparison c = compare(true);
  CHECK(!comparison_matches(&c) && isinf(c.weights.largest));
  find_the_recorded();
  found.totals[1] = NAN;
  c = compare(true);
  CHECK(!comparison_matches(&c) && isinf(c.totals.largest));
}

static void a_missed_renewal_deviates(void) {
  find_the_recorded();
  found.updated[0] = false;
  const comparison c = compare(true);
  CHECK(!comparison_matches(&c));
  CHECK_EQUAL_INT(c.unequal_updates, 1);
}

static void a_rank_with_other_bits_is_noticed_by_all(void) {
  find_the_recorded();
  if (world_rank() == world_size() - 1) found.weights[1] = nextafter(found.weights[1], 3);
  const comparison c = compare(true);
  CHECK_EQUAL_INT(c.ranks_differ, world_size() > 1);
  CHECK_EQUAL_INT(comparison_matches(&c), world_size() == 1);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(equal_numbers_match),
                                    TEST(one_wrong_bit_of_a_norm_deviates),
                                    TEST(weights_deviate_beyond_the_tolerance),
                                    TEST(a_nan_never_matches_a_number),
                                    TEST(a_missed_renewal_deviates),
                                    TEST(a_rank_with_other_bits_is_noticed_by_all)};
  return run_suite("comparison_notices_differences", cases, sizeof cases / sizeof *cases, argc, argv);
}
