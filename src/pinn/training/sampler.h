/* Points of a condition: uniform in each place. They depend on seed, draw, condition and point index only. Not
 * collective. */
#ifndef NTKW_PINN_SAMPLER_H
#define NTKW_PINN_SAMPLER_H

#include "pinn/problem/problem.h"

/* The draw of points of a step: step / resample, or 0 if the points do not change. */
uint64_t sample_draw(const problem *pde, int64_t step);

/* The points first .. first + count - 1 of a condition: count x n_inputs, row-major. The places of the condition have
 * equal numbers of points; the first place also has the remainder. */
void sample_points(const problem *pde, int cond, uint64_t draw, int64_t first, int64_t count, double *points);
/* The same points, and the domain's unit normals there, laid out as the points. normals is NULL: not wanted. In places
 * without normals the values are undefined. */
void sample_points_and_normals(const problem *pde, int cond, uint64_t draw, int64_t first, int64_t count,
                               double *points, double *normals);

#endif
