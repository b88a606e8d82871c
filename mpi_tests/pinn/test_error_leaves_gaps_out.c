/* Points where the exact solution or reference is NaN or infinite are counted, named and excluded from the error. The
 * bits of the error are those of the other points, for any number of ranks. The solution is written in any case. Points
 * outside the domain are excluded and not named. */
#include "harness.h"
#include "ntkw/checkpoint.h"
#include "pinn/training/evaluation.h"

#include <math.h>
#include <stdio.h>

/* Inputs t and x, outputs u and v. known: the keys exact, reference or domain. */
static problem *problem_with(const char *known) {
  static const char format[] =
      "return problem {\n"
      "  inputs = { {'t', 0, 1}, {'x', -1, 1} }, outputs = { 'u', 'v' }, %s\n"
      "  conditions = { { 'a', points = 8, on = interior(), equation = function(p) return p.u - p.v end } },\n"
      "  network = { hidden = {4} },\n"
      "}\n";
  char text[2048];
  problem *pde = NULL;
  snprintf(text, sizeof text, format, known);
  CHECK_OK(problem_from_lua("gaps.lua", text, &pde));
  return pde;
}

typedef struct result {
  double error;
  int64_t n[2];
  double at[2][MAX_INPUTS];
} result;

static result evaluate(MPI_Comm comm, const char *known, const char *solution) {
  problem *pde = problem_with(known);
  network *net = NULL;
  evaluation *e = NULL;
  result out = {.error = NAN};
  double parameters[64] = {0};
  CHECK_OK(network_create(&pde->network, &net));
  CHECK(network_parameter_count(net) <= 64);
  network_initial_parameters(net, 3, 0, network_parameter_count(net), parameters);
  network_set_parameters(net, parameters);
  CHECK_OK(evaluation_create(comm, pde, net, &e));
  CHECK_OK(evaluation_error(e, &out.error));
  for (int o = 0; o < 2; o++) out.n[o] = evaluation_gaps(e, o, out.at[o]);
  if (solution) CHECK_OK(evaluation_write(e, solution));
  evaluation_destroy(&e);
  network_destroy(&net);
  problem_destroy(&pde);
  return out;
}

#define HOLE "domain = box() - disk{ t=0, x=0, radius=0.5 },"

typedef struct row { /* the output has at least n gaps, the first one at (t, x); n = 0: none */
  const char *with_gaps;
  int output;
  int64_t n;
  double t, x;
} row;

static const row rows[] = {
    {"exact = { u = function(p) return sin(p.t)/p.t end },", 0, 200, 0, -1},
    {"exact = { v = function(p) return p.t + 0*log(p.x + 0.5) end },", 1, 50, 0, -1},
    {"exact = { u = function(p) return 1/(1 - p.t) end, v = function(p) return p.x end },", 0, 200, 1, -1},
    {"exact = { u = function(p) return p.x end, v = function(p) return p.x + 0*exp(1000*p.x) end },", 1, 29, 0, 0.71},
    {"exact = { u = function(p) return p.x end },", 0, 0, 0, 0},
    {HOLE " exact = { u = function(p) return log(p.t^2 + p.x^2 - 0.2) end },", 0, 0, 0, 0},
    {HOLE " exact = { u = function(p) return sin(p.t)/p.t end },", 0, 98, 0, -1},
};

static void gaps_are_named_and_left_out(void) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const row *r = &rows[i];
    const result all = evaluate(MPI_COMM_WORLD, r->with_gaps, NULL), one = evaluate(MPI_COMM_SELF, r->with_gaps, NULL);
    CHECK(isfinite(all.error));
    CHECK_EQUAL_DOUBLE(all.error, one.error);
    CHECK_EQUAL_INT(all.n[r->output], one.n[r->output]);
    CHECK_EQUAL_INT(all.n[1 - r->output], 0);
    CHECK(r->n == 0 ? all.n[r->output] == 0 : all.n[r->output] >= r->n);
    if (r->n == 0) continue;
    CHECK_NEAR(all.at[r->output][0], r->t, 1e-12);
    CHECK_NEAR(all.at[r->output][1], r->x, 0.02);
  }
}

/* The value in a gap does not matter: NaN and infinity at t = 0 give the same error. */
static void only_the_other_points_count(void) {
  const result nan = evaluate(MPI_COMM_WORLD, "exact = { u = function(p) return p.x + 0*log(p.t) end },", NULL);
  const result infinite =
      evaluate(MPI_COMM_WORLD, "exact = { u = function(p) return p.x + where(less(0, p.t), 0, 1/p.t) end },", NULL);
  CHECK_EQUAL_INT(nan.n[0], 200);
  CHECK_EQUAL_INT(infinite.n[0], 200);
  CHECK_EQUAL_DOUBLE(nan.error, infinite.error);
  const result nowhere = evaluate(MPI_COMM_WORLD, "exact = { u = function(p) return log(-1 - p.t) end },", NULL);
  CHECK_EQUAL_INT(nowhere.n[0], 40000);
  CHECK(isnan(nowhere.error));
}

/* Values of the exact solution outside the domain do not change the error. The written solution is NaN there; used as
 * a reference, it has no gaps there. */
static void values_outside_do_not_count(void) {
  const char *solution = scratch_path("outside.h5");
  char line[1200];
  const result one = evaluate(MPI_COMM_WORLD, HOLE "exact = { u = function(p) return p.x end },", solution);
  const result other = evaluate(
      MPI_COMM_WORLD, HOLE "exact = { u = function(p) return p.x + where(less(p.t^2 + p.x^2, 0.2), 1, 0) end },", NULL);
  const result whole = evaluate(MPI_COMM_WORLD, "exact = { u = function(p) return p.x end },", NULL);
  CHECK_EQUAL_DOUBLE(one.error, other.error);
  CHECK(one.error != whole.error);
  snprintf(line, sizeof line, HOLE "reference = '%s',", solution);
  const result same = evaluate(MPI_COMM_WORLD, line, NULL);
  CHECK_EQUAL_INT(same.n[0], 0);
  CHECK_EQUAL_DOUBLE(same.error, 0.0);
}

static void references_have_gaps_too(void) {
  static const double axis[2][4] = {{0, 0.25, 0.5, 1}, {-1, -0.5, 0.5, 1}};
  static const double values[] = {1, 2, 3, 4, 5, 6, NAN, 8, 9, 10, 11, INFINITY, 13, 14, 15, 16};
  const int64_t n = 4, shape[] = {4, 4}, first = world_rank() == 0;
  const char *path = scratch_path("holes.h5"), *solution = scratch_path("solution.h5");
  ntkw_checkpoint *file = NULL;
  char line[1200];
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &file));
  CHECK_OK(ntkw_checkpoint_add_array(file, "t", "1", NTKW_FLOAT64, 1, &n, 0, first * n, axis[0]));
  CHECK_OK(ntkw_checkpoint_add_array(file, "x", "1", NTKW_FLOAT64, 1, &n, 0, first * n, axis[1]));
  CHECK_OK(ntkw_checkpoint_add_array(file, "u", "1", NTKW_FLOAT64, 2, shape, 0, first * n, values));
  CHECK_OK(ntkw_checkpoint_publish(file));
  ntkw_checkpoint_destroy(&file);
  snprintf(line, sizeof line, "reference = '%s',", path);
  const result found = evaluate(MPI_COMM_WORLD, line, solution);
  CHECK(isfinite(found.error));
  CHECK_EQUAL_INT(found.n[0], 2);
  CHECK_EQUAL_DOUBLE(found.at[0][0], 0.25);
  CHECK_EQUAL_DOUBLE(found.at[0][1], 0.5);
  CHECK_OK(ntkw_checkpoint_verify(MPI_COMM_WORLD, solution));
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(gaps_are_named_and_left_out), TEST(only_the_other_points_count),
                                    TEST(values_outside_do_not_count), TEST(references_have_gaps_too)};
  return run_suite("error leaves gaps out", cases, sizeof cases / sizeof *cases, argc, argv);
}
