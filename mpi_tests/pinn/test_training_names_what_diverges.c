/* A loss that is not finite ends the step on every rank with an error that names condition and step. */
#include "pinn/training/trainer.h"
#include "training_fixture.h"

#include <math.h>

static problem *diverging_problem(void) {
  static const char text[] =
      "return problem {\n"
      "  inputs = { {'x', 0, 1} }, outputs = { 'u' },\n"
      "  conditions = {\n"
      "    { 'tame', points = 10, on = interior(), equation = function(p) return p.u end },\n"
      "    { 'wild', points = 200, on = interior(), equation = function(p) return math.log(p.u - 1000) end },\n"
      "  },\n"
      "  network = { hidden = {5} }, precision = 'float64', weighting = { 'none' },\n"
      "}\n";
  problem *pde = NULL;
  CHECK_OK(problem_from_lua("wild.lua", text, &pde));
  return pde;
}

static void not_finite_loss_is_named(void) {
  problem *pde = diverging_problem();
  trainer *t;
  bool stop = false;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  CHECK_STATUS(trainer_step(t, &stop), NTKW_ERR_NOT_FINITE);
  CHECK_TEXT_HAS(ntkw_last_error(), "'wild'");
  CHECK_TEXT_HAS(ntkw_last_error(), "step 0");
  CHECK_TEXT_HAS(ntkw_last_error(), "200 of 200");
  CHECK_EQUAL_INT(trainer_steps_done(t), 0);
  trainer_destroy(&t);
  problem_destroy(&pde);
}

static void infinite_parameter_on_one_rank_is_seen_by_all(void) {
  problem *pde = wave_problem("float64", "gradient-share", 1);
  trainer *t;
  bool stop = false;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  CHECK_OK(trainer_step(t, &stop));
  const trainer_state state = trainer_get_state(t);
  if (world_rank() == world_size() - 1) ((double *)state.parameters)[state.count - 1] = INFINITY;
  CHECK_STATUS(trainer_step(t, &stop), NTKW_ERR_NOT_FINITE);
  CHECK_TEXT_HAS(ntkw_last_error(), "step 1");
  CHECK_EQUAL_INT(trainer_steps_done(t), 1);
  trainer_destroy(&t);
  problem_destroy(&pde);
}

static void stop_on_one_rank_stops_all(void) {
  problem *pde = wave_problem("float64", "none", 1);
  trainer *t;
  bool stop = world_rank() == world_size() - 1;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  CHECK_OK(trainer_step(t, &stop));
  CHECK(stop);
  stop = false;
  CHECK_OK(trainer_step(t, &stop));
  CHECK(!stop);
  trainer_destroy(&t);
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(not_finite_loss_is_named), TEST(infinite_parameter_on_one_rank_is_seen_by_all),
                                    TEST(stop_on_one_rank_stops_all)};
  return run_suite("divergence", cases, sizeof cases / sizeof *cases, argc, argv);
}
