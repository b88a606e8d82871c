/* With the default rule the weight of a condition and the error of the run do not depend on the condition's number of
 * points (1 or 64) or on a repeated equation. With ntk-trace, which sums over points, they do. */
#include "harness.h"
#include "pinn/training/evaluation.h"
#include "pinn/training/trainer.h"

#include <math.h>
#include <stdio.h>

enum { STEPS = 1000, AT_ONCE = 1 };

typedef struct outcome {
  double error, weight;
} outcome;

/* Train Poisson's equation. points and equation are those of the left end. */
static outcome train(const char *rule, int points, const char *equation, int steps) {
  static const char format[] =
      "return problem {\n"
      "  inputs = { {'x', 0, 1} }, outputs = { 'u' }, exact = { u = function(p) return sin(math.pi*p.x) end },\n"
      "  conditions = {\n"
      "    { 'residual', points = 64, on = interior(),\n"
      "      equation = function(p) return p.u_xx + math.pi^2*sin(math.pi*p.x) end },\n"
      "    { 'left', points = %d, on = boundary{x=0}, equation = function(p) return %s end },\n"
      "    { 'right', points = 1, on = boundary{x=1}, equation = function(p) return p.u end },\n"
      "  },\n"
      "  network = { hidden = {16, 16}, scale_inputs = true }, optimizer = { 'adam', rate = 5e-3 }, %s\n"
      "}\n";
  char text[2048];
  problem *pde = NULL;
  trainer *t = NULL;
  evaluation *e = NULL;
  outcome out = {NAN, NAN};
  bool stop = false;
  snprintf(text, sizeof text, format, points, equation, rule);
  CHECK_OK(problem_from_lua("poisson.lua", text, &pde));
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  for (int i = 0; i < steps; i++) CHECK_OK(trainer_step(t, &stop));
  CHECK_OK(trainer_refresh(t));
  CHECK_OK(evaluation_create(MPI_COMM_WORLD, pde, trainer_network(t), &e));
  CHECK_OK(evaluation_error(e, &out.error));
  out.weight = trainer_weights(t)[1];
  evaluation_destroy(&e);
  trainer_destroy(&t);
  problem_destroy(&pde);
  return out;
}

static void points_at_an_end_do_not_count(void) {
  const outcome one = train("", 1, "p.u", STEPS), many = train("", 64, "p.u", STEPS);
  CHECK(one.error < 1e-2 && many.error < 1e-2);
  CHECK_NEAR(one.error / many.error, 1.0, 0.05);
  CHECK_NEAR(one.weight / many.weight, 1.0, 0.05);
}

static void equations_that_are_there_twice_do_not_count(void) {
  const outcome once = train("", 5, "p.u", AT_ONCE), twice = train("", 5, "p.u, p.u", AT_ONCE);
  CHECK_NEAR(once.weight / twice.weight, 1.0, 1e-12);
}

/* Both runs update the weights at the same parameters. The trace of the residual is by far the largest, so the weight
 * of the left end is nearly inverse to its number of points. */
static void sums_count_points(void) {
  static const char rule[] = "weighting = 'ntk-trace'";
  const outcome one = train(rule, 1, "p.u", AT_ONCE), many = train(rule, 64, "p.u", AT_ONCE);
  CHECK(one.weight / many.weight > 30.0);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(points_at_an_end_do_not_count),
                                    TEST(equations_that_are_there_twice_do_not_count), TEST(sums_count_points)};
  return run_suite("default rule counts no points", cases, sizeof cases / sizeof *cases, argc, argv);
}
