/* Evaluation through ntkw/train.h: each rank may have other points, before and after steps. Derivatives agree with
 * differences of the outputs. The error agrees with the outputs at the points of the grid. */
#include "train_api_fixture.h"

#include <math.h>
#include <stdlib.h>

enum { N_POINTS = 7 };

static ntkw_trainer *trained(int64_t n_steps) {
  ntkw_problem *problem = api_problem(NULL);
  ntkw_trainer *trainer = api_trainer(problem, NULL);
  ntkw_problem_destroy(&problem); /* the trainer has a copy */
  CHECK_OK(ntkw_trainer_run(trainer, n_steps, NULL, NULL));
  return trainer;
}

static void outputs_are_the_same_wherever_they_are_asked(void) {
  ntkw_trainer *trainer = trained(0);
  double points[2 * N_POINTS], values[2 * N_POINTS], again[2];
  const double *no_points = NULL;
  for (int i = 0; i < 2 * N_POINTS; i++) points[i] = 0.1 * i - 0.3;
  CHECK_OK(ntkw_trainer_evaluate(trainer, N_POINTS, points, 0, NULL, values));
  CHECK(isfinite(values[0]) && values[0] != values[2]);
  CHECK_SAME_ON_ALL_RANKS(values);
  /* a different point on each rank; then a point on the last rank only */
  const int own = world_rank() % N_POINTS;
  CHECK_OK(ntkw_trainer_evaluate(trainer, 1, points + 2 * own, 0, NULL, again));
  CHECK(memcmp(again, values + 2 * own, sizeof again) == 0);
  const bool last = world_rank() == world_size() - 1;
  CHECK_OK(ntkw_trainer_evaluate(trainer, last, last ? points : no_points, 0, NULL, last ? again : NULL));
  CHECK(!last || memcmp(again, values, sizeof again) == 0);
  /* a step after an evaluation changes the outputs */
  double after[2 * N_POINTS];
  CHECK_OK(ntkw_trainer_step(trainer));
  CHECK_OK(ntkw_trainer_evaluate(trainer, N_POINTS, points, 0, NULL, after));
  CHECK(after[0] != values[0]);
  ntkw_trainer_destroy(&trainer);
}

static void many_points_are_evaluated_in_panels(void) {
  enum { MANY = 1000 };
  ntkw_trainer *trainer = trained(1);
  double *points = calloc(2 * MANY, sizeof *points), *values = calloc(2 * MANY, sizeof *values), one[2];
  for (int i = 0; i < 2 * MANY; i++) points[i] = 0.001 * i;
  CHECK_OK(ntkw_trainer_evaluate(trainer, MANY, points, 0, NULL, values));
  CHECK_OK(ntkw_trainer_evaluate(trainer, 1, points + 2 * (MANY - 1), 0, NULL, one));
  CHECK(memcmp(one, values + 2 * (MANY - 1), sizeof one) == 0);
  free(points);
  free(values);
  ntkw_trainer_destroy(&trainer);
}

/* Derivatives agree with central differences, whose error is about 1e-7 here. */
static void derivatives_match_differences(void) {
  static const char *const wanted[] = {"v", "u_t", "u_x", "u_tx", "u_xx", "v_xxx"};
  static const double h = 1e-3;
  ntkw_trainer *trainer = trained(5);
  double values[6], u[9][2], points[9][2];
  const double at[] = {0.7, -0.2};
  for (int i = 0; i < 9; i++) {
    points[i][0] = at[0] + h * (i / 3 - 1);
    points[i][1] = at[1] + h * (i % 3 - 1);
  }
  CHECK_OK(ntkw_trainer_evaluate(trainer, 1, at, 6, wanted, values));
  CHECK_OK(ntkw_trainer_evaluate(trainer, 9, &points[0][0], 0, NULL, &u[0][0]));
  CHECK_EQUAL_DOUBLE(values[0], u[4][1]);
  CHECK_NEAR(values[1], (u[7][0] - u[1][0]) / (2 * h), 1e-5);
  CHECK_NEAR(values[2], (u[5][0] - u[3][0]) / (2 * h), 1e-5);
  CHECK_NEAR(values[3], (u[8][0] - u[6][0] - u[2][0] + u[0][0]) / (4 * h * h), 1e-5);
  CHECK_NEAR(values[4], (u[5][0] - 2 * u[4][0] + u[3][0]) / (h * h), 1e-5);
  /* a second derivative requested alone is computed as a forward Laplacian */
  static const char *const second[] = {"u_xx"}, *const lower[] = {"v_xx"};
  double alone, sides[2];
  CHECK_OK(ntkw_trainer_evaluate(trainer, 1, at, 1, second, &alone));
  CHECK_NEAR(alone, values[4], 1e-13);
  CHECK_OK(ntkw_trainer_evaluate(trainer, 1, points[3], 1, lower, &sides[0]));
  CHECK_OK(ntkw_trainer_evaluate(trainer, 1, points[5], 1, lower, &sides[1]));
  CHECK_NEAR(values[5], (sides[1] - sides[0]) / (2 * h), 1e-5);
  ntkw_trainer_destroy(&trainer);
}

/* The grid of two inputs is 200 x 200. */
static void error_is_that_of_the_outputs(void) {
  enum { N = 200 };
  ntkw_trainer *trainer = trained(3);
  double *points = calloc(2 * N * N, sizeof *points), *values = calloc(N * N, sizeof *values);
  static const char *const wanted[] = {"u"};
  double error, difference = 0, norm = 0;
  for (int i = 0; i < N * N; i++) {
    points[2 * i] = 2.0 * (i / N) / (N - 1);
    points[2 * i + 1] = -1 + 2.0 * (i % N) / (N - 1);
  }
  CHECK_OK(ntkw_trainer_evaluate(trainer, N * N, points, 1, wanted, values));
  for (int i = 0; i < N * N; i++) {
    const double exact = cos(points[2 * i + 1]) * exp(-points[2 * i]);
    difference += (values[i] - exact) * (values[i] - exact);
    norm += exact * exact;
  }
  CHECK_OK(ntkw_trainer_error(trainer, &error));
  CHECK_SAME_ON_ALL_RANKS(error);
  CHECK_NEAR(error, sqrt(difference / norm), 1e-12);
  free(points);
  free(values);
  ntkw_trainer_destroy(&trainer);
}

static void error_without_a_solution_is_nan(void) {
  static const char text[] =
      "return problem { inputs = { {'x', 0, 1} }, outputs = { 'u' }, precision = 'float32',\n"
      "  conditions = { { 'a', points = 5, on = interior(), equation = function(p) return p.u - p.x end } },\n"
      "  network = { hidden = {4} } }";
  ntkw_problem *problem = NULL;
  double error = 0, x = 0.5, u = NAN;
  CHECK_OK(ntkw_problem_read_text("plain.lua", text, NULL, &problem));
  CHECK(!ntkw_problem_has_exact(problem));
  ntkw_trainer *trainer = api_trainer(problem, NULL);
  CHECK_OK(ntkw_trainer_step(trainer));
  CHECK_OK(ntkw_trainer_error(trainer, &error));
  CHECK(isnan(error));
  CHECK_OK(ntkw_trainer_evaluate(trainer, 1, &x, 0, NULL, &u));
  CHECK_EQUAL_DOUBLE(u, (double)(float)u);
  ntkw_trainer_destroy(&trainer);
  ntkw_problem_destroy(&problem);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(outputs_are_the_same_wherever_they_are_asked),
                                    TEST(many_points_are_evaluated_in_panels), TEST(derivatives_match_differences),
                                    TEST(error_is_that_of_the_outputs), TEST(error_without_a_solution_is_nan)};
  return run_suite("evaluation through the trainer library", cases, sizeof cases / sizeof *cases, argc, argv);
}
