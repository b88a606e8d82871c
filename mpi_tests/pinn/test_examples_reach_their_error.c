/* Shortened runs of two examples reach a loose bound of the error: advection, which has periodic and random features,
 * and the plate, an equation of order four. examples/README.md lists the errors of the complete runs. */
#include "example_run.h"

static void train(const char *name, int steps, double bound) {
  problem *pde = load_example(name);
  if (!pde) return;
  const example_result result = train_example(MPI_COMM_WORLD, pde, steps);
  CHECK_NEAR(result.error, 0, bound);
  problem_destroy(&pde);
}

static void advection(void) {
  train("advection.lua", 3000, 0.1);
}
static void plate(void) {
  train("plate.lua", 2000, 0.03);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(advection), TEST(plate)};
  return run_suite("examples reach their error", cases, sizeof cases / sizeof *cases, argc, argv);
}
