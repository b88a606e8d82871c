/* Gauss-Newton steps: on a linear problem the gain is 1 at any damping and the velocity is that of the damped problem;
 * the acceleration is that of second differences; steps that do not lower the loss, or whose loss is NaN, are tried
 * again; and small networks are fitted, with one point or few parameters as well. */
#include "pinn/optimizer/optimizer.h"
#include "training_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { P = 4, N = 6 }; /* parameters and residuals of a function that is not distributed */

typedef struct misfit {
  void (*residuals)(const double *x, double *r);
  double x[P], damping;
  double limit;         /* residuals are NaN where some |x_i| is larger */
  double least_damping; /* factors exist from here on */
  int factored, asked;
  double jacobian[N][P];
} misfit;

static const double matrix[N][P] = {{1, 2, 0, 1},       {0, 3, -1, 0.5}, {0.1, 0, 2, 0},
                                    {0.5, 0.5, 1, 0.1}, {0, 0, 0, 0.01}, {1, -1, 1, -1}};

static void linear(const double *x, double *r) {
  for (int i = 0; i < N; i++) {
    r[i] = -1.0 - i;
    for (int j = 0; j < P; j++) r[i] += matrix[i][j] * x[j];
  }
}

static void curved(const double *x, double *r) {
  linear(x, r);
  r[0] = 10 * (x[1] - x[0] * x[0]);
  r[1] = 1 - x[0];
  r[2] += 0.3 * x[2] * x[3];
}

static double evaluate(const misfit *m, const double *x, double *r) {
  double sum = 0;
  m->residuals(x, r);
  for (int i = 0; i < P; i++)
    if (!(fabs(x[i]) <= m->limit)) r[0] = NAN;
  for (int i = 0; i < N; i++) sum += r[i] * r[i];
  return sum;
}

/* The derivative by x_j: exact for polynomials of degree two. */
static void differentiate(misfit *m) {
  double high[N], low[N], moved[P];
  for (int j = 0; j < P; j++) {
    memcpy(moved, m->x, sizeof moved);
    moved[j] = m->x[j] + 0.5;
    m->residuals(moved, high);
    moved[j] = m->x[j] - 0.5;
    m->residuals(moved, low);
    for (int i = 0; i < N; i++) m->jacobian[i][j] = high[i] - low[i];
  }
}

static double offered_residuals[N], spare[2][N];

static ntkw_status linearise(void *context, double *trace) {
  misfit *m = context;
  differentiate(m);
  *trace = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < P; j++) *trace += m->jacobian[i][j] * m->jacobian[i][j];
  evaluate(m, m->x, offered_residuals);
  return NTKW_SUCCESS;
}

static ntkw_status residuals_at(void *context, const void *trial, double *loss, double *rows) {
  *loss = evaluate(context, trial, rows);
  return NTKW_SUCCESS;
}

static ntkw_status loss_at(void *context, const void *trial, double *loss) {
  double rows[N];
  ((misfit *)context)->asked++;
  return residuals_at(context, trial, loss, rows);
}

static ntkw_status apply(void *context, const void *v, double *rows) {
  const misfit *m = context;
  for (int i = 0; i < N; i++) {
    rows[i] = 0;
    for (int j = 0; j < P; j++) rows[i] += m->jacobian[i][j] * ((const double *)v)[j];
  }
  return NTKW_SUCCESS;
}

static ntkw_status factorise(void *context, double damping, bool *positive) {
  misfit *m = context;
  m->damping = damping;
  m->factored++;
  *positive = damping >= m->least_damping;
  return NTKW_SUCCESS;
}

/* By Gauss-Jordan elimination in long double. */
static ntkw_status solve(void *context, const double *rows, void *v) {
  const misfit *m = context;
  long double a[P][P + 1];
  for (int i = 0; i < P; i++)
    for (int j = 0; j <= P; j++) {
      a[i][j] = i == j ? m->damping : 0;
      for (int k = 0; k < N; k++) a[i][j] += (long double)m->jacobian[k][i] * (j < P ? m->jacobian[k][j] : -rows[k]);
    }
  for (int k = 0; k < P; k++)
    for (int i = 0; i < P; i++)
      for (int j = P; j >= k && i != k; j--) a[i][j] -= a[i][k] / a[k][k] * a[k][j];
  for (int i = 0; i < P; i++) ((double *)v)[i] = (double)(a[i][P] / a[i][i]);
  return NTKW_SUCCESS;
}

static ntkw_status product(int n, const double *a, const double *b, double *value) {
  *value = 0;
  for (int i = 0; i < n; i++) *value += a[i] * b[i];
  return NTKW_SUCCESS;
}

static ntkw_status dot(void *context, const void *a, const void *b, double *value) {
  (void)context;
  return product(P, a, b, value);
}

static ntkw_status dot_rows(void *context, const double *a, const double *b, double *value) {
  (void)context;
  return product(N, a, b, value);
}

static const shard_layout whole = {.n_parameters = P, .count = P, .precision = NTKW_FLOAT64};

/* Do one step from m->x. @return the loss afterwards. */
static double do_step(void *self, const optimizer_ops *ops, misfit *m, double rate) {
  const least_squares squares = {.n_rows = N,
                                 .count = N,
                                 .residuals = offered_residuals,
                                 .spare = {spare[0], spare[1]},
                                 .linearise = linearise,
                                 .residuals_at = residuals_at,
                                 .apply = apply,
                                 .factorise = factorise,
                                 .solve = solve,
                                 .dot_rows = dot_rows};
  double r[N], gradient[P] = {0};
  objective goal = {.context = m, .gradient = gradient, .loss_at = loss_at, .dot = dot, .squares = &squares};
  goal.loss = evaluate(m, m->x, r);
  differentiate(m);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < P; j++) gradient[j] += 2 * m->jacobian[i][j] * r[i];
  const optimizer_step step = {0, 0, rate};
  CHECK_OK(ops->step(self, &step, &goal, m->x));
  return evaluate(m, m->x, r);
}

/* The state's numbers, by name. */
typedef struct listener {
  state_visitor visitor;
  double damping, floor;
} listener;

static ntkw_status hear(state_visitor *v, const real_entry *real) {
  listener *l = (listener *)v;
  if (strcmp(real->name, "gauss_newton_damping") == 0) l->damping = *real->value;
  if (strcmp(real->name, "gauss_newton_floor") == 0) l->floor = *real->value;
  return NTKW_SUCCESS;
}

static ntkw_status ignore(state_visitor *v, const array_entry *array) {
  (void)v, (void)array;
  return NTKW_SUCCESS;
}

static listener state_of(void *self, const optimizer_ops *ops) {
  listener l = {.visitor = state_visitor_of_arrays(ignore)};
  l.visitor.real = hear;
  CHECK_OK(ops->visit_state(self, &l.visitor));
  return l;
}

/* Set an option of the settings by its key. */
static void set(optimizer_settings *settings, const char *key, double value) {
  int found = 0;
  for (int i = 0; i < settings->ops->n_options; i++)
    if (strcmp(settings->ops->options[i].key, key) == 0) {
      settings->values[i] = value;
      found++;
    }
  CHECK_EQUAL_INT(found, 1);
}

static optimizer_settings defaults(void) {
  return optimizer_defaults(optimizer_find("gauss-newton"));
}

/* The gain is 1: so each step divides the damping by 3, whatever it is, and ends where the damped problem does. */
static void linear_problems_have_gain_one(void) {
  static const double dampings[] = {1e-9, 1e-3, 1.0, 1e3};
  for (int d = 0; d < 4; d++) {
    misfit m = {.residuals = linear, .limit = INFINITY};
    optimizer_settings settings = defaults();
    void *self = NULL;
    double trace, r[N], v[P];
    set(&settings, "damping", dampings[d]);
    CHECK_OK(settings.ops->create(&settings, &whole, &self));
    linearise(&m, &trace);
    m.damping = dampings[d] * (trace / N);
    evaluate(&m, m.x, r);
    solve(&m, r, v);
    const double first = m.damping;
    do_step(self, settings.ops, &m, 1.0);
    for (int j = 0; j < P; j++) CHECK_NEAR(m.x[j], v[j], 1e-14 * fabs(v[j]));
    CHECK_NEAR(state_of(self, settings.ops).damping / first, 1.0 / 3.0, 1e-15);
    double last = INFINITY;
    for (int i = 0; i < 40; i++) {
      const double loss = do_step(self, settings.ops, &m, 1.0);
      CHECK(loss <= last);
      last = loss;
    }
    evaluate(&m, m.x, r);
    for (int j = 0; j < P; j++) {
      double gradient = 0;
      for (int i = 0; i < N; i++) gradient += matrix[i][j] * r[i];
      CHECK_NEAR(gradient, 0.0, 1e-7);
    }
    settings.ops->destroy(self);
  }
}

static double norm(const double *x) {
  double sum = 0;
  for (int j = 0; j < P; j++) sum += x[j] * x[j];
  return sqrt(sum);
}

/* The step that must be taken from m->x: v, or v + a if |a| < 3/4 |v| and the loss there is lower, with r'' = r(theta + v)
 * - 2 r + r(theta - v), which is exact for residuals of degree two. @return is it v + a? */
static bool expected_step(misfit *m, double to[P]) {
  double trace, r[N], high[N], low[N], second[N], v[P], a[P], with[P], without[P], behind[P];
  linearise(m, &trace);
  evaluate(m, m->x, r);
  solve(m, r, v);
  for (int j = 0; j < P; j++) without[j] = m->x[j] + v[j];
  for (int j = 0; j < P; j++) behind[j] = m->x[j] - v[j];
  m->residuals(without, high);
  m->residuals(behind, low);
  for (int i = 0; i < N; i++) second[i] = (high[i] - 2 * r[i] + low[i]) / 2;
  solve(m, second, a);
  for (int j = 0; j < P; j++) with[j] = without[j] + a[j];
  const bool accelerated = norm(a) < 0.75 * norm(v) && evaluate(m, with, high) < evaluate(m, without, low);
  memcpy(to, accelerated ? with : without, sizeof with);
  return accelerated;
}

static void acceleration_is_the_second_difference(void) {
  int accelerated = 0, plain = 0;
  uint64_t state = 5;
  for (int start = 0; start < 40; start++) {
    misfit m = {.residuals = curved, .limit = INFINITY};
    optimizer_settings settings = defaults();
    void *self = NULL;
    double trace, to[P], r[N];
    const double damping = start % 2 ? 0.1 : 10.0;
    for (int j = 0; j < P; j++) m.x[j] = 4 * random_uniform(&state) - 2;
    set(&settings, "damping", damping);
    set(&settings, "trials", 1);
    linearise(&m, &trace);
    m.damping = damping * (trace / N);
    const bool is_accelerated = expected_step(&m, to);
    if (evaluate(&m, to, r) >= evaluate(&m, m.x, r)) continue;
    (*(is_accelerated ? &accelerated : &plain))++;
    CHECK_OK(settings.ops->create(&settings, &whole, &self));
    do_step(self, settings.ops, &m, 1.0);
    for (int j = 0; j < P; j++) CHECK_NEAR(m.x[j], to[j], 1e-12);
    settings.ops->destroy(self);
  }
  CHECK(accelerated > 5 && plain > 0);
}

static double minimise(misfit *m, const optimizer_settings *settings, int steps) {
  void *self = NULL;
  double loss = NAN, last = INFINITY;
  CHECK_OK(settings->ops->create(settings, &whole, &self));
  for (int i = 0; i < steps; i++) {
    loss = do_step(self, settings->ops, m, 1.0);
    CHECK(loss <= last);
    last = loss;
  }
  settings->ops->destroy(self);
  return loss;
}

static void steps_that_raise_the_loss_are_tried_again(void) {
  for (int kind = 0; kind < 16; kind++) {
    misfit m = {.residuals = curved, .limit = kind & 2 ? 3.0 : INFINITY, .x = {-1.2, 1, 0, 0}}; /* NaN beyond */
    optimizer_settings settings = defaults();
    double r[N];
    set(&settings, "damping", 1e-9);
    set(&settings, "acceleration", kind % 2);
    set(&settings, "rule", kind >> 2 & 1);
    set(&settings, "momentum", kind >> 3 ? 0.7 : 0.0);
    const double loss = minimise(&m, &settings, 200);
    evaluate(&m, m.x, r);
    differentiate(&m);
    for (int j = 0; j < P && !(kind & 2); j++) {
      double gradient = 0;
      for (int i = 0; i < N; i++) gradient += m.jacobian[i][j] * r[i];
      CHECK_NEAR(gradient, 0.0, 1e-5 * loss);
    }
    CHECK(isfinite(loss));
  }
}

/* No trial is better, or none has a factor: the parameters stay, and the next step goes on with a larger damping. */
static void hopeless_steps_move_nothing(void) {
  optimizer_settings settings = defaults();
  misfit nowhere = {.residuals = curved, .limit = 1.2, .x = {-1.2, 1, 0, 0}};
  void *self = NULL;
  set(&settings, "damping", 1e-9);
  set(&settings, "trials", 3.0);
  CHECK_OK(settings.ops->create(&settings, &whole, &self));
  do_step(self, settings.ops, &nowhere, 1.0);
  CHECK_EQUAL_INT(nowhere.factored, 3);
  CHECK_EQUAL_DOUBLE(nowhere.x[0], -1.2);
  const double damping = state_of(self, settings.ops).damping;
  CHECK_EQUAL_DOUBLE(damping, 4 * nowhere.damping);
  misfit singular = {.residuals = curved, .limit = 5, .x = {-1.2, 1, 0, 0}, .least_damping = INFINITY};
  do_step(self, settings.ops, &singular, 1.0);
  CHECK_EQUAL_INT(singular.factored, 3);
  CHECK_EQUAL_INT(singular.asked, 0);
  double trace;
  linearise(&singular, &trace);
  CHECK_NEAR(state_of(self, settings.ops).floor * (trace / N) / damping, 64.0, 1e-12);
  settings.ops->destroy(self);
}

/* A damping without a factor is the floor, times four, of all later ones. */
static void dampings_without_a_factor_are_avoided(void) {
  optimizer_settings settings = defaults();
  misfit m = {.residuals = linear, .limit = INFINITY, .least_damping = 1e-6};
  void *self = NULL;
  set(&settings, "damping", 1e-9);
  CHECK_OK(settings.ops->create(&settings, &whole, &self));
  for (int i = 0; i < 30; i++) do_step(self, settings.ops, &m, 1.0);
  const listener l = state_of(self, settings.ops);
  double trace;
  linearise(&m, &trace);
  const double lowest = l.floor * (trace / N);
  CHECK(lowest >= 1e-6 && lowest < 4e-6 && l.damping >= lowest * (1 - 1e-15));
  settings.ops->destroy(self);
}

/* The loss of a network after some steps. */
static double loss_after(const char *conditions, const char *layers, int steps, ntkw_status expected) {
  static const char format[] = "return problem {\n"
                               "  inputs = { {'x', 0, 1} }, outputs = { 'u' }, resample = 0, weighting = 'none',\n"
                               "  conditions = { %s }, network = { %s }, optimizer = 'gauss-newton', seed = 3,\n"
                               "}\n";
  char text[1024];
  problem *pde = NULL;
  trainer *t = NULL;
  bool stop = false;
  ntkw_status status = NTKW_SUCCESS;
  double loss = 0.0;
  snprintf(text, sizeof text, format, conditions, layers);
  CHECK_OK(problem_from_lua("fit.lua", text, &pde));
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  for (int i = 0; i < steps && status == NTKW_SUCCESS; i++) status = trainer_step(t, &stop);
  CHECK_STATUS(status, expected);
  if (status == NTKW_SUCCESS) CHECK_OK(trainer_measure(t));
  for (int c = 0; c < pde->n_conditions; c++) loss += trainer_losses(t)[c];
  trainer_destroy(&t);
  problem_destroy(&pde);
  return loss;
}

#define FIT(points) \
  "{ 'fit', points = " points ", on = interior(), equation = function(p) return p.u - sin(3*p.x) end }"
#define DERIVATIVES "{ 'ode', points = 50, on = interior(), equation = function(p) return p.u_xx + p.u, p.u_x end }"

static void networks_are_fitted(void) {
  CHECK(loss_after(FIT("200"), "hidden = {12}", 60, NTKW_SUCCESS) < 1e-10);
  CHECK(loss_after(FIT("1"), "hidden = {12}", 20, NTKW_SUCCESS) < 1e-25);            /* one row, dual */
  CHECK(loss_after(FIT("30"), "hidden = {1}", 40, NTKW_SUCCESS) < 0.1);              /* four parameters */
  CHECK(loss_after(DERIVATIVES "," FIT("9"), "hidden = {6}", 20, NTKW_SUCCESS) < 1); /* several equations */
}

/* Equations that no parameter changes: nothing moves and nothing fails. */
static void constant_residuals_move_nothing(void) {
  const double loss =
      loss_after("{ 'one', points = 20, on = interior(), equation = function(p) return p.x + 1e-300*1e-300*p.u end }",
                 "hidden = {4}", 3, NTKW_SUCCESS);
  CHECK(loss > 0.1 && loss < 1);
}

static void residuals_that_are_not_finite_are_an_error(void) {
  loss_after("{ 'bad', points = 20, on = interior(), equation = function(p) return log(p.u - 50) end }", "hidden = {4}",
             3, NTKW_ERR_NOT_FINITE);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(linear_problems_have_gain_one),
                                    TEST(acceleration_is_the_second_difference),
                                    TEST(steps_that_raise_the_loss_are_tried_again),
                                    TEST(hopeless_steps_move_nothing),
                                    TEST(dampings_without_a_factor_are_avoided),
                                    TEST(networks_are_fitted),
                                    TEST(constant_residuals_move_nothing),
                                    TEST(residuals_that_are_not_finite_are_an_error)};
  return run_suite("Gauss-Newton", cases, sizeof cases / sizeof *cases, argc, argv);
}
