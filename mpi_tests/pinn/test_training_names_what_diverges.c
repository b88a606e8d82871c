/* A loss or gradient that is not finite ends the step on every rank with an error that names condition and step. The
 * whole state stays that of the last good step. */
#include "pinn/training/trainer.h"
#include "training_fixture.h"

#include <math.h>
#include <stdlib.h>

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

/* Train u towards -1000. 'wild' is finite while u > -20, so some steps are good. */
static problem *falling_problem(const char *rule, const char *precision) {
  static const char format[] =
      "return problem {\n"
      "  inputs = { {'x', 0, 1} }, outputs = { 'u' },\n"
      "  conditions = {\n"
      "    { 'pull', points = 30, on = interior(), equation = function(p) return p.u + 1000 end },\n"
      "    { 'wild', points = 50, on = interior(), equation = function(p) return log(p.u + 20) end },\n"
      "  },\n"
      "  network = { hidden = {5, 4} }, optimizer = { 'adam', rate = 0.3 }, precision = '%s',\n"
      "  weighting = %s,\n"
      "}\n";
  char text[1024];
  problem *pde = NULL;
  snprintf(text, sizeof text, format, precision, rule);
  CHECK_OK(problem_from_lua("falling.lua", text, &pde));
  return pde;
}

/* This rank's shards of parameters and moments, after one another. The caller must free them. */
static char *copy_shards(trainer *t, size_t bytes) {
  static const char *const names[] = {"parameters", "adam_moment1", "adam_moment2"};
  char *all = malloc(3 * bytes + 1);
  for (int i = 0; i < 3; i++)
    if (bytes > 0) memcpy(all + (size_t)i * bytes, state_values(t, names[i]), bytes);
  return all;
}

static void check_last_good_step_stays(const char *rule, const char *precision) {
  enum { MOST = 200 };
  problem *pde = falling_problem(rule, precision);
  trainer *t;
  bool stop = false;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  const size_t bytes = (size_t)trainer_get_state(t).count * (pde->network.precision == NTKW_FLOAT64 ? 8 : 4);
  char *good = copy_shards(t, bytes), *first = copy_shards(t, bytes);
  ntkw_status status = NTKW_SUCCESS;
  int64_t n = 0;
  for (; n < MOST && (status = trainer_step(t, &stop)) == NTKW_SUCCESS; n++) {
    free(good);
    good = copy_shards(t, bytes);
  }
  CHECK(n > 0 && n < MOST);
  CHECK(bytes == 0 || memcmp(good, first, bytes) != 0);
  for (int again = 0; again < 2; again++) { /* a second attempt has the same result */
    char named[32], *now = copy_shards(t, bytes);
    snprintf(named, sizeof named, "step %d: ", (int)n);
    CHECK_STATUS(status, NTKW_ERR_NOT_FINITE);
    CHECK_TEXT_HAS(ntkw_last_error(), "'wild'");
    CHECK_TEXT_HAS(ntkw_last_error(), named);
    CHECK_EQUAL_INT(trainer_steps_done(t), n);
    CHECK(memcmp(now, good, 3 * bytes) == 0);
    free(now);
    status = trainer_step(t, &stop);
  }
  free(good);
  free(first);
  trainer_destroy(&t);
  problem_destroy(&pde);
}

static void parameters_of_the_last_good_step_stay(void) {
  check_last_good_step_stays("'none'", "float64");
  check_last_good_step_stays("'none'", "float32");
  check_last_good_step_stays("{ 'ntk-trace', update_every = 1 }", "float64");
  check_last_good_step_stays("{ 'gradient-share', update_every = 3 }", "float64");
}

/* The residual sqrt(0) is finite, its derivative is not. The rule sees the gradient before the optimizer does. */
static void gradients_that_are_not_finite_change_nothing(void) {
  static const char text[] =
      "return problem {\n"
      "  inputs = { {'x', 0, 1} }, outputs = { 'u' },\n"
      "  conditions = {\n"
      "    { 'tame', points = 10, on = interior(), equation = function(p) return p.u end },\n"
      "    { 'steep', points = 20, on = interior(), equation = function(p) return sqrt(0*p.u) + 1 end },\n"
      "  },\n"
      "  network = { hidden = {5} }, weighting = { 'gradient-share', update_every = 1 },\n"
      "}\n";
  problem *pde = NULL;
  trainer *t;
  bool stop = false;
  CHECK_OK(problem_from_lua("steep.lua", text, &pde));
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  const size_t bytes = (size_t)trainer_get_state(t).count * sizeof(double);
  char *before = copy_shards(t, bytes);
  CHECK_STATUS(trainer_step(t, &stop), NTKW_ERR_NOT_FINITE);
  CHECK_TEXT_HAS(ntkw_last_error(), "steep");
  char *after = copy_shards(t, bytes);
  CHECK(memcmp(before, after, 3 * bytes) == 0);
  CHECK_EQUAL_INT(trainer_steps_done(t), 0);
  free(before);
  free(after);
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
                                    TEST(parameters_of_the_last_good_step_stay),
                                    TEST(gradients_that_are_not_finite_change_nothing),
                                    TEST(stop_on_one_rank_stops_all)};
  return run_suite("divergence", cases, sizeof cases / sizeof *cases, argc, argv);
}
