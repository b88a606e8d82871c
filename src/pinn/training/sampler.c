#include "pinn/training/sampler.h"
#include "pinn/arithmetic/random.h"

uint64_t sample_draw(const problem *pde, int64_t step) {
  return pde->resample > 0 ? (uint64_t)(step / pde->resample) : 0;
}

static const place *place_of_point(const condition *cond, int64_t index) {
  const int64_t each = cond->n_points / cond->n_places;
  const int64_t first = each + cond->n_points % cond->n_places;
  return &cond->places[index < first ? 0 : 1 + (index - first) / each];
}

static void sample_point(const problem *pde, int cond, uint64_t draw, int64_t index, double *point) {
  const place *on = place_of_point(&pde->conditions[cond], index);
  double uniform[4];
  for (int i = 0; i < pde->n_inputs; i++) {
    if (i % 4 == 0)
      random_uniform4(pde->seed, RANDOM_POINTS, draw, (uint64_t)cond, (uint64_t)index, (uint64_t)i / 4, uniform);
    const double lower = pde->lower[i], upper = pde->upper[i];
    point[i] = on->fixed[i] ? on->value[i] : lower + (upper - lower) * uniform[i % 4];
  }
}

void sample_points(const problem *pde, int cond, uint64_t draw, int64_t first, int64_t count, double *points) {
  for (int64_t p = 0; p < count; p++) sample_point(pde, cond, draw, first + p, points + p * pde->n_inputs);
}
