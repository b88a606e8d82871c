/* A disk in two inputs: disk{ x=0.3, y=0.3, radius=0.1 }. The named inputs are those of the centre. The numbers are its
 * coordinates and the radius. The surface has one piece, the circle. */
#include "pinn/geometry/region.h"
#include "pinn/arithmetic/reproducible.h"
#include "base/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXAMPLE "disk{ x=0.3, y=0.3, radius=0.1 }"
static const char RADIUS[] = "radius";
static const double TURN = 6.283185307179586;
enum { ACROSS, UP, SIZE };

static ntkw_status add_centre(const input_space *space, const char *name, double value, region *out) {
  char near[MAX_NAME + 32];
  const int i = input_find(space, name);
  NTKW_CHECK(i >= 0, NTKW_ERR_PROBLEM,
             "disk is given '%s', which is not an input; expected its centre in two of the inputs and its radius, such "
             "as " EXAMPLE "%s",
             name, input_hint(space, name, near));
  NTKW_CHECK(out->n_named < 2, NTKW_ERR_PROBLEM,
             "the centre of a disk is given in more than two inputs, the third being '%s'; expected two, such "
             "as " EXAMPLE ": the others are free",
             name);
  const int at = out->n_named > 0 && out->named[0] > i ? 0 : out->n_named;
  if (at == 0) {
    out->named[1] = out->named[0];
    out->numbers[UP] = out->numbers[ACROSS];
  }
  out->named[at] = i;
  out->numbers[at] = value;
  out->n_named++;
  return NTKW_SUCCESS;
}

/* Distance of the centre from the box; 0 if it is inside. */
static double distance_to_box(const region *disk, const input_space *space) {
  double apart[2];
  for (int k = 0; k < 2; k++) {
    const double c = disk->numbers[k], lower = space->lower[disk->named[k]], upper = space->upper[disk->named[k]];
    apart[k] = c < lower ? lower - c : c > upper ? c - upper : 0.0;
  }
  return sqrt(apart[0] * apart[0] + apart[1] * apart[1]);
}

static ntkw_status read_disk(const input_space *space, const unread_region *given, region *out) {
  NTKW_TRY(region_numbers(out, 3));
  for (int k = 0; k < given->n; k++) {
    if (strcmp(given->names[k], RADIUS) == 0)
      out->numbers[SIZE] = given->values[k];
    else
      NTKW_TRY(add_centre(space, given->names[k], given->values[k], out));
    NTKW_CHECK(strcmp(given->names[k], RADIUS) != 0 || given->values[k] > 0.0, NTKW_ERR_PROBLEM,
               "the radius of a disk is %.14g; expected a number above 0", given->values[k]);
  }
  NTKW_CHECK(out->numbers[SIZE] > 0.0, NTKW_ERR_PROBLEM, "a disk has no radius; expected one, such as " EXAMPLE);
  NTKW_CHECK(out->n_named == 2, NTKW_ERR_PROBLEM,
             "the centre of a disk is given in %d input%s; expected two, such as " EXAMPLE, out->n_named,
             out->n_named == 1 ? "" : "s");
  const double distance = distance_to_box(out, space);
  NTKW_CHECK(distance < out->numbers[SIZE], NTKW_ERR_PROBLEM,
             "the disk around %s = %.14g, %s = %.14g is outside the box of the inputs: its centre is %.14g away from "
             "it, and its radius is %.14g; expected a disk that meets the box",
             space->names[out->named[0]], out->numbers[ACROSS], space->names[out->named[1]], out->numbers[UP], distance,
             out->numbers[SIZE]);
  return NTKW_SUCCESS;
}

/* Compute the point at a distance and angle (in turns) from the centre, and the direction to it. */
static void put_point(const region *disk, double distance, double turns, double x[], double direction[2]) {
  direction[0] = reproducible_cos(TURN * turns);
  direction[1] = reproducible_sin(TURN * turns);
  for (int k = 0; k < 2; k++) x[disk->named[k]] = disk->numbers[k] + distance * direction[k];
}

static void points_in_disk(const region *disk, const input_space *space, int n, int n_draws, const double draws[],
                           double x[]) {
  double direction[2];
  for (int p = 0; p < n; p++, x += space->n, draws += n_draws)
    put_point(disk, disk->numbers[SIZE] * sqrt(draws[disk->named[0]]), draws[disk->named[1]], x, direction);
}

static bool disk_contains(const region *disk, const input_space *space, const double x[], bool with_surface) {
  (void)space;
  const double across = x[disk->named[0]] - disk->numbers[ACROSS], up = x[disk->named[1]] - disk->numbers[UP];
  const double square = across * across + up * up, limit = disk->numbers[SIZE] * disk->numbers[SIZE];
  return with_surface ? square <= limit : square < limit;
}

static void bounds_of_disk(const region *disk, const input_space *space, double lower[], double upper[]) {
  for (int i = 0; i < space->n; i++) lower[i] = space->lower[i], upper[i] = space->upper[i];
  for (int k = 0; k < 2; k++) {
    lower[disk->named[k]] = disk->numbers[k] - disk->numbers[SIZE];
    upper[disk->named[k]] = disk->numbers[k] + disk->numbers[SIZE];
  }
}

static double measure_of_disk(const region *disk, const input_space *space) {
  return 0.5 * TURN * disk->numbers[SIZE] * disk->numbers[SIZE] * region_free_measure(disk, space);
}

static int circles_of_disk(const region *disk, const input_space *space) {
  (void)disk, (void)space;
  return 1;
}

static double measure_of_circle(const region *disk, const input_space *space, int piece) {
  (void)piece;
  return TURN * disk->numbers[SIZE] * region_free_measure(disk, space);
}

static void point_on_circle(const region *disk, const input_space *space, int piece, const double draws[], double x[],
                            double normal[]) {
  double direction[2];
  (void)piece;
  put_point(disk, disk->numbers[SIZE], draws[disk->named[0]], x, direction);
  for (int i = 0; i < space->n; i++) normal[i] = 0.0;
  for (int k = 0; k < 2; k++) normal[disk->named[k]] = direction[k];
}

static void describe_disk(const region *disk, const input_space *space, region_listener *notify, void *context) {
  for (int k = 0; k < 2; k++) notify(context, space->names[disk->named[k]], disk->numbers[k]);
  notify(context, RADIUS, disk->numbers[SIZE]);
}

const region_ops region_disk = {.word = "disk",
                                .example = EXAMPLE,
                                .read = read_disk,
                                .points = points_in_disk,
                                .contains = disk_contains,
                                .bounds = bounds_of_disk,
                                .measure = measure_of_disk,
                                .n_pieces = circles_of_disk,
                                .piece_measure = measure_of_circle,
                                .surface_point = point_on_circle,
                                .describe = describe_disk};
