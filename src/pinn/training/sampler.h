/* Points of a condition: uniform in each place, a function of seed, draw, condition and point index alone.
 */
#ifndef NTKW_PINN_SAMPLER_H
#define NTKW_PINN_SAMPLER_H

#include "pinn/problem/problem.h"

/* Which draw of points belongs to a step: step / resample, or 0 if the points stay. Local. */
uint64_t sample_draw(const problem *pde, int64_t step);

/* The points first .. first + count - 1 of a condition: count x n_inputs, row-major. The condition's places have equal
 * numbers of points, the first one the remainder too. Local. */
void sample_points(const problem *pde, int cond, uint64_t draw, int64_t first, int64_t count, double *points);
/* The same, and the domain's unit normals, laid out as the points; NULL: without. They have no meaning in places
 * without normals. */
void sample_points_and_normals(const problem *pde, int cond, uint64_t draw, int64_t first, int64_t count,
                               double *points, double *normals);

#endif
