/* L-BFGS minimises quadratic functions and the misfit of a network in far fewer steps than Adam. It skips trials that
 * are not finite and pairs of negative curvature. */
#include "pinn/optimizer/optimizer.h"
#include "training_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* f = sum_i c_i (x_i - i)^2 / 2, not distributed, with optional faults. */
enum { N = 12 };
typedef struct bowl {
  double limit;                          /* f is faulty where some |x_i| is larger */
  double fault;                          /* what f or its gradient is there */
  bool loss_is_sound, gradient_is_sound; /* also there */
  double worst;                          /* largest |x_i| of all evaluations */
  int asked;
  bool concave; /* the function is -f */
} bowl;

static double stiffness(int i) {
  return 1.0 + 100.0 * i;
}

static ntkw_status bowl_gradient(void *context, const void *trial, double *loss, void *gradient) {
  bowl *b = context;
  const double *x = trial, sign = b->concave ? -1.0 : 1.0;
  double *g = gradient, sum = 0.0;
  bool inside = true;
  b->asked++;
  for (int i = 0; i < N; i++) {
    g[i] = sign * stiffness(i) * (x[i] - i);
    sum += sign * stiffness(i) * (x[i] - i) * (x[i] - i) / 2;
    if (!(fabs(x[i]) <= b->limit)) inside = false;
    if (fabs(x[i]) > b->worst) b->worst = fabs(x[i]);
  }
  if (!inside && !b->gradient_is_sound) g[N - 1] = b->fault;
  *loss = inside || b->loss_is_sound ? sum : b->fault;
  return NTKW_SUCCESS;
}

static ntkw_status bowl_dot(void *context, const void *a, const void *b, double *value) {
  const double *x = a, *y = b;
  (void)context;
  *value = 0.0;
  for (int i = 0; i < N; i++) *value += x[i] * y[i];
  return NTKW_SUCCESS;
}

static const shard_layout whole = {.n_parameters = N, .count = N, .precision = NTKW_FLOAT64};

static double do_steps(bowl *b, const optimizer_settings *settings, double x[N], int steps) {
  void *self = NULL;
  double gradient[N], loss = NAN;
  CHECK_OK(settings->ops->create(settings, &whole, &self));
  for (int i = 0; i < steps; i++) {
    bowl_gradient(b, x, &loss, gradient);
    const double before = loss;
    const optimizer_step step = {i, i, settings->rate.start};
    const objective goal = {
        .context = b, .loss = loss, .gradient = gradient, .gradient_at = bowl_gradient, .dot = bowl_dot};
    CHECK_OK(settings->ops->step(self, &step, &goal, x));
    bowl_gradient(b, x, &loss, gradient);
    if (settings->ops == optimizer_find("lbfgs")) CHECK(loss <= before);
  }
  settings->ops->destroy(self);
  return loss;
}

static void a_quadratic_function_is_minimised(void) {
  bowl b = {.limit = INFINITY};
  double x[N] = {0};
  optimizer_settings settings = optimizer_defaults(optimizer_find("lbfgs"));
  CHECK(do_steps(&b, &settings, x, 40) < 1e-20);
  for (int i = 0; i < N; i++) CHECK_NEAR(x[i], (double)i, 1e-9);
  CHECK(b.asked < 40 * 4); /* each step has two evaluations of do_steps and up to two trials on average */
  settings.values[0] = 2;  /* the option memory: two pairs need more steps */
  for (int i = 0; i < N; i++) x[i] = 0.0;
  const double loss = do_steps(&b, &settings, x, 40);
  CHECK(loss > 1e-20 && loss < 1e-2);
}

static void least_squares_take_adam_longer(void) {
  bowl b = {.limit = INFINITY};
  double x[N] = {0}, y[N] = {0};
  optimizer_settings lbfgs = optimizer_defaults(optimizer_find("lbfgs")),
                     adam = optimizer_defaults(optimizer_find("adam"));
  adam.rate.start = 0.1;
  CHECK(do_steps(&b, &lbfgs, x, 25) < 1e-6 * do_steps(&b, &adam, y, 100));
}

static const double faults[] = {NAN, INFINITY, -INFINITY};

/* Long first steps are shortened, and no step ends where f or its gradient is NaN or infinite. */
static void faulty_trials_shorten_the_step(void) {
  optimizer_settings settings = optimizer_defaults(optimizer_find("lbfgs"));
  settings.rate.start = 1e6;
  settings.values[1] = 40;
  for (int k = 0; k < 3; k++) {
    for (int sound = 0; sound < 3; sound++) {
      bowl b = {.limit = 30.0, .fault = faults[k], .loss_is_sound = sound == 1, .gradient_is_sound = sound == 2};
      double x[N] = {0};
      CHECK(do_steps(&b, &settings, x, 80) < 1e-12);
      CHECK(b.worst > 1e4);
    }
  }
}

/* If no trial is finite, the parameters stay, after as many trials as are allowed. */
static void nothing_moves_where_no_trial_is_finite(void) {
  optimizer_settings settings = optimizer_defaults(optimizer_find("lbfgs"));
  for (int k = 0; k < 3; k++) {
    bowl b = {.limit = 0.0, .fault = faults[k]};
    double x[N] = {0};
    CHECK(isfinite(do_steps(&b, &settings, x, 2)));
    for (int i = 0; i < N; i++) CHECK_EQUAL_DOUBLE(x[i], 0.0);
    CHECK(b.asked > 4 && b.asked <= 4 + 2 * 20);
  }
}

/* A gradient that is not finite, or whose square overflows, is an error that names the step. */
static void a_faulty_gradient_is_an_error(void) {
  const double values[] = {NAN, INFINITY, -INFINITY, 1e200};
  const optimizer_settings settings = optimizer_defaults(optimizer_find("lbfgs"));
  for (int k = 0; k < 4; k++) {
    bowl b = {.limit = -1.0, .fault = values[k], .loss_is_sound = true};
    double x[N] = {0}, gradient[N], loss = 0.0;
    void *self = NULL;
    CHECK_OK(settings.ops->create(&settings, &whole, &self));
    bowl_gradient(&b, x, &loss, gradient);
    const optimizer_step step = {7, 7, 1.0};
    const objective goal = {
        .context = &b, .loss = loss, .gradient = gradient, .gradient_at = bowl_gradient, .dot = bowl_dot};
    CHECK_STATUS(settings.ops->step(self, &step, &goal, x), NTKW_ERR_NOT_FINITE);
    CHECK_TEXT_HAS(ntkw_last_error(), "step 7: ");
    for (int i = 0; i < N; i++) CHECK_EQUAL_DOUBLE(x[i], 0.0);
    CHECK_EQUAL_INT(b.asked, 1);
    settings.ops->destroy(self);
  }
}

/* The parameters do not change at the minimum, or if the only trial is much too long. */
static void hopeless_steps_move_nothing(void) {
  bowl b = {.limit = INFINITY};
  double x[N], y[N] = {0};
  optimizer_settings settings = optimizer_defaults(optimizer_find("lbfgs"));
  for (int i = 0; i < N; i++) x[i] = i;
  CHECK_EQUAL_DOUBLE(do_steps(&b, &settings, x, 3), 0.0);
  for (int i = 0; i < N; i++) CHECK_EQUAL_DOUBLE(x[i], (double)i);
  settings.values[1] = 1;
  settings.rate.start = 1e6;
  do_steps(&b, &settings, y, 3);
  for (int i = 0; i < N; i++) CHECK_EQUAL_DOUBLE(y[i], 0.0);
}

/* -f has negative curvature everywhere; a pair would make the next step an ascent. */
static void negative_curvature_is_no_pair(void) {
  bowl b = {.limit = 1e8, .concave = true};
  double x[N] = {0};
  optimizer_settings settings = optimizer_defaults(optimizer_find("lbfgs"));
  CHECK(do_steps(&b, &settings, x, 5) < -1e3);
}

/* The loss of a network fitted to sin(3 x), after some steps. */
static double loss_after(const char *optimizer, const char *precision, int resample, int steps) {
  static const char format[] =
      "return problem {\n"
      "  inputs = { {'x', 0, 1} }, outputs = { 'u' }, resample = %d, precision = '%s', weighting = 'none',\n"
      "  conditions = { { 'fit', points = 200, on = interior(), equation = function(p) return p.u - sin(3*p.x) end } "
      "},\n"
      "  network = { hidden = {12} }, optimizer = { %s }, seed = 3,\n"
      "}\n";
  char text[1024];
  problem *pde = NULL;
  trainer *t = NULL;
  bool stop = false;
  snprintf(text, sizeof text, format, resample, precision, optimizer);
  CHECK_OK(problem_from_lua("fit.lua", text, &pde));
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  for (int i = 0; i < steps; i++) CHECK_OK(trainer_step(t, &stop));
  CHECK_OK(trainer_measure(t));
  const double loss = trainer_losses(t)[0];
  trainer_destroy(&t);
  problem_destroy(&pde);
  return loss;
}

/* The loss of u + 1000 falls until log(u + 20) is not finite. Every step ends where both are finite. */
static void a_network_stays_where_its_loss_is_finite(void) {
  static const char text[] =
      "return problem {\n"
      "  inputs = { {'x', 0, 1} }, outputs = { 'u' }, resample = 0, weighting = 'none',\n"
      "  conditions = {\n"
      "    { 'pull', points = 30, on = interior(), equation = function(p) return p.u + 1000 end },\n"
      "    { 'wall', points = 30, on = interior(), equation = function(p) return log(p.u + 20) end },\n"
      "  },\n"
      "  network = { hidden = {6} }, optimizer = { 'lbfgs', rate = 1000 },\n"
      "}\n";
  problem *pde = NULL;
  trainer *t = NULL;
  bool stop = false;
  double before = INFINITY;
  CHECK_OK(problem_from_lua("wall.lua", text, &pde));
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  for (int i = 0; i < 15; i++) {
    CHECK_OK(trainer_step(t, &stop));
    CHECK_OK(trainer_measure(t));
    const double loss = trainer_losses(t)[0] + trainer_losses(t)[1];
    CHECK(loss <= before);
    before = loss;
  }
  CHECK(trainer_losses(t)[0] < 990.0 * 990.0); /* u is near the wall at -20 */
  trainer_destroy(&t);
  problem_destroy(&pde);
}

static void it_takes_fewer_steps_than_adam(void) {
  CHECK(loss_after("'lbfgs'", "float64", 0, 60) < 1e-2 * loss_after("'adam', rate = 1e-2", "float64", 0, 240));
  CHECK(loss_after("'lbfgs'", "float32", 0, 60) < 1e-2 * loss_after("'adam', rate = 1e-2", "float32", 0, 240));
  CHECK(loss_after("'lbfgs'", "float64", 1, 60) < 1e-1 * loss_after("'adam', rate = 1e-2", "float64", 1, 240));
}

static void print_all(char **text) {
  size_t size = 0;
  FILE *to = open_memstream(text, &size);
  optimizer_print_options(to);
  fclose(to);
}

/* The help text lists optimizers with their options and defaults. */
static void options_are_printed(void) {
  char *text = NULL;
  print_all(&text);
  CHECK_TEXT_HAS(text, "L-BFGS");
  CHECK_TEXT_HAS(text, "memory     pairs");
  CHECK_TEXT_HAS(text, "(an integer from 1 to 1000, default 10)");
  CHECK_TEXT_HAS(text, "beta2");
  CHECK_TEXT_HAS(text, "(a number above 0, default 1e-08)");
  free(text);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {
      TEST(a_quadratic_function_is_minimised), TEST(least_squares_take_adam_longer),
      TEST(faulty_trials_shorten_the_step),    TEST(nothing_moves_where_no_trial_is_finite),
      TEST(a_faulty_gradient_is_an_error),     TEST(a_network_stays_where_its_loss_is_finite),
      TEST(hopeless_steps_move_nothing),       TEST(negative_curvature_is_no_pair),
      TEST(it_takes_fewer_steps_than_adam),    TEST(options_are_printed)};
  return run_suite("lbfgs", cases, sizeof cases / sizeof *cases, argc, argv);
}
