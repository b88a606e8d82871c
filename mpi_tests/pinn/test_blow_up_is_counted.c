/* A loss has blown up after exactly 100 steps in a row above 1e6 times the largest of the first 100. A step below
 * starts the count again, and an almost zero loss never blows up. The trainer then returns an error and does not do the
 * step. */
#include "pinn/training/blow_up.h"
#include "pinn/training/trainer.h"
#include "training_fixture.h"

#include <math.h>

/* Count 100 steps whose largest loss is `largest`. */
static blow_up begun(double largest) {
  blow_up b;
  blow_up_reset(&b);
  for (int64_t step = 0; step < 100; step++) CHECK(!blow_up_count(&b, step, step == 40 ? largest : largest / 2));
  CHECK_EQUAL_DOUBLE(b.largest, largest);
  return b;
}

/* Count the same loss from step `from` on until it has blown up. @return that step, or -1 after 1000 steps. */
static int64_t ends_at(blow_up *b, int64_t from, double loss) {
  for (int64_t step = from; step < from + 1000; step++)
    if (blow_up_count(b, step, loss)) return step;
  return -1;
}

static void a_hundred_steps_in_a_row(void) {
  blow_up b = begun(2.0);
  CHECK_EQUAL_INT(ends_at(&b, 100, 2e6), -1); /* equal to the limit, not above */
  CHECK_EQUAL_INT(ends_at(&b, 1100, 2.1e6), 1199);
  b = begun(2.0);
  for (int64_t step = 100; step < 199; step++) CHECK(!blow_up_count(&b, step, 1e58));
  CHECK(!blow_up_count(&b, 199, 1.0));
  CHECK_EQUAL_INT(b.since, -1);
  CHECK_EQUAL_INT(ends_at(&b, 200, INFINITY), 299);
  b = begun(2.0);
  blow_up_reset(&b);
  CHECK_EQUAL_INT(ends_at(&b, 100, 1e58), -1); /* after a reset this loss is itself the largest of the first 100 */
}

static void never_in_the_first_steps_or_from_nothing(void) {
  blow_up b;
  blow_up_reset(&b);
  double loss = 1e-3;
  for (int64_t step = 0; step < 100; step++, loss *= 10) CHECK(!blow_up_count(&b, step, loss));
  b = begun(1e-13);
  CHECK_EQUAL_INT(ends_at(&b, 100, 1e30), -1);
  b = begun(1e-12);
  CHECK_EQUAL_INT(ends_at(&b, 100, 1e30), 199);
}

static void the_trainer_ends_before_the_step(void) {
  problem *pde = wave_problem("float64", "mean-ntk-trace", 100);
  trainer *t = NULL;
  bool stop = false;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  for (int i = 0; i < 100; i++) CHECK_OK(trainer_step(t, &stop));
  pde->optimizer.rate.start = 1e9;
  CHECK_OK(trainer_step(t, &stop));
  CHECK(!trainer_loss_is_high(t));
  for (int i = 0; i < 99; i++) CHECK_OK(trainer_step(t, &stop));
  CHECK(trainer_loss_is_high(t));
  CHECK_STATUS(trainer_step(t, &stop), NTKW_ERR_NOT_FINITE);
  CHECK_TEXT_HAS(ntkw_last_error(), "step 200: the loss has blown up");
  CHECK_EQUAL_INT(trainer_steps_done(t), 200);
  CHECK_EQUAL_INT(trainer_get_state(t).blow_up->since, 101);
  trainer_destroy(&t);
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(a_hundred_steps_in_a_row), TEST(never_in_the_first_steps_or_from_nothing),
                                    TEST(the_trainer_ends_before_the_step)};
  return run_suite("blow-up is counted", cases, sizeof cases / sizeof *cases, argc, argv);
}
