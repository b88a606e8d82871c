/* Places: sets where points of a condition lie. A place is the part of a region, or of the surface of a removed region,
 * that is in the domain. Points are uniform in the measure of the place: points of the whole region are drawn until one
 * is in the domain. Each point depends on its position only (arithmetic/random.h; the attempt is part of the position),
 * so any rank can compute any point. No function here is collective. */
#ifndef NTKW_PINN_PLACE_H
#define NTKW_PINN_PLACE_H

#include <stdint.h>
#include "pinn/arithmetic/random.h"
#include "pinn/geometry/domain.h"

/* The key of a point's random numbers, besides its index in the condition and the attempt. */
typedef struct point_key {
  uint64_t seed;
  random_purpose purpose;
  uint64_t draw, condition;
} point_key;

typedef struct place {
  region *region;           /* owned; NULL: the place is on a surface */
  const region *surface_of; /* a removed region of the domain */
} place;

void place_free(place *place);

/* Compute the points first .. first + n - 1.
 *
 * @param[out] x        n x space->n, row-major.
 * @param[out] normals  unit normals out of the domain, laid out as x, if the place has normals. NULL: not wanted. */
void place_points(const place *on, const domain *within, const input_space *space, const point_key *key, int64_t first,
                  int64_t n, double x[], double normals[]);

/* Does the domain have a normal everywhere on the place? */
bool place_has_normals(const place *on, const input_space *space);

/* Count how many of `tried` points spread over the region or surface are inside the domain. Enough points are tried to
 * distinguish a place of LEAST_PART from a smaller one. Depends on the arguments only. */
typedef struct place_share {
  int64_t inside, tried;
} place_share;
static const double LEAST_PART = 1e-6;
place_share place_measure(const place *on, const domain *within, const input_space *space);
/* Is the share too small to draw points in the place? */
bool place_is_too_small(place_share share);

#endif
