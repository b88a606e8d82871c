#include "pinn/geometry/place.h"

#include <string.h>

enum { BLOCK = 4, PIECE = 64, MOST_DRAWS = MAX_INPUTS + BLOCK, BLOCKS_OF_ATTEMPT = 16 };
enum { ENOUGH_INSIDE = 1000, MOST_TRIED = 4000000 };

void place_free(place *on) {
  region_destroy(&on->region);
}

static void draw(const point_key *key, int64_t index, int64_t attempt, int n, double to[]) {
  double block[BLOCK];
  for (int i = 0; i < n; i++) {
    if (i % BLOCK == 0)
      random_uniform4(key->seed, key->purpose, key->draw, key->condition, (uint64_t)index,
                      (uint64_t)attempt * BLOCKS_OF_ATTEMPT + (uint64_t)i / BLOCK, block);
    to[i] = block[i % BLOCK];
  }
}

/* Set each input uniformly in its range, from one draw per input. */
static void spread(const input_space *space, const double draws[], double x[]) {
  for (int i = 0; i < space->n; i++) {
    const double lower = space->lower[i], upper = space->upper[i];
    x[i] = lower + (upper - lower) * draws[i];
  }
}

/* Choose a piece of the surface by a number in (0, 1), with probabilities proportional to the measures. */
static int choose_piece(const region *of, const input_space *space, double number) {
  const int n = of->ops->n_pieces(of, space);
  double total = 0.0, passed = 0.0;
  for (int k = 0; k < n; k++) total += of->ops->piece_measure(of, space, k);
  for (int k = 0; k < n - 1; k++) {
    passed += of->ops->piece_measure(of, space, k);
    if (number * total < passed) return k;
  }
  return n - 1;
}

/* The region is a hole in the domain: the normal out of the domain points into the region. */
static void surface_point(const region *of, const input_space *space, const point_key *key, int64_t index,
                          int64_t attempt, double x[], double normal[]) {
  double draws[MOST_DRAWS];
  draw(key, index, attempt, space->n + 1 + of->ops->n_draws, draws);
  spread(space, draws, x);
  const int piece = choose_piece(of, space, draws[space->n]);
  memmove(draws + space->n, draws + space->n + 1, (size_t)of->ops->n_draws * sizeof *draws);
  of->ops->surface_point(of, space, piece, draws, x, normal);
  for (int i = 0; i < space->n; i++) normal[i] = 0.0 - normal[i];
}

static void region_points(const region *of, const input_space *space, const point_key *key, int64_t first,
                          int64_t attempt, int n, double x[]) {
  const int n_draws = space->n + of->ops->n_draws;
  double draws[PIECE * MOST_DRAWS];
  for (int p = 0; p < n; p++) {
    draw(key, first + p, attempt, n_draws, draws + p * n_draws);
    spread(space, draws + p * n_draws, x + p * space->n);
  }
  of->ops->points(of, space, n, n_draws, draws, x);
}

/* Compute up to PIECE points, inside the domain or not. */
static void attempt_points(const place *on, const input_space *space, const point_key *key, int64_t first,
                           int64_t attempt, int n, double x[], double normals[]) {
  double unused[MAX_INPUTS];
  if (on->region) return region_points(on->region, space, key, first, attempt, n, x);
  for (int p = 0; p < n; p++)
    surface_point(on->surface_of, space, key, first + p, attempt, x + p * space->n,
                  normals ? normals + p * space->n : unused);
}

static void put_face_normals(const place *on, const input_space *space, int64_t n, double normals[]) {
  for (int64_t p = 0; p < n; p++) on->region->ops->face_normal(on->region, space, normals + p * space->n);
}

void place_points(const place *on, const domain *within, const input_space *space, const point_key *key, int64_t first,
                  int64_t n, double x[], double normals[]) {
  const int d = space->n;
  const bool whole = on->region && within->n_removed == 0;
  for (int64_t done = 0; done < n; done += PIECE) {
    const int some = (int)(n - done < PIECE ? n - done : PIECE);
    attempt_points(on, space, key, first + done, 0, some, x + done * d, normals ? normals + done * d : NULL);
    for (int64_t p = done; !whole && p < done + some; p++)
      for (int64_t attempt = 1; !domain_contains(within, space, x + p * d, on->surface_of); attempt++)
        attempt_points(on, space, key, first + p, attempt, 1, x + p * d, normals ? normals + p * d : NULL);
  }
  if (normals && on->region && place_has_normals(on, space)) put_face_normals(on, space, n, normals);
}

bool place_has_normals(const place *on, const input_space *space) {
  if (!on->region) return true;
  return on->region->ops->face_normal && on->region->ops->face_normal(on->region, space, NULL);
}

place_share place_measure(const place *on, const domain *within, const input_space *space) {
  const point_key key = {.purpose = RANDOM_MEASURES};
  place_share found = {0, 0};
  double x[PIECE * MAX_INPUTS];
  while (found.inside < ENOUGH_INSIDE && found.tried < MOST_TRIED) {
    attempt_points(on, space, &key, found.tried, 0, PIECE, x, NULL);
    for (int p = 0; p < PIECE; p++) found.inside += domain_contains(within, space, x + p * space->n, on->surface_of);
    found.tried += PIECE;
  }
  return found;
}

bool place_is_too_small(place_share share) {
  return (double)share.inside < LEAST_PART * (double)share.tried;
}
