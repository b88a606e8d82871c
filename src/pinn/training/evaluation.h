/* The solution on a regular grid, sharded over the ranks along the first input; its error against the exact one.
 *
 * The grid has 1000 points for one input, 200 x 200 for two, 40^3 for three, 16^d for four and five. Beyond, it has
 * the most points along each input, at least 2, that make no more than 2^20 altogether: 10^6 for six inputs. Ends are
 * included. Or the grid is that of the problem's reference solution (reference.h), which then stands for the exact one.
 * Points outside of the domain have the value NaN, and are left out of errors and pictures. */
#ifndef NTKW_PINN_EVALUATION_H
#define NTKW_PINN_EVALUATION_H

#include <mpi.h>
#include "pinn/problem/problem.h"

enum { MOST_GRID_POINTS = 1 << 20 };

typedef struct evaluation evaluation;

/* Points of the regular grid along each of so many inputs, from 1 on. Local. */
int evaluation_points_along(int n_inputs);

/* problem and network are borrowed. Collective on comm, which is borrowed. @return the same on every rank: also what
 * reference_open and its companions return. */
ntkw_status evaluation_create(MPI_Comm comm, const problem *pde, const network *net, evaluation **out);
void evaluation_destroy(evaluation **handle);

/* Is an exact solution of some output given, or a reference? Local, the same on every rank. */
bool evaluation_has_exact(const evaluation *e);

/* The number of points of the grid in the domain at which the exact solution of an output, or the reference, has no
 * finite value, and the coordinates of the first of them. They are left out of the error. Local, the same on every
 * rank. */
int64_t evaluation_gaps(const evaluation *e, int output, double at[MAX_INPUTS]);
/* The points of the whole grid. Local, the same on every rank. */
int64_t evaluation_grid_points(const evaluation *e);

/* Relative L2 error over the grid and the outputs with exact solution, |u - exact| / |exact|; NaN if none is given.
 * With exact sums, so the bits do not depend on the ranks. Collective. The network must have the present parameters. */
ntkw_status evaluation_error(evaluation *e, double *error);

/* Write axes, solution, exact solution and error as one HDF5 file in the format of checkpoint.h. Collective. */
ntkw_status evaluation_write(evaluation *e, const char *path);

/* The n points along an input. Local, owned by the evaluation. */
const double *evaluation_axis(const evaluation *e, int input, int *n);
/* Is there an exact solution of this output, or a reference? Local. */
bool evaluation_knows(const evaluation *e, int output);
/* The values of an output on the whole grid, row-major, on rank 0 (NULL elsewhere), or of its exact solution; to be
 * freed by the caller. Collective. */
ntkw_status evaluation_collect(evaluation *e, int output, bool exact, double **values);

#endif
