/* The line search finds points that satisfy the strong Wolfe conditions from any first step, for functions of More and
 * Thuente (ACM TOMS 20 (1994) 286) and for functions that are not finite everywhere. If it cannot, it reports that and
 * returns the best point. */
#include "harness.h"
#include "pinn/optimizer/line_search.h"

#include <math.h>

typedef struct probe {
  int which, asked;
  line_point last;
} probe;

static void value_of(int which, line_point *p) {
  const double t = p->at, b = which == 0 ? 2.0 : 0.1;
  switch (which) {
  case 0: /* (5.1), with slopes near 0 far from the minimum */
    p->value = -t / (t * t + b);
    p->slope = (t * t - b) / ((t * t + b) * (t * t + b));
    break;
  case 1: /* (5.2) with beta = 0.1: the slope at 0 is large enough for float64 to resolve the second condition */
    p->value = pow(t + b, 5) - 2 * pow(t + b, 4);
    p->slope = 5 * pow(t + b, 4) - 8 * pow(t + b, 3);
    break;
  case 2: /* NaN from 1e-3 on, with the minimum before */
    p->value = t < 1e-3 ? (t - 5e-4) * (t - 5e-4) : NAN;
    p->slope = 2 * (t - 5e-4);
    break;
  case 3: /* a pole */
    p->value = -t - 1e-3 * log(1 - t);
    p->slope = -1 + 1e-3 / (1 - t);
    break;
  default: /* a line: the second condition never holds */
    p->value = -t;
    p->slope = -1;
  }
}

static ntkw_status evaluate(void *context, line_point *p) {
  probe *of = context;
  of->asked++;
  value_of(of->which, p);
  of->last = *p;
  return of->asked == 99 ? NTKW_ERR_MPI : NTKW_SUCCESS;
}

static line_outcome search(probe *of, const line_options *options, line_point *start, line_point *found) {
  const line_function f = {evaluate, of};
  line_outcome outcome = LINE_FAILED;
  *start = (line_point){.at = 0.0};
  value_of(of->which, start);
  CHECK_OK(line_search(options, start->value, start->slope, &f, found, &outcome));
  return outcome;
}

static void both_conditions_hold(void) {
  static const double curvatures[] = {0.9, 0.1, 0.01};
  for (int which = 0; which < 4; which++)
    for (int c = 0; c < 3; c++)
      for (double first = 1e-6; first < 1e7; first *= 10) {
        const line_options options = {1e-4, curvatures[c], first, 60};
        probe of = {.which = which};
        line_point start, found;
        CHECK_EQUAL_INT(search(&of, &options, &start, &found), LINE_WOLFE);
        CHECK(found.value <= start.value + options.decrease * found.at * start.slope);
        CHECK(fabs(found.slope) <= -options.curvature * start.slope);
        CHECK_EQUAL_DOUBLE(found.at, of.last.at);
        CHECK(of.asked < 40);
      }
}

static void the_best_point_is_given_else(void) {
  const line_options options = {1e-4, 0.9, 1.0, 5}, only_one = {1e-4, 0.9, 1.0, 1};
  probe line = {.which = 4}, narrow = {.which = 2};
  line_point start, found;
  CHECK_EQUAL_INT(search(&line, &options, &start, &found), LINE_DECREASE);
  CHECK_EQUAL_INT(line.asked, 5);
  CHECK(found.at > 100 && found.at == line.last.at);
  CHECK_EQUAL_INT(search(&narrow, &only_one, &start, &found), LINE_FAILED);
  CHECK_EQUAL_DOUBLE(found.at, 0.0);
}

static void errors_end_the_search(void) {
  const line_options options = {1e-4, 0.9, 1.0, 5};
  probe of = {.which = 4, .asked = 97};
  const line_function f = {evaluate, &of};
  line_point found;
  line_outcome outcome;
  CHECK_STATUS(line_search(&options, 0.0, -1.0, &f, &found, &outcome), NTKW_ERR_MPI);
  CHECK_EQUAL_INT(of.asked, 99);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(both_conditions_hold), TEST(the_best_point_is_given_else),
                                    TEST(errors_end_the_search)};
  return run_suite("line search", cases, sizeof cases / sizeof *cases, argc, argv);
}
