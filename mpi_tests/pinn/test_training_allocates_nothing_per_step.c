/* After every kind of step was done once, a step of the trainer allocates no memory, with one thread or several. */
#include "counted_memory.h"
#include "pinn/training/trainer.h"
#include "training_fixture.h"

static void train(const char *precision, const char *rule, int every, int threads) {
  problem *pde = wave_problem(precision, rule, every);
  trainer *t;
  bool stop = false;
  memory_allocations = 0;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  CHECK_OK(trainer_set_threads(t, threads));
  CHECK(memory_allocations > 10);
  for (int i = 0; i < 2 * every; i++) CHECK_OK(trainer_step(t, &stop));
  memory_allocations = 0;
  for (int i = 0; i < 3 * every; i++) CHECK_OK(trainer_step(t, &stop));
  CHECK_EQUAL_INT(memory_allocations, 0);
  trainer_destroy(&t);
  problem_destroy(&pde);
}

static void with_one_thread(void) {
  train("float32", "none", 1, 1);
  train("float64", "gradient-share", 1, 1);
  train("float32", "ntk-trace", 3, 1);
  train("float64", "learning-rate-annealing", 2, 1);
}

static void with_three_threads(void) {
  train("float64", "none", 1, 3);
  train("float32", "inverse-gradient-norm", 2, 3);
  train("float64", "ntk-trace", 1, 3);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(with_one_thread), TEST(with_three_threads)};
  return run_suite("allocations", cases, sizeof cases / sizeof *cases, argc, argv);
}
