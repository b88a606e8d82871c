#include "pinn/training/sampler.h"

uint64_t sample_draw(const problem *pde, int64_t step) {
  return pde->resample > 0 ? (uint64_t)(step / pde->resample) : 0;
}

void sample_points(const problem *pde, int cond, uint64_t draw, int64_t first, int64_t count, double *points) {
  sample_points_and_normals(pde, cond, draw, first, count, points, NULL);
}

void sample_points_and_normals(const problem *pde, int cond, uint64_t draw, int64_t first, int64_t count,
                               double *points, double *normals) {
  const condition *of = &pde->conditions[cond];
  const input_space space = problem_space(pde);
  const point_key key = {pde->seed, RANDOM_POINTS, draw, (uint64_t)cond};
  const int64_t each = of->n_points / of->n_places, remainder = of->n_points % of->n_places;
  for (int k = 0; k < of->n_places && count > 0; k++) {
    const int64_t end = each * (k + 1) + remainder, n = end - first < count ? end - first : count;
    if (n <= 0) continue;
    place_points(&of->places[k], &pde->domain, &space, &key, first, n, points, normals);
    first += n;
    count -= n;
    points += n * pde->n_inputs;
    if (normals) normals += n * pde->n_inputs;
  }
}
