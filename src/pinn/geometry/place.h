/* Places: where points of a condition lie: the part of a region, or of the surface of one that is taken out, that
 * belongs to the domain. Points are uniform by the place's measure: they are drawn for the whole region until one is in
 * the domain. Each is a function of its position alone (arithmetic/random.h; the attempt is a part of the position), so
 * that any rank can make any point. All functions are local. */
#ifndef NTKW_PINN_PLACE_H
#define NTKW_PINN_PLACE_H

#include <stdint.h>
#include "pinn/arithmetic/random.h"
#include "pinn/geometry/domain.h"

/* What a point is keyed by beside its index in the condition, and the attempt. */
typedef struct point_key {
  uint64_t seed;
  random_purpose purpose;
  uint64_t draw, condition;
} point_key;

typedef struct place {
  region *region;           /* owned; NULL: */
  const region *surface_of; /* one of those that are taken out of the domain */
} place;

void place_free(place *place);

/* The points first .. first + n - 1: x is n x space->n, row-major. normals: the unit normals out of the domain
 * there, laid out as x, if the place has some; NULL: they are not asked for. */
void place_points(const place *on, const domain *within, const input_space *space, const point_key *key, int64_t first,
                  int64_t n, double x[], double normals[]);

/* Does the domain have a normal all over the place? */
bool place_has_normals(const place *on, const input_space *space);

/* How many of so many points that are spread over the region or surface are in the domain: enough of them to tell a
 * place of LEAST_PART from a smaller one. A function of the arguments alone. */
typedef struct place_share {
  int64_t inside, tried;
} place_share;
static const double LEAST_PART = 1e-6;
place_share place_measure(const place *on, const domain *within, const input_space *space);
/* Is a place with this share too small for points to be drawn in it? */
bool place_is_too_small(place_share share);

#endif
