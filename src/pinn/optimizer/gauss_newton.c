/* Gauss-Newton steps with adaptive damping (Levenberg 1944, Marquardt 1963) and geodesic acceleration (Transtrum &
 * Sethna, arXiv:1201.5885).
 *
 * With the residuals r, their Jacobian J and the damping d, the velocity is v = -(J^T J + d I)^-1 J^T r. The
 * acceleration is a = -1/2 (J^T J + d I)^-1 J^T r'', where r'' is the second derivative of r along v, by a difference
 * of residuals. A step goes to theta + v + a or theta + v, to the lower loss. The gain is the decrease of the loss by
 * that which the linear model predicts, -(2 g.v + |J v|^2). The damping falls if the gain is high and rises if it is
 * low. A step without a decrease is tried again with a larger damping and the same matrix.
 *
 * The rule "curve" keeps a low damping and searches along the curve theta + t v + t^2 a and the line theta + t v for
 * the lowest loss at t = 1, 1/2, 1/4, ... With momentum m the damping pulls towards m times the last step (Goldshlager,
 * Abrahamsen & Lin, arXiv:2401.10190): v = m w - (J^T J + d I)^-1 J^T (r + m J w).
 *
 * Elements are computed as written from elements of the same index; inner products are exact. */
#include "pinn/optimizer/optimizer.h"
#include "base/check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RULE, DAMPING, ACCELERATION, MOMENTUM, TRIALS, N_OPTIONS };
typedef enum step_rule { RULE_LM, RULE_CURVE, N_RULES } step_rule;

static const char *const rules[N_RULES] = {"lm", "curve"};

static bool is_damping(double x) {
  return x >= 0.0 && x <= 1e6;
}

static const optimizer_option options[N_OPTIONS] = {
    {.key = "rule",
     .otherwise = RULE_LM,
     .words = rules,
     .n_words = N_RULES,
     .help = "how damping and step are chosen"},
    {.key = "damping",
     .otherwise = 0,
     .allowed = is_damping,
     .expected = "a number from 0 to 1e6",
     .help = "first damping, relative to the mean squared norm of the Jacobian's rows; 0: 1e-3, for \"curve\" 1e-8"},
    {.key = "acceleration", .otherwise = 1, .least = 0, .most = 1, .help = "1: with geodesic acceleration"},
    {.key = "momentum",
     .otherwise = 0,
     .allowed = option_is_momentum,
     .expected = "a number from 0 to below 1",
     .help = "part of the last step towards which the damping pulls"},
    {.key = "trials", .otherwise = 12, .least = 1, .most = 1000, .help = "dampings that are tried in a step"}};

/* First dampings of the rules, by measurement. */
static const double FIRST_DAMPING[N_RULES] = {1e-3, 1e-8};
/* Factors of the damping, and the gains that decide. */
static const double DOWN = 1.0 / 3.0, UP = 2.0, REJECTED = 4.0, HIGH_GAIN = 0.5, LOW_GAIN = 0.1;
/* The difference for the second derivative, and the largest |a| / |v|. */
static const double DIFFERENCE = 0.1, MOST_ACCELERATION = 0.75;
/* Of the rule "curve": the number of steps that are tried; a full step that leaves more than this of the loss, and
 * factors of the damping after such a step and after a search without success. */
enum { CURVE_STEPS = 12 };
static const double LITTLE_GAIN = 0.3, CURVE_DOWN = 0.25, CURVE_UP = 10.0;

typedef struct gauss_newton {
  shard_layout layout;
  step_rule rule;
  double first, momentum; /* damping, relative */
  bool accelerate;
  int trials;
  double damping; /* 0: not chosen yet */
  double floor;   /* the lowest damping, relative: a matrix with a fourth of it had no factor */
  double *velocity, *acceleration, *trial, *best; /* shards */
  double *last;                                   /* the last step, divided by its rate; only with momentum */
  bool has_last;                                  /* otherwise last is 0 */
} gauss_newton;

static void destroy(void *self) {
  gauss_newton *g = self;
  if (!g) return;
  double *const all[] = {g->velocity, g->acceleration, g->trial, g->best, g->last};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  free(g);
}

static ntkw_status create(const optimizer_settings *settings, const shard_layout *layout, void **self) {
  const size_t n = (size_t)layout->count + 1;
  gauss_newton *g = *self = calloc(1, sizeof *g);
  if (g) {
    g->layout = *layout;
    g->rule = (step_rule)settings->values[RULE];
    g->first = settings->values[DAMPING] > 0.0 ? settings->values[DAMPING] : FIRST_DAMPING[g->rule];
    g->momentum = settings->values[MOMENTUM];
    g->accelerate = settings->values[ACCELERATION] != 0.0;
    g->trials = (int)settings->values[TRIALS];
    double **const all[] = {&g->velocity, &g->acceleration, &g->trial, &g->best, &g->last};
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
  double mean;      /* squared norm of the Jacobian's rows */
  double predicted; /* decrease of the loss */
  double loss;      /* at the parameters in best */
} attempt;

static ntkw_status dot(const objective *goal, const void *a, const void *b, double *value) {
  return goal->dot(goal->context, a, b, value);
}

static ntkw_status solve_with_momentum(gauss_newton *g, const attempt *a) {
  const least_squares *s = a->squares;
  double *const rows = s->spare[1];
  NTKW_TRY(s->apply(a->goal->context, g->last, rows));
  for (int64_t i = 0; i < s->count; i++) rows[i] = s->residuals[i] + g->momentum * rows[i];
  NTKW_TRY(s->solve(a->goal->context, rows, g->velocity));
  for (int64_t i = 0; i < g->layout.count; i++) g->velocity[i] += g->momentum * g->last[i];
  return NTKW_SUCCESS;
}

/* Compute the velocity, J times it (in the first spare rows), and the predicted decrease. */
static ntkw_status compute_velocity(gauss_newton *g, attempt *a) {
  const least_squares *s = a->squares;
  void *const context = a->goal->context;
  double slope, square;
  NTKW_TRY(g->has_last ? solve_with_momentum(g, a) : s->solve(context, s->residuals, g->velocity));
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

/* Compute the acceleration from the residuals at a part of the velocity. usable: these residuals are finite. */
static ntkw_status compute_acceleration(gauss_newton *g, const attempt *a, bool *usable) {
  const least_squares *s = a->squares;
  void *const context = a->goal->context;
  double loss, *const second = s->spare[1];
  *usable = false;
  combine(g, a->parameters, DIFFERENCE, g->velocity, g->trial);
  NTKW_TRY(s->residuals_at(context, g->trial, &loss, second));
  if (!isfinite(loss)) return NTKW_SUCCESS;
  for (int64_t i = 0; i < s->count; i++)
    second[i] = 2.0 / DIFFERENCE * ((second[i] - s->residuals[i]) / DIFFERENCE - s->spare[0][i]);
  NTKW_TRY(s->solve(context, second, g->acceleration));
  for (int64_t i = 0; i < g->layout.count; i++) g->acceleration[i] *= 0.5;
  *usable = true;
  return NTKW_SUCCESS;
}

static ntkw_status is_short(const gauss_newton *g, const attempt *a, bool *answer) {
  double velocity, acceleration;
  NTKW_TRY(dot(a->goal, g->velocity, g->velocity, &velocity));
  NTKW_TRY(dot(a->goal, g->acceleration, g->acceleration, &acceleration));
  *answer = acceleration < MOST_ACCELERATION * MOST_ACCELERATION * velocity;
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

/* trial = theta + t v + t^2 a, or without a. */
static void place_trial(const gauss_newton *g, const attempt *a, double t, bool accelerated) {
  if (!accelerated) {
    combine(g, a->parameters, t, g->velocity, g->trial);
    return;
  }
  for (int64_t i = 0; i < g->layout.count; i++)
    g->trial[i] = a->parameters[i] + (t * g->velocity[i] + t * t * g->acceleration[i]);
}

/* The lower one of the losses at theta + v and theta + v + a. It is infinite if neither is finite. */
static ntkw_status try_steps(gauss_newton *g, attempt *a) {
  bool accelerated = false;
  a->loss = INFINITY;
  place_trial(g, a, 1.0, false);
  NTKW_TRY(try_parameters(g, a));
  if (!g->accelerate || !isfinite(a->loss)) return NTKW_SUCCESS;
  NTKW_TRY(compute_acceleration(g, a, &accelerated));
  if (accelerated) NTKW_TRY(is_short(g, a, &accelerated));
  if (!accelerated) return NTKW_SUCCESS;
  place_trial(g, a, 1.0, true);
  return try_parameters(g, a);
}

/* Search along the line and the curve until the loss rises again. found: its t, or 0. */
static ntkw_status search_curve(gauss_newton *g, attempt *a, double *found) {
  bool accelerated = false;
  a->loss = a->goal->loss;
  *found = 0.0;
  if (g->accelerate) NTKW_TRY(compute_acceleration(g, a, &accelerated));
  double t = 1.0;
  for (int k = 0; k < CURVE_STEPS; k++, t *= 0.5) {
    const double before = a->loss;
    for (int curved = 0; curved <= (int)accelerated; curved++) {
      place_trial(g, a, t, curved);
      NTKW_TRY(try_parameters(g, a));
    }
    if (a->loss < before)
      *found = t;
    else if (*found > 0.0)
      return NTKW_SUCCESS;
  }
  return NTKW_SUCCESS;
}

/* The matrix with this damping has no factor: neither it nor a lower one will be used again. */
static void raise_floor(gauss_newton *g, const attempt *a) {
  g->damping *= REJECTED;
  g->floor = g->damping / a->mean;
}

static void scale_damping(gauss_newton *g, const attempt *a, double factor) {
  const double lowest = g->floor * a->mean;
  g->damping *= factor;
  if (g->damping < lowest) g->damping = lowest;
}

static ntkw_status try_lm(gauss_newton *g, attempt *a, bool *done) {
  NTKW_TRY(try_steps(g, a));
  *done = a->loss < a->goal->loss;
  const double gain = (a->goal->loss - a->loss) / a->predicted;
  scale_damping(g, a, !*done ? REJECTED : gain > HIGH_GAIN ? DOWN : gain > LOW_GAIN ? 1.0 : UP);
  return NTKW_SUCCESS;
}

static ntkw_status try_curve(gauss_newton *g, attempt *a, bool *done) {
  double t;
  NTKW_TRY(search_curve(g, a, &t));
  *done = t > 0.0;
  if (!*done)
    scale_damping(g, a, CURVE_UP);
  else if (t >= 0.5 && a->loss > LITTLE_GAIN * a->goal->loss)
    scale_damping(g, a, CURVE_DOWN);
  return NTKW_SUCCESS;
}

static void forget_last(gauss_newton *g) {
  memset(g->last, 0, (size_t)g->layout.count * sizeof *g->last);
  g->has_last = false;
}

/* Go to the parameters in best. */
static void accept(gauss_newton *g, const attempt *a, double *parameters) {
  g->has_last = g->momentum > 0.0;
  for (int64_t i = 0; i < g->layout.count && g->has_last; i++) g->last[i] = (g->best[i] - parameters[i]) / a->rate;
  memcpy(parameters, g->best, (size_t)g->layout.count * sizeof *parameters);
}

/* Do one trial. done: the parameters are those of the next step. lost: no step of this damping is above rounding. */
static ntkw_status try_damping(gauss_newton *g, attempt *a, double *parameters, bool *done, bool *lost) {
  bool positive;
  NTKW_TRY(a->squares->factorise(a->goal->context, g->damping, &positive));
  if (!positive) {
    raise_floor(g, a);
    return NTKW_SUCCESS;
  }
  NTKW_TRY(compute_velocity(g, a));
  NTKW_TRY(is_rounding(g, a, lost));
  if (*lost && g->has_last) { /* momentum may lead upwards */
    forget_last(g);
    *lost = false;
    return NTKW_SUCCESS;
  }
  if (*lost) return NTKW_SUCCESS;
  NTKW_TRY(g->rule == RULE_LM ? try_lm(g, a, done) : try_curve(g, a, done));
  if (*done)
    accept(g, a, parameters);
  else
    forget_last(g);
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
  a.mean = trace / (double)a.squares->n_rows;
  const double first = (g->first > g->floor ? g->first : g->floor) * a.mean;
  if (g->damping == 0.0) g->damping = first;
  for (int i = 0; i < g->trials && !done && !lost; i++) NTKW_TRY(try_damping(g, &a, parameters, &done, &lost));
  if (lost && g->damping > first) g->damping = 0.0; /* the next step begins with the first damping */
  return NTKW_SUCCESS;
}

/* Checkpoints of runs without momentum have no last step: it is then 0. */
static ntkw_status resize_last(void *self, int64_t rows, void **values) {
  gauss_newton *g = self;
  NTKW_CHECK(rows <= 1, NTKW_ERR_FORMAT, "the checkpoint has %lld rows of gauss_newton_last; expected one at most",
             (long long)rows);
  forget_last(g);
  g->has_last = rows > 0;
  *values = g->last;
  return NTKW_SUCCESS;
}

static ntkw_status visit_state(void *self, state_visitor *v) {
  gauss_newton *g = self;
  array_entry last = shard_entry(&g->layout, "gauss_newton_last", g->last);
  last.n_dimensions = 2;
  last.shape[0] = g->has_last;
  last.shape[1] = g->layout.n_parameters;
  last.resize = resize_last;
  last.owner = g;
  NTKW_TRY(v->real(v, &(real_entry){"gauss_newton_damping", &g->damping, STATE_NONZERO}));
  NTKW_TRY(v->real(v, &(real_entry){"gauss_newton_floor", &g->floor, STATE_NONZERO}));
  return v->array(v, &last);
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
