/* Places: where points of a condition lie. Each point is a function of its position alone (arithmetic/random.h), so that
 * any rank can make any point. All functions are local. */
#ifndef NTKW_PINN_PLACE_H
#define NTKW_PINN_PLACE_H

#include <stdint.h>
#include "pinn/arithmetic/random.h"
#include "pinn/geometry/region.h"

/* What a point is keyed by beside its index in the condition. */
typedef struct point_key {
  uint64_t seed;
  random_purpose purpose;
  uint64_t draw, condition;
} point_key;

typedef struct place {
  region *region; /* owned */
} place;

void place_free(place *place);

/* The points first .. first + n - 1: x is n x space->n, row-major. */
void place_points(const place *on, const input_space *space, const point_key *key, int64_t first, int64_t n,
                  double x[]);

#endif
