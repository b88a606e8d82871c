#include "pinn/geometry/place.h"

enum { BLOCK = 4, PIECE = 64, MOST_DRAWS = MAX_INPUTS + BLOCK };

void place_free(place *on) {
  region_destroy(&on->region);
}

static void draw(const point_key *key, int64_t index, int n, double to[]) {
  double block[BLOCK];
  for (int i = 0; i < n; i++) {
    if (i % BLOCK == 0)
      random_uniform4(key->seed, key->purpose, key->draw, key->condition, (uint64_t)index, (uint64_t)i / BLOCK, block);
    to[i] = block[i % BLOCK];
  }
}

/* All inputs over their ranges. */
static void spread(const input_space *space, const double draws[], double x[]) {
  for (int i = 0; i < space->n; i++) {
    const double lower = space->lower[i], upper = space->upper[i];
    x[i] = lower + (upper - lower) * draws[i];
  }
}

void place_points(const place *on, const input_space *space, const point_key *key, int64_t first, int64_t n,
                  double x[]) {
  const int n_draws = space->n + on->region->ops->n_draws;
  double draws[PIECE * MOST_DRAWS];
  for (int64_t done = 0; done < n; done += PIECE, x += PIECE * space->n) {
    const int some = (int)(n - done < PIECE ? n - done : PIECE);
    for (int p = 0; p < some; p++) {
      draw(key, first + done + p, n_draws, draws + p * n_draws);
      spread(space, draws + p * n_draws, x + p * space->n);
    }
    on->region->ops->points(on->region, space, some, n_draws, draws, x);
  }
}
