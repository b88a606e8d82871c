/* The solution on a grid, sharded over the ranks along the first input, and its error against the exact solution.
 *
 * The regular grid has 1000 points for one input, 200 x 200 for two, 40^3 for three, 16^d for four and five. For more
 * inputs it has as many points along each input (at least 2) as keep the total at or below 2^20: 10^6 points for six
 * inputs. Both ends of each range are grid points. If the problem has a reference solution (reference_solution.h), the
 * grid is that of the reference, which replaces the exact solution. Points outside the domain have the value NaN and
 * are excluded from errors and pictures. */
#ifndef NTKW_PINN_EVALUATION_H
#define NTKW_PINN_EVALUATION_H

#include <mpi.h>
#include "pinn/problem/problem.h"

enum { MOST_GRID_POINTS = 1 << 20 };

typedef struct evaluation evaluation;

/* Points of the regular grid along each input; n_inputs >= 1. Not collective. */
int evaluation_points_along(int n_inputs);

/* Create an evaluation. Collective on comm. comm, problem and network are borrowed.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_MEMORY, NTKW_ERR_MPI, errors of reference_open. */
ntkw_status evaluation_create(MPI_Comm comm, const problem *pde, const network *net, evaluation **out);
void evaluation_destroy(evaluation **handle);

/* Is there an exact solution or a reference of any output? Not collective; the same on every rank. */
bool evaluation_has_exact(const evaluation *e);

/* Number of grid points in the domain where the exact solution or reference of an output is not finite, and the
 * coordinates of the first one. The error excludes these points. Not collective; the same on every rank. */
int64_t evaluation_gaps(const evaluation *e, int output, double at[MAX_INPUTS]);
/* Number of points of the whole grid. Not collective; the same on every rank. */
int64_t evaluation_grid_points(const evaluation *e);

/* Relative L2 error |u - exact| / |exact| over the grid and the outputs with exact solution; NaN if there is none. The
 * sums are exact, so the bits do not depend on the ranks. Collective. The network must have the current parameters. */
ntkw_status evaluation_error(evaluation *e, double *error);

/* Write axes, solution, exact solution and error to an HDF5 file in the format of checkpoint.h. Collective. */
ntkw_status evaluation_write(evaluation *e, const char *path);

/* The n points along an input, owned by the evaluation. Not collective. */
const double *evaluation_axis(const evaluation *e, int input, int *n);
/* Is there an exact solution or a reference of this output? Not collective. */
bool evaluation_knows(const evaluation *e, int output);
/* Gather the values of an output, or of its exact solution, on rank 0: the whole grid, row-major. Other ranks get NULL.
 * The caller must free the values. Collective. */
ntkw_status evaluation_collect(evaluation *e, int output, bool exact, double **values);

#endif
