/* L-BFGS (Nocedal & Wright, Numerical Optimization (2006), algorithms 7.4 and 7.5) on shards.
 *
 * A step moves along -H g to a point that satisfies the strong Wolfe conditions. H is built from the last pairs s = x'
 * - x, y = g' - g of parameters and gradients. Both gradients of a pair belong to the points and weights of one step,
 * so pairs stay valid when points or weights change. A pair with s.y <= 0 is skipped. If the search finds no lower
 * loss, the parameters stay and all pairs are removed.
 *
 * Elements are computed in double and rounded once to the precision of the problem. Inner products are exact. */
#include "pinn/optimizer/line_search.h"
#include "base/dtype.h"
#include "pinn/optimizer/optimizer.h"
#include "base/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY, TRIALS, N_OPTIONS };

static const optimizer_option options[N_OPTIONS] = {
    {.key = "memory", .otherwise = 10, .least = 1, .most = 1000, .help = "pairs that the curvature is made of"},
    {.key = "trials", .otherwise = 20, .least = 1, .most = 1000, .help = "trial steps of a line search"}};

static const double DECREASE = 1e-4, CURVATURE = 0.9;

typedef struct lbfgs {
  shard_layout layout;
  int64_t memory, n_pairs, room; /* n_pairs < room */
  int trials;
  char *s, *y;                        /* room rows of this rank's shard, the oldest pair first */
  double *sy, *yy;                    /* inner products of each pair; 0: not computed yet */
  double *factors;                    /* of the recursion */
  char *direction, *trial, *gradient; /* shards; gradient: at the trial */
} lbfgs;

static size_t row_size(const lbfgs *l) {
  return (size_t)l->layout.count * ntkw_i_value_size(l->layout.precision);
}

static char *row(const lbfgs *l, char *rows, int64_t i) {
  return rows + (size_t)i * row_size(l);
}

/* to = x + a y; to may be x or y. */
#define DEFINE_COMBINE(name, real)                                                  \
  static void name(size_t n, const real *x, double a, const real *y, real *to) {    \
    for (size_t i = 0; i < n; i++) to[i] = (real)((double)x[i] + a * (double)y[i]); \
  }
DEFINE_COMBINE(combine_float, float)
DEFINE_COMBINE(combine_double, double)

static void combine(const lbfgs *l, const void *x, double a, const void *y, void *to) {
  if (l->layout.precision == NTKW_FLOAT32)
    combine_float((size_t)l->layout.count, x, a, y, to);
  else
    combine_double((size_t)l->layout.count, x, a, y, to);
}

/* to = a x; to may be x. */
static void scale(const lbfgs *l, double a, const void *x, void *to) {
  for (int64_t i = 0; i < l->layout.count; i++) {
    if (l->layout.precision == NTKW_FLOAT32)
      ((float *)to)[i] = (float)(a * (double)((const float *)x)[i]);
    else
      ((double *)to)[i] = a * ((const double *)x)[i];
  }
}

/* Allocate room for more pairs and keep the present ones. */
static ntkw_status make_room(lbfgs *l, int64_t room) {
  if (room <= l->room) return NTKW_SUCCESS;
  const size_t n = (size_t)room, bytes = n * row_size(l) + 1;
  void *s = realloc(l->s, bytes);
  if (s) l->s = s;
  void *y = realloc(l->y, bytes);
  if (y) l->y = y;
  double **const numbers[] = {&l->sy, &l->yy, &l->factors};
  bool complete = s && y;
  for (int i = 0; i < 3; i++) {
    double *longer = realloc(*numbers[i], n * sizeof *longer);
    if (longer) *numbers[i] = longer;
    complete = complete && longer;
  }
  NTKW_CHECK(complete, NTKW_ERR_MEMORY, "out of memory for %lld pairs of %lld parameters", (long long)room,
             (long long)l->layout.count);
  l->room = room;
  return NTKW_SUCCESS;
}

static void destroy(void *self) {
  lbfgs *l = self;
  if (!l) return;
  void *const all[] = {l->s, l->y, l->sy, l->yy, l->factors, l->direction, l->trial, l->gradient, l};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static ntkw_status create_parts(lbfgs *l) {
  const size_t bytes = row_size(l) + 1;
  l->direction = malloc(bytes);
  l->trial = malloc(bytes);
  l->gradient = malloc(bytes);
  NTKW_CHECK(l->direction && l->trial && l->gradient, NTKW_ERR_MEMORY, "out of memory for trials of %lld parameters",
             (long long)l->layout.count);
  return make_room(l, l->memory + 1); /* one more for a pair that may be skipped */
}

static ntkw_status create(const optimizer_settings *settings, const shard_layout *layout, void **self) {
  lbfgs *l = *self = calloc(1, sizeof *l);
  NTKW_CHECK(l, NTKW_ERR_MEMORY, "out of memory for the optimizer");
  l->layout = *layout;
  l->memory = (int64_t)settings->values[MEMORY];
  l->trials = (int)settings->values[TRIALS];
  const ntkw_status status = create_parts(l);
  if (status == NTKW_SUCCESS) return status;
  destroy(l);
  *self = NULL;
  return status;
}

/* Keep the last `most` pairs. */
static void keep_pairs(lbfgs *l, int64_t most) {
  const int64_t n = l->n_pairs - most;
  if (n <= 0) return;
  memmove(l->s, row(l, l->s, n), (size_t)most * row_size(l));
  memmove(l->y, row(l, l->y, n), (size_t)most * row_size(l));
  memmove(l->sy, l->sy + n, (size_t)most * sizeof *l->sy);
  memmove(l->yy, l->yy + n, (size_t)most * sizeof *l->yy);
  l->n_pairs = most;
}

static ntkw_status dot(const objective *goal, const void *a, const void *b, double *value) {
  return goal->dot(goal->context, a, b, value);
}

/* Compute the inner products of a pair unless they are known. */
static ntkw_status complete_pair(lbfgs *l, const objective *goal, int64_t i) {
  if (l->sy[i] == 0.0) NTKW_TRY(dot(goal, row(l, l->s, i), row(l, l->y, i), &l->sy[i]));
  if (l->yy[i] == 0.0) NTKW_TRY(dot(goal, row(l, l->y, i), row(l, l->y, i), &l->yy[i]));
  return NTKW_SUCCESS;
}

/* direction = -H g, by the two-loop recursion (algorithm 7.4). */
static ntkw_status two_loop_recursion(lbfgs *l, const objective *goal) {
  double product;
  for (int64_t i = l->n_pairs - 1; i >= 0; i--) {
    NTKW_TRY(complete_pair(l, goal, i));
    NTKW_TRY(dot(goal, row(l, l->s, i), l->direction, &product));
    l->factors[i] = product / l->sy[i];
    combine(l, l->direction, -l->factors[i], row(l, l->y, i), l->direction);
  }
  if (l->n_pairs > 0) scale(l, l->sy[l->n_pairs - 1] / l->yy[l->n_pairs - 1], l->direction, l->direction);
  for (int64_t i = 0; i < l->n_pairs; i++) {
    NTKW_TRY(dot(goal, row(l, l->y, i), l->direction, &product));
    combine(l, l->direction, l->factors[i] - product / l->sy[i], row(l, l->s, i), l->direction);
  }
  return NTKW_SUCCESS;
}

/* Compute a descent direction and its slope. If the pairs give no descent, the pairs are removed. */
static ntkw_status choose_direction(lbfgs *l, const objective *goal, double *slope) {
  for (;;) {
    scale(l, -1.0, goal->gradient, l->direction);
    NTKW_TRY(two_loop_recursion(l, goal));
    NTKW_TRY(dot(goal, goal->gradient, l->direction, slope));
    if (*slope < 0.0 || l->n_pairs == 0) return NTKW_SUCCESS;
    l->n_pairs = 0;
  }
}

typedef struct line {
  lbfgs *l;
  const objective *goal;
  const void *parameters;
} line;

static ntkw_status evaluate(void *context, line_point *p) {
  const line *at = context;
  lbfgs *l = at->l;
  combine(l, at->parameters, p->at, l->direction, l->trial);
  NTKW_TRY(at->goal->gradient_at(at->goal->context, l->trial, &p->value, l->gradient));
  return dot(at->goal, l->gradient, l->direction, &p->slope);
}

/* Add the pair of this step if its curvature is positive. */
static ntkw_status add_pair(lbfgs *l, const objective *goal, const void *parameters) {
  const int64_t i = l->n_pairs;
  combine(l, l->trial, -1.0, parameters, row(l, l->s, i));
  combine(l, l->gradient, -1.0, goal->gradient, row(l, l->y, i));
  l->sy[i] = l->yy[i] = 0.0;
  NTKW_TRY(complete_pair(l, goal, i));
  if (l->sy[i] > 0.0 && isfinite(l->sy[i]) && isfinite(l->yy[i])) l->n_pairs++;
  keep_pairs(l, l->memory);
  return NTKW_SUCCESS;
}

static ntkw_status do_step(void *self, const optimizer_step *step, const objective *goal, void *parameters) {
  lbfgs *l = self;
  line_point found;
  line_outcome outcome;
  double slope;
  line along = {l, goal, parameters};
  const line_function f = {evaluate, &along};
  keep_pairs(l, l->memory); /* a checkpoint may have more */
  NTKW_TRY(choose_direction(l, goal, &slope));
  NTKW_CHECK(isfinite(slope), NTKW_ERR_NOT_FINITE,
             "step %lld: the gradient is not finite, or so large that its square overflows", (long long)step->number);
  if (slope >= 0.0) return NTKW_SUCCESS; /* the gradient is zero */
  /* Without pairs the direction has the length of the gradient, which is no good step length. */
  const double first = l->n_pairs > 0 || slope > -1.0 ? step->rate : step->rate / sqrt(-slope);
  const line_options wanted = {DECREASE, CURVATURE, first, l->trials};
  NTKW_TRY(line_search(&wanted, goal->loss, slope, &f, &found, &outcome));
  if (outcome == LINE_FAILED) {
    l->n_pairs = 0;
    return NTKW_SUCCESS;
  }
  NTKW_TRY(add_pair(l, goal, parameters));
  if (l->layout.count > 0) memcpy(parameters, l->trial, row_size(l));
  return NTKW_SUCCESS;
}

static ntkw_status resize_s(void *self, int64_t rows, void **values) {
  lbfgs *l = self;
  NTKW_TRY(make_room(l, rows + 1));
  l->n_pairs = rows;
  for (int64_t i = 0; i < rows; i++) l->sy[i] = l->yy[i] = 0.0;
  *values = l->s;
  return NTKW_SUCCESS;
}

static ntkw_status resize_y(void *self, int64_t rows, void **values) {
  const lbfgs *l = self;
  NTKW_CHECK(rows == l->n_pairs, NTKW_ERR_FORMAT,
             "the checkpoint has %lld rows of lbfgs_y; expected %lld as of lbfgs_s", (long long)rows,
             (long long)l->n_pairs);
  *values = l->y;
  return NTKW_SUCCESS;
}

static ntkw_status visit_pairs(lbfgs *l, const char *name, char *rows, ntkw_status (*resize)(void *, int64_t, void **),
                               state_visitor *v) {
  array_entry pairs = shard_entry(&l->layout, name, rows);
  pairs.n_dimensions = 2;
  pairs.shape[0] = l->n_pairs;
  pairs.shape[1] = l->layout.n_parameters;
  pairs.resize = resize;
  pairs.owner = l;
  return v->array(v, &pairs);
}

static ntkw_status visit_state(void *self, state_visitor *v) {
  lbfgs *l = self;
  NTKW_TRY(visit_pairs(l, "lbfgs_s", l->s, resize_s, v));
  return visit_pairs(l, "lbfgs_y", l->y, resize_y, v);
}

const optimizer_ops optimizer_lbfgs = {.name = "lbfgs",
                                       .summary =
                                           "L-BFGS with a strong Wolfe line search, whose first step is the rate",
                                       .rate = 1.0,
                                       .options = options,
                                       .n_options = N_OPTIONS,
                                       .create = create,
                                       .step = do_step,
                                       .visit_state = visit_state,
                                       .destroy = destroy};
