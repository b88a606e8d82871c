/* The evaluation grid has the documented numbers of points, at most 2^20 in all. A problem with six inputs can be
 * evaluated. */
#include "problem_fixture.h"
#include "pinn/training/evaluation.h"

static void sizes(void) {
  static const int expected[] = {0, 1000, 200, 40, 16, 16, 10, 7, 5, 4, 4, 3, 3, 2, 2, 2, 2};
  for (int d = 1; d < (int)(sizeof expected / sizeof *expected); d++) {
    double total = pow(evaluation_points_along(d), d);
    CHECK_EQUAL_INT(evaluation_points_along(d), expected[d]);
    CHECK(total <= MOST_GRID_POINTS);
  }
}

/* All parameters are zero, so the solution is zero and the relative error is 1. */
static void six_inputs(void) {
  static const char text[] =
      "return problem { inputs = { {'a', 0, 1}, {'b', 0, 1}, {'c', 0, 1}, {'d', 0, 1}, {'e', 0, 1}, {'f', 0, 2} },\n"
      "outputs = { 'u' }, exact = { u = function(p) return p.a + p.f end }, network = { hidden = {1} },\n"
      "conditions = { { 'r', points = 1, on = interior(), equation = function(p) return p.u_a end } } }";
  problem *pde = NULL;
  network *net = NULL;
  evaluation *e = NULL;
  double error = NAN, *values = NULL;
  int n = 0;
  CHECK_OK(problem_from_lua("six.lua", text, &pde));
  CHECK_OK(network_create(&pde->network, &net));
  double *zeros = calloc((size_t)network_parameter_count(net), sizeof *zeros);
  network_set_parameters(net, zeros);
  CHECK_OK(evaluation_create(MPI_COMM_WORLD, pde, net, &e));
  CHECK_EQUAL_DOUBLE(evaluation_axis(e, 5, &n)[9], 2.0);
  CHECK_EQUAL_INT(n, 10);
  CHECK_OK(evaluation_error(e, &error));
  CHECK_EQUAL_DOUBLE(error, 1.0);
  CHECK_OK(evaluation_collect(e, 0, true, &values));
  if (world_rank() == 0) CHECK_EQUAL_DOUBLE(values[999999], 3.0);
  free(values);
  free(zeros);
  evaluation_destroy(&e);
  network_destroy(&net);
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(sizes), TEST(six_inputs)};
  return run_suite("evaluation: grid", cases, sizeof cases / sizeof *cases, argc, argv);
}
