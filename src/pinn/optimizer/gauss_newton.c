/* Gauss-Newton steps with adaptive damping (Levenberg 1944, Marquardt 1963) and geodesic acceleration (Transtrum &
 * Sethna, arXiv:1201.5885).
 *
 * With the residuals r, their Jacobian J and the damping d, the velocity is v = -(J^T J + d I)^-1 J^T r. The
 * acceleration is a = -1/2 (J^T J + d I)^-1 J^T r'', where r'' is the second derivative of r along v, by a difference of
 * residuals. A step goes to theta + v + a or theta + v, to the lower loss. The gain is the decrease of the loss by that
 * which the linear model predicts, -(2 g.v + |J v|^2). The damping falls if the gain is high and rises if it is low. A
 * step without a decrease is tried again with a larger damping and the same matrix.
 *
 * Elements are computed as written from elements of the same index; inner products are exact. */
#include "pinn/optimizer/optimizer.h"
#include "base/check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DAMPING, ACCELERATION, TRIALS, N_OPTIONS };

static bool is_damping(double x) {
  return x > 0.0 && x <= 1e6;
}

static const optimizer_option options[N_OPTIONS] = {
    {.key = "damping",
     .otherwise = 1e-3,
     .allowed = is_damping,
     .expected = "a number above 0 and up to 1e6",
     .help = "first damping, relative to the mean squared norm of the Jacobian's rows"},
    {.key = "acceleration", .otherwise = 1, .least = 0, .most = 1, .help = "1: with geodesic acceleration"},
    {.key = "trials", .otherwise = 12, .least = 1, .most = 1000, .help = "dampings that are tried in a step"}};

/* Factors of the damping, and the gains that decide. */
static const double DOWN = 1.0 / 3.0, UP = 2.0, REJECTED = 4.0, HIGH_GAIN = 0.5, LOW_GAIN = 0.1;
/* The difference for the second derivative, and the largest |a| / |v|. */
static const double DIFFERENCE = 0.1, MOST_ACCELERATION = 0.75;

typedef struct gauss_newton {
  shard_layout layout;
  double first; /* damping, relative */
  bool accelerate;
  int trials;
  double damping; /* 0: not chosen yet */
  double floor;   /* no damping may be lower, since a matrix with a fourth of it had no factor */
  double *velocity, *acceleration, *trial, *best; /* shards */
} gauss_newton;

static void destroy(void *self) {
  gauss_newton *g = self;
  if (!g) return;
  double *const all[] = {g->velocity, g->acceleration, g->trial, g->best};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  free(g);
}

static ntkw_status create(const optimizer_settings *settings, const shard_layout *layout, void **self) {
  const size_t n = (size_t)layout->count + 1;
  gauss_newton *g = *self = calloc(1, sizeof *g);
  if (g) {
    g->layout = *layout;
    g->first = settings->values[DAMPING];
    g->accelerate = settings->values[ACCELERATION] != 0.0;
    g->trials = (int)settings->values[TRIALS];
    double **const all[] = {&g->velocity, &g->acceleration, &g->trial, &g->best};
    bool complete = true;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
      complete = (*all[i] = calloc(n, sizeof(double))) != NULL && complete;
    if (complete) return NTKW_SUCCESS;
  }
  destroy(g);
  *self = NULL;
  return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for trials of %lld parameters", (long long)layout->count);
}

/* to = x + a y */
static void combine(const gauss_newton *g, const double *x, double a, const double *y, double *to) {
  for (int64_t i = 0; i < g->layout.count; i++) to[i] = x[i] + a * y[i];
}

/* The trial step of one damping. */
typedef struct attempt {
  const objective *goal;
  const least_squares *squares;
  const double *parameters;
  double rate;
  double predicted; /* decrease of the loss */
  double loss;      /* at the parameters in best */
} attempt;

static ntkw_status dot(const objective *goal, const void *a, const void *b, double *value) {
  return goal->dot(goal->context, a, b, value);
}

/* Compute the velocity, J times it (in the first spare rows), and the predicted decrease. */
static ntkw_status compute_velocity(gauss_newton *g, attempt *a) {
  const least_squares *s = a->squares;
  void *const context = a->goal->context;
  double slope, square;
  NTKW_TRY(s->solve(context, s->residuals, g->velocity));
  for (int64_t i = 0; i < g->layout.count; i++) g->velocity[i] *= a->rate;
  NTKW_TRY(s->apply(context, g->velocity, s->spare[0]));
  NTKW_TRY(dot(a->goal, a->goal->gradient, g->velocity, &slope));
  NTKW_TRY(s->dot_rows(context, s->spare[0], s->spare[0], &square));
  a->predicted = -(slope + square);
  return NTKW_SUCCESS;
}

/* Is the velocity lost in the rounding of the loss or of the parameters? */
static ntkw_status is_rounding(const gauss_newton *g, const attempt *a, bool *answer) {
  double velocity, parameters;
  NTKW_TRY(dot(a->goal, g->velocity, g->velocity, &velocity));
  NTKW_TRY(dot(a->goal, a->parameters, a->parameters, &parameters));
  *answer = a->predicted <= 8.0 * DBL_EPSILON * a->goal->loss || velocity <= 1e-28 * parameters;
  return NTKW_SUCCESS;
}

/* Compute the acceleration from the residuals at a part of the velocity. short_enough: can it be used? */
static ntkw_status compute_acceleration(gauss_newton *g, const attempt *a, bool *short_enough) {
  const least_squares *s = a->squares;
  void *const context = a->goal->context;
  double loss, velocity, acceleration, *const second = s->spare[1];
  *short_enough = false;
  combine(g, a->parameters, DIFFERENCE, g->velocity, g->trial);
  NTKW_TRY(s->residuals_at(context, g->trial, &loss, second));
  if (!isfinite(loss)) return NTKW_SUCCESS;
  for (int64_t i = 0; i < s->count; i++)
    second[i] = 2.0 / DIFFERENCE * ((second[i] - s->residuals[i]) / DIFFERENCE - s->spare[0][i]);
  NTKW_TRY(s->solve(context, second, g->acceleration));
  for (int64_t i = 0; i < g->layout.count; i++) g->acceleration[i] *= 0.5;
  NTKW_TRY(dot(a->goal, g->velocity, g->velocity, &velocity));
  NTKW_TRY(dot(a->goal, g->acceleration, g->acceleration, &acceleration));
  *short_enough = acceleration < MOST_ACCELERATION * MOST_ACCELERATION * velocity;
  return NTKW_SUCCESS;
}

/* Evaluate parameters in g->trial, and keep them if their loss is the lowest so far. */
static ntkw_status try_parameters(gauss_newton *g, attempt *a) {
  double loss;
  NTKW_TRY(a->goal->loss_at(a->goal->context, g->trial, &loss));
  if (!(loss < a->loss)) return NTKW_SUCCESS;
  a->loss = loss;
  double *const lower = g->trial;
  g->trial = g->best;
  g->best = lower;
  return NTKW_SUCCESS;
}

/* The lower one of the losses at theta + v and theta + v + a. It is infinite if neither is finite. */
static ntkw_status try_steps(gauss_newton *g, attempt *a) {
  bool accelerated = false;
  a->loss = INFINITY;
  combine(g, a->parameters, 1.0, g->velocity, g->trial);
  NTKW_TRY(try_parameters(g, a));
  if (!g->accelerate || !isfinite(a->loss)) return NTKW_SUCCESS;
  NTKW_TRY(compute_acceleration(g, a, &accelerated));
  if (!accelerated) return NTKW_SUCCESS;
  for (int64_t i = 0; i < g->layout.count; i++) g->trial[i] = a->parameters[i] + (g->velocity[i] + g->acceleration[i]);
  return try_parameters(g, a);
}

/* The matrix with this damping has no factor: neither it nor a lower one will be used again. */
static void raise_floor(gauss_newton *g) {
  g->floor = REJECTED * g->damping;
  g->damping = g->floor;
}

static void adapt_damping(gauss_newton *g, const attempt *a) {
  const double gain = (a->goal->loss - a->loss) / a->predicted;
  g->damping *= gain > HIGH_GAIN ? DOWN : gain > LOW_GAIN ? 1.0 : UP;
  if (g->damping < g->floor) g->damping = g->floor;
}

/* Do one trial. done: the parameters are those of the next step. lost: no step of this damping is above rounding. */
static ntkw_status try_damping(gauss_newton *g, attempt *a, double *parameters, bool *done, bool *lost) {
  bool positive;
  NTKW_TRY(a->squares->factorise(a->goal->context, g->damping, &positive));
  if (!positive) {
    raise_floor(g);
    return NTKW_SUCCESS;
  }
  NTKW_TRY(compute_velocity(g, a));
  NTKW_TRY(is_rounding(g, a, lost));
  if (*lost) return NTKW_SUCCESS;
  NTKW_TRY(try_steps(g, a));
  *done = a->loss < a->goal->loss;
  if (*done) {
    adapt_damping(g, a);
    memcpy(parameters, g->best, (size_t)g->layout.count * sizeof *parameters);
  } else {
    g->damping *= REJECTED;
  }
  return NTKW_SUCCESS;
}

static ntkw_status do_step(void *self, const optimizer_step *step, const objective *goal, void *parameters) {
  gauss_newton *g = self;
  attempt a = {.goal = goal, .squares = goal->squares, .parameters = parameters, .rate = step->rate};
  double trace;
  bool done = false, lost = false;
  NTKW_TRY(a.squares->linearise(goal->context, &trace));
  NTKW_CHECK(isfinite(trace), NTKW_ERR_NOT_FINITE,
             "step %lld: the derivatives of the residuals by the parameters are not finite", (long long)step->number);
  if (trace == 0.0) return NTKW_SUCCESS; /* no parameter changes a residual */
  const double mean = trace / (double)a.squares->n_rows;
  const double first = g->first * mean > g->floor ? g->first * mean : g->floor;
  if (g->damping == 0.0) g->damping = first;
  for (int i = 0; i < g->trials && !done && !lost; i++) NTKW_TRY(try_damping(g, &a, parameters, &done, &lost));
  if (lost && g->damping > first) g->damping = 0.0; /* the next step begins with the first damping */
  return NTKW_SUCCESS;
}

static ntkw_status visit_state(void *self, state_visitor *v) {
  gauss_newton *g = self;
  NTKW_TRY(v->real(v, &(real_entry){"gauss_newton_damping", &g->damping, STATE_NONZERO}));
  return v->real(v, &(real_entry){"gauss_newton_floor", &g->floor, STATE_NONZERO});
}

const optimizer_ops optimizer_gauss_newton = {
    .name = "gauss-newton",
    .summary = "Levenberg-Marquardt with geodesic acceleration on weighted residuals",
    .rate = 1.0,
    .options = options,
    .n_options = N_OPTIONS,
    .least_squares = true,
    .create = create,
    .step = do_step,
    .visit_state = visit_state,
    .destroy = destroy};
