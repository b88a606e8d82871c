/* The gradient that Adam receives is the derivative of the weighted loss. It is computed from Adam's first moment after
 * one step and agrees with central differences of the losses of trainer_measure, for every fifth parameter. */
#include "pinn/training/trainer.h"
#include "training_fixture.h"

#include <math.h>
#include <stdlib.h>

static double weighted_loss(trainer *t, const problem *pde, const double *weights) {
  double total = 0.0;
  CHECK_OK(trainer_measure(t));
  for (int c = 0; c < pde->n_conditions; c++) total += weights[c] * trainer_losses(t)[c];
  return total;
}

/* Add `by` to a parameter, on the rank whose shard contains it. */
static void move(trainer *t, int64_t parameter, double by) {
  const trainer_state state = trainer_get_state(t);
  if (parameter >= state.offset && parameter < state.offset + state.count)
    ((double *)state.parameters)[parameter - state.offset] += by;
}

/* An entry of the gradient, on every rank. Only one rank's shard of moment1 contains it. */
static double gradient_entry(const double *moment1, const trainer_state *state, int64_t parameter) {
  double own = 0.0, entry;
  if (parameter >= state->offset && parameter < state->offset + state->count)
    own = moment1[parameter - state->offset] / (1.0 - 0.9);
  MPI_Allreduce(&own, &entry, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return entry;
}

static void check_gradient(const char *rule) {
  problem *pde = wave_problem("float64", rule, 1);
  trainer *moved, *stepped;
  bool stop = false;
  pde->resample = 0;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &moved));
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &stepped));
  CHECK_OK(trainer_step(stepped, &stop));
  const double *weights = trainer_weights(stepped);
  const trainer_state state = trainer_get_state(stepped);
  for (int64_t i = 0; i < state.n_parameters; i += 5) {
    const double h = 1e-5;
    move(moved, i, h);
    const double above = weighted_loss(moved, pde, weights);
    move(moved, i, -2 * h);
    const double below = weighted_loss(moved, pde, weights);
    move(moved, i, h);
    const double slope = (above - below) / (2 * h),
                 entry = gradient_entry(state_values(stepped, "adam_moment1"), &state, i);
    CHECK(fabs(slope - entry) <= 2e-6 * (1.0 + fabs(above)));
  }
  trainer_destroy(&moved);
  trainer_destroy(&stepped);
  problem_destroy(&pde);
}

static void without_weighting(void) {
  check_gradient("none");
}
static void with_gradients_kept_apart(void) {
  check_gradient("gradient-share");
}
static void with_traces(void) {
  check_gradient("ntk-trace");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(without_weighting), TEST(with_gradients_kept_apart), TEST(with_traces)};
  return run_suite("gradient", cases, sizeof cases / sizeof *cases, argc, argv);
}
