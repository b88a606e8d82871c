/* The box of all inputs, with some inputs fixed: interior() fixes none, boundary{x=0} fixes x. The named inputs are the
 * fixed ones; the numbers are their values. */
#include "pinn/geometry/region.h"
#include "base/check.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* A value outside the range of an input by no more than rounding becomes the bound, such as 0.1*3 for 0.3. */
static double snap_to_range(const input_space *space, int input, double value) {
  const double lower = space->lower[input], upper = space->upper[input], bound = value < lower ? lower : upper;
  const double slack = 4.0 * DBL_EPSILON * (fabs(bound) + (upper - lower));
  return (value < lower || value > upper) && fabs(value - bound) <= slack ? bound : value;
}

static ntkw_status fix(const input_space *space, const char *name, double value, bool fixed[], double values[]) {
  char near[MAX_NAME + 32];
  const int i = input_find(space, name);
  NTKW_CHECK(i >= 0, NTKW_ERR_PROBLEM,
             "boundary fixes '%s', which is not an input; expected one of the inputs, such as %s%s", name,
             space->names[0], input_hint(space, name, near));
  const double snapped = snap_to_range(space, i, value);
  NTKW_CHECK(snapped >= space->lower[i] && snapped <= space->upper[i], NTKW_ERR_PROBLEM,
             "boundary fixes %s at %.14g; expected a value in its range, from %.14g to %.14g", name, value,
             space->lower[i], space->upper[i]);
  fixed[i] = true;
  values[i] = snapped;
  return NTKW_SUCCESS;
}

static ntkw_status read_box(const input_space *space, const unread_region *given, region *out) {
  bool fixed[MAX_INPUTS] = {false};
  double values[MAX_INPUTS] = {0.0};
  for (int k = 0; k < given->n; k++) NTKW_TRY(fix(space, given->names[k], given->values[k], fixed, values));
  NTKW_TRY(region_numbers(out, space->n));
  for (int i = 0; i < space->n; i++) {
    if (!fixed[i]) continue;
    out->named[out->n_named] = i;
    out->numbers[out->n_named++] = values[i];
  }
  out->n_numbers = out->n_named;
  return NTKW_SUCCESS;
}

static void points_in_box(const region *box, const input_space *space, int n, int n_draws, const double draws[],
                          double x[]) {
  (void)n_draws, (void)draws; /* the other inputs are free, and already set */
  for (int p = 0; p < n; p++, x += space->n)
    for (int k = 0; k < box->n_named; k++) x[box->named[k]] = box->numbers[k];
}

static void bounds_of_box(const region *box, const input_space *space, double lower[], double upper[]) {
  for (int i = 0; i < space->n; i++) lower[i] = space->lower[i], upper[i] = space->upper[i];
  for (int k = 0; k < box->n_named; k++) lower[box->named[k]] = upper[box->named[k]] = box->numbers[k];
}

static bool box_contains(const region *box, const input_space *space, const double x[], bool with_surface) {
  double lower[MAX_INPUTS], upper[MAX_INPUTS];
  bounds_of_box(box, space, lower, upper);
  for (int i = 0; i < space->n; i++) {
    const bool on_surface = x[i] == lower[i] || x[i] == upper[i];
    if (!(x[i] >= lower[i] && x[i] <= upper[i])) return false;
    if (on_surface && lower[i] < upper[i] && !with_surface) return false;
  }
  return true;
}

/* Two sides for each input that is not fixed: the lower one, then the upper one. */
static int sides_of_box(const region *box, const input_space *space) {
  return 2 * (space->n - box->n_named);
}

static int input_of_side(const region *box, int piece) {
  int input = piece / 2;
  for (int k = 0; k < box->n_named && box->named[k] <= input; k++) input++;
  return input;
}

static double measure_of_side(const region *box, const input_space *space, int piece) {
  const int input = input_of_side(box, piece);
  double product = 1.0;
  for (int i = 0, k = 0; i < space->n; i++) {
    if (k < box->n_named && box->named[k] == i)
      k++;
    else if (i != input)
      product *= space->upper[i] - space->lower[i];
  }
  return product;
}

static void point_on_side(const region *box, const input_space *space, int piece, const double draws[], double x[],
                          double normal[]) {
  const int input = input_of_side(box, piece);
  points_in_box(box, space, 1, 0, draws, x);
  for (int i = 0; i < space->n; i++) normal[i] = 0.0;
  x[input] = piece % 2 ? space->upper[input] : space->lower[input];
  normal[input] = piece % 2 ? 1.0 : -1.0;
}

static bool normal_of_face(const region *box, const input_space *space, double normal[]) {
  const int i = box->named[0];
  if (box->n_named != 1 || (box->numbers[0] != space->lower[i] && box->numbers[0] != space->upper[i])) return false;
  for (int k = 0; normal && k < space->n; k++) normal[k] = 0.0;
  if (normal) normal[i] = box->numbers[0] == space->upper[i] ? 1.0 : -1.0;
  return true;
}

static void describe_box(const region *box, const input_space *space, region_listener *notify, void *context) {
  for (int k = 0; k < box->n_named; k++) notify(context, space->names[box->named[k]], box->numbers[k]);
}

const region_ops region_box = {.word = "box",
                               .example = "box()",
                               .read = read_box,
                               .points = points_in_box,
                               .contains = box_contains,
                               .bounds = bounds_of_box,
                               .measure = region_free_measure,
                               .n_pieces = sides_of_box,
                               .piece_measure = measure_of_side,
                               .surface_point = point_on_side,
                               .face_normal = normal_of_face,
                               .describe = describe_box};
