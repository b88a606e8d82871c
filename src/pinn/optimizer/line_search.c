#include "pinn/optimizer/line_search.h"
#include "base/check.h"

#include <math.h>
#include <stdbool.h>

typedef struct search {
  const line_options *options;
  const line_function *f;
  line_point start, last, best; /* best: lowest point with sufficient decrease, or the start */
  int trials;
} search;

/* Does the point violate the first condition? */
static bool is_too_high(const search *s, const line_point *p) {
  return !(p->value <= s->start.value + s->options->decrease * p->at * s->start.slope);
}

/* Does the second condition hold? */
static bool is_flat(const search *s, const line_point *p) {
  return fabs(p->slope) <= -s->options->curvature * s->start.slope;
}

static ntkw_status evaluate(search *s, line_point *p) {
  s->trials++;
  NTKW_TRY(s->f->evaluate(s->f->context, p));
  if (!isfinite(p->value) || !isfinite(p->slope)) p->value = INFINITY;
  if (!is_too_high(s, p) && p->value < s->best.value) s->best = *p;
  s->last = *p;
  return NTKW_SUCCESS;
}

static bool is_over(const search *s) {
  return s->trials >= s->options->most_trials;
}

/* The minimum of the cubic through values and slopes of two points; NaN if it has none. */
static double cubic_minimum(const line_point *a, const line_point *b) {
  const double d1 = a->slope + b->slope - 3.0 * (a->value - b->value) / (a->at - b->at);
  const double root = sqrt(d1 * d1 - a->slope * b->slope);
  const double d2 = b->at > a->at ? root : -root;
  return b->at - (b->at - a->at) * (b->slope + d2 - d1) / (b->slope - a->slope + 2.0 * d2);
}

/* x, or the nearer bound; `otherwise` if x is NaN. */
static double within(double x, double least, double most, double otherwise) {
  if (isnan(x)) return otherwise;
  return x < least ? least : x > most ? most : x;
}

/* A point inside the interval, at least a tenth of its length away from both ends. If the function is not finite at hi,
 * the first interval shrinks to a tenth, and later intervals are halved. */
static double between(const line_point *lo, const line_point *hi) {
  const double width = hi->at - lo->at, a = lo->at + 0.1 * width, b = lo->at + 0.9 * width;
  const double middle = lo->at + 0.5 * width;
  if (!isfinite(hi->value)) return lo->at == 0.0 ? a : middle;
  return within(cubic_minimum(lo, hi), a < b ? a : b, a < b ? b : a, middle);
}

/* Does the interval contain no double besides its ends? */
static bool is_narrow(const line_point *lo, const line_point *hi) {
  const double middle = lo->at + 0.5 * (hi->at - lo->at);
  return middle == lo->at || middle == hi->at;
}

/* Algorithm 3.6. *done: the last point satisfies both conditions. */
static ntkw_status zoom(search *s, line_point lo, line_point hi, bool *done) {
  while (!is_over(s) && !is_narrow(&lo, &hi)) {
    line_point p = {.at = between(&lo, &hi)};
    NTKW_TRY(evaluate(s, &p));
    if (is_too_high(s, &p) || p.value >= lo.value) {
      hi = p;
      continue;
    }
    *done = is_flat(s, &p);
    if (*done) return NTKW_SUCCESS;
    if (p.slope * (hi.at - lo.at) >= 0.0) hi = lo;
    lo = p;
  }
  return NTKW_SUCCESS;
}

/* Algorithm 3.5: increase the step until a minimum is passed. */
static ntkw_status bracket(search *s, bool *done) {
  line_point before = s->start, p = {.at = s->options->first};
  while (!is_over(s)) {
    NTKW_TRY(evaluate(s, &p));
    if (is_too_high(s, &p) || (s->trials > 1 && p.value >= before.value)) return zoom(s, before, p, done);
    *done = is_flat(s, &p);
    if (*done) return NTKW_SUCCESS;
    if (p.slope >= 0.0) return zoom(s, p, before, done);
    const double next = within(cubic_minimum(&before, &p), 2.0 * p.at, 10.0 * p.at, 10.0 * p.at);
    before = p;
    p = (line_point){.at = next};
  }
  return NTKW_SUCCESS;
}

ntkw_status line_search(const line_options *options, double value, double slope, const line_function *f,
                        line_point *found, line_outcome *outcome) {
  const line_point start = {0.0, value, slope};
  search s = {.options = options, .f = f, .start = start, .last = start, .best = start};
  bool done = false;
  NTKW_TRY(bracket(&s, &done));
  if (!done && s.best.at > 0.0 && s.last.at != s.best.at) NTKW_TRY(evaluate(&s, &s.best));
  *found = done ? s.last : s.best;
  *outcome = done ? LINE_WOLFE : s.best.at > 0.0 ? LINE_DECREASE : LINE_FAILED;
  return NTKW_SUCCESS;
}
