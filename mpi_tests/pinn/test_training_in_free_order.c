/* Training in free order gives the same numbers up to rounding errors, and the same bits with the same ranks and
 * threads. After a return to the fixed order it gives the fixed bits. */
#include "pinn/training/trainer.h"
#include "training_fixture.h"

#include <math.h>

enum { STEPS = 5 };

static trainer *make(const problem *pde, MPI_Comm comm, sum_order order, int n_threads) {
  trainer *t;
  CHECK_OK(trainer_create(comm, pde, &t));
  CHECK_OK(trainer_set_threads(t, n_threads));
  CHECK_OK(trainer_set_order(t, order));
  CHECK(trainer_order(t) == order && trainer_threads(t) == n_threads);
  return t;
}

static void do_step(trainer *t) {
  bool stop = false;
  CHECK_OK(trainer_step(t, &stop));
}

static bool same_parameters(trainer *a, trainer *b, size_t width) {
  const trainer_state of_a = trainer_get_state(a), of_b = trainer_get_state(b);
  return of_a.count == of_b.count && memcmp(of_a.parameters, of_b.parameters, (size_t)of_a.count * width) == 0;
}

static void check_close(const double *a, const double *b, int n) {
  for (int i = 0; i < n; i++) CHECK(fabs(a[i] - b[i]) <= 1e-9 * fabs(b[i]));
}

static void numbers_agree(const char *rule, int n_threads) {
  problem *pde = wave_problem("float64", rule, 2);
  trainer *free_order = make(pde, MPI_COMM_WORLD, ORDER_FREE, n_threads);
  trainer *again = make(pde, MPI_COMM_WORLD, ORDER_FREE, n_threads);
  trainer *fixed = make(pde, MPI_COMM_WORLD, ORDER_FIXED, 1);
  CHECK(trainer_chunk_count(free_order) <= n_threads * world_size() + pde->n_conditions);
  for (int step = 0; step < STEPS; step++) {
    do_step(free_order);
    do_step(again);
    do_step(fixed);
    check_close(trainer_losses(free_order), trainer_losses(fixed), pde->n_conditions);
    check_close(trainer_weights(free_order), trainer_weights(fixed), pde->n_conditions);
    CHECK(same_parameters(free_order, again, sizeof(double)));
  }
  trainer_destroy(&free_order);
  trainer_destroy(&again);
  trainer_destroy(&fixed);
  problem_destroy(&pde);
}

static void with_one_thread(void) {
  numbers_agree("none", 1);
  numbers_agree("gradient-share", 1);
}

static void with_three_threads(void) {
  numbers_agree("ntk-trace", 3);
}

static void the_order_can_be_fixed_again(void) {
  problem *pde = wave_problem("float32", "gradient-share", 1);
  trainer *changed = make(pde, MPI_COMM_WORLD, ORDER_FREE, 2), *fixed = make(pde, MPI_COMM_WORLD, ORDER_FIXED, 1);
  CHECK_OK(trainer_set_order(changed, ORDER_FIXED));
  for (int step = 0; step < STEPS; step++) {
    do_step(changed);
    do_step(fixed);
    CHECK(same_parameters(changed, fixed, sizeof(float)));
  }
  trainer_destroy(&changed);
  trainer_destroy(&fixed);
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(with_one_thread), TEST(with_three_threads),
                                    TEST(the_order_can_be_fixed_again)};
  return run_suite("free order", cases, sizeof cases / sizeof *cases, argc, argv);
}
