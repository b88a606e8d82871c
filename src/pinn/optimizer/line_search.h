/* A line search for the strong Wolfe conditions: Nocedal & Wright, Numerical Optimization (2006), algorithms 3.5 and
 * 3.6 with cubic interpolation (3.59).
 *
 * Given a function f along a line with f'(0) < 0, find a point t > 0 with
 *     f(t) <= f(0) + decrease t f'(0)      and      |f'(t)| <= curvature |f'(0)|.
 * The arithmetic is + - * / sqrt of the values, so its bits depend on their bits only. A value or slope that is not
 * finite counts as too high, and the step is shortened. Collective if the function is. */
#ifndef NTKW_PINN_LINE_SEARCH_H
#define NTKW_PINN_LINE_SEARCH_H

#include "ntkw/status.h"

typedef struct line_point {
  double at, value, slope;
} line_point;

/* Compute value and slope at point->at. Any status except NTKW_SUCCESS ends the search. */
typedef struct line_function {
  ntkw_status (*evaluate)(void *context, line_point *point);
  void *context;
} line_function;

typedef struct line_options {
  double decrease, curvature; /* 0 < decrease < curvature < 1 */
  double first;               /* the first point to try, above 0 */
  int most_trials;
} line_options;

typedef enum line_outcome {
  LINE_WOLFE,    /* both conditions hold */
  LINE_DECREASE, /* the first condition holds; no trials are left */
  LINE_FAILED    /* no point was found; *found is the point at 0 */
} line_outcome;

/* Search along the line. value, slope: of f at 0. Unless the outcome is LINE_FAILED, *found is the point that was
 * evaluated last. For that, one point may be evaluated again after most_trials.
 * @return NTKW_SUCCESS, or the status of the function. */
ntkw_status line_search(const line_options *options, double value, double slope, const line_function *f,
                        line_point *found, line_outcome *outcome);

#endif
