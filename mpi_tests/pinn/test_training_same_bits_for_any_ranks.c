/* Training on all ranks and on one rank alone gives the same bits of parameters, moments, weights and losses at every
 * step, in both precisions, with every rule, with and without an update of the weights. */
#include "pinn/problem/rules.h"
#include "pinn/training/evaluation.h"
#include "pinn/training/trainer.h"
#include "training_fixture.h"

#include <stdlib.h>

enum { STEPS = 7 };

/* Are this rank's shards equal to the same range of the serial run? */
static bool same_shards(trainer *sharded, trainer *serial, size_t width) {
  const trainer_state a = trainer_get_state(sharded), b = trainer_get_state(serial);
  const size_t at = (size_t)a.offset * width, n = (size_t)a.count * width;
  return memcmp(a.parameters, (const char *)b.parameters + at, n) == 0 &&
         memcmp(state_values(sharded, "adam_moment1"), (const char *)state_values(serial, "adam_moment1") + at, n) ==
             0 &&
         memcmp(state_values(sharded, "adam_moment2"), (const char *)state_values(serial, "adam_moment2") + at, n) == 0;
}

static void compare_step(trainer *sharded, trainer *serial, const problem *pde) {
  bool stop = false;
  const size_t n = (size_t)pde->n_conditions * sizeof(double);
  CHECK_OK(trainer_step(sharded, &stop));
  CHECK_OK(trainer_step(serial, &stop));
  CHECK(memcmp(trainer_losses(sharded), trainer_losses(serial), n) == 0);
  CHECK(memcmp(trainer_weights(sharded), trainer_weights(serial), n) == 0);
  CHECK(same_shards(sharded, serial, pde->network.precision == NTKW_FLOAT32 ? 4 : 8));
}

static void compare_errors(trainer *sharded, trainer *serial, const problem *pde) {
  evaluation *a, *b;
  double error_a, error_b;
  CHECK_OK(evaluation_create(trainer_comm(sharded), pde, trainer_network(sharded), &a));
  CHECK_OK(evaluation_create(trainer_comm(serial), pde, trainer_network(serial), &b));
  CHECK_OK(trainer_refresh(sharded));
  CHECK_OK(trainer_refresh(serial));
  CHECK_OK(evaluation_error(a, &error_a));
  CHECK_OK(evaluation_error(b, &error_b));
  CHECK_EQUAL_DOUBLE(error_a, error_b);
  CHECK(error_a > 0.0 && error_a < 10.0);
  evaluation_destroy(&a);
  evaluation_destroy(&b);
}

/* Train the problem on all ranks and on one, and compare. Destroys the problem. */
static void compare_problem(problem *pde, const char *rule) {
  trainer *sharded, *serial;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &sharded));
  CHECK_OK(trainer_create(MPI_COMM_SELF, pde, &serial));
  CHECK_EQUAL_INT(strcmp(trainer_rule(sharded), rule), 0);
  for (int step = 0; step < STEPS; step++) compare_step(sharded, serial, pde);
  compare_errors(sharded, serial, pde);
  trainer_destroy(&sharded);
  trainer_destroy(&serial);
  problem_destroy(&pde);
}

static void compare(const char *precision, const char *rule, int every) {
  compare_problem(wave_problem(precision, rule, every), rule);
}

static void residual_networks(void) {
  compare_problem(wave_problem_of(RESIDUAL_NETWORK, "float32", "ntk-trace", 2), "ntk-trace");
  compare_problem(wave_problem_of(RESIDUAL_NETWORK, "float64", "gradient-share", 3), "gradient-share");
}
static void without_weighting(void) {
  compare("float32", "none", 1);
  compare("float64", "none", 1);
}
static void with_gradient_rules(void) {
  compare("float32", "gradient-share", 1);
  compare("float64", "inverse-gradient-norm", 3);
}
static void with_traces(void) {
  compare("float32", "ntk-trace", 1);
  compare("float64", "ntk-trace", 2);
}

/* One to three ranks to a node. */
static void on_several_nodes(void) {
  static const char *const numbers[] = {"1", "2", "3"};
  for (int n = 0; n < 3; n++) {
    setenv("NTKW_SHARED_RANKS", numbers[n], 1);
    compare("float32", "gradient-share", 2);
    compare("float64", "ntk-trace", 2);
  }
  unsetenv("NTKW_SHARED_RANKS");
}

/* Every rule that a problem file may name. */
static void with_every_rule(void) {
  int n = 0;
  const char *const *rules = rule_names(&n);
  for (int r = 0; r < n; r++) compare(r % 2 ? "float32" : "float64", rules[r], 2);
}

/* The fixture has 9 lanes by default, and other numbers with these lengths and limits. */
static void with_other_lanes(void) {
  static const struct {
    int rows, lanes, n;
  } kinds[] = {{64, 12, 12}, {128, 7, 5}, {128, 4, 4}, {256, 64, 5}, {1024, 64, 3}};
  for (int i = 0; i < 5; i++) {
    problem *pde = wave_problem(i % 2 ? "float32" : "float64", "ntk-trace", 2);
    trainer *t;
    pde->lane_rows = kinds[i].rows;
    pde->lanes = kinds[i].lanes;
    CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
    CHECK_EQUAL_INT(trainer_chunk_count(t), kinds[i].n);
    trainer_destroy(&t);
    compare_problem(pde, "ntk-trace");
  }
}

static void losses_fall(void) {
  problem *pde = wave_problem("float64", "none", 1);
  trainer *trained;
  bool stop = false;
  double first = 0.0, last = 0.0;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &trained));
  pde->resample = 0;
  for (int step = 0; step < 60; step++) {
    CHECK_OK(trainer_step(trained, &stop));
    last = 0.0;
    for (int c = 0; c < pde->n_conditions; c++) last += trainer_losses(trained)[c];
    if (step == 0) first = last;
  }
  CHECK(last < 0.9 * first);
  trainer_destroy(&trained);
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(without_weighting), TEST(with_gradient_rules), TEST(with_traces),
                                    TEST(residual_networks), TEST(with_every_rule),     TEST(with_other_lanes),
                                    TEST(losses_fall),       TEST(on_several_nodes)};
  return run_suite("training", cases, sizeof cases / sizeof *cases, argc, argv);
}
