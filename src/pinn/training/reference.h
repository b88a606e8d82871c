/* A reference solution: values of outputs on a grid, in a file of the format of checkpoint.h, such as the solution.h5
 * of another run.
 *
 * Arrays, in float32 or float64: for each input one of its name, the points along it, ascending within its range; for
 * one output at least one of its name, shaped like the grid, the first input being the slowest. All functions are
 * collective on the reader's communicator and return the same on every rank; NTKW_ERR_PROBLEM names file and array if
 * they do not fit the problem. */
#ifndef NTKW_PINN_REFERENCE_H
#define NTKW_PINN_REFERENCE_H

#include "ntkw/checkpoint.h"
#include "pinn/problem/problem.h"

/* Open the problem's reference, whose path starts at the folder of the problem file. NULL if it has none. */
ntkw_status reference_open(MPI_Comm comm, const problem *pde, ntkw_checkpoint_reader **out);

/* The number of points along an input. */
ntkw_status reference_count(ntkw_checkpoint_reader *reader, const problem *pde, int input, int *n);
/* The points themselves, n of them. */
ntkw_status reference_axis(MPI_Comm comm, ntkw_checkpoint_reader *reader, const problem *pde, int input, int n,
                           double *axis);

/* Does it hold this output? Local. */
bool reference_has(const ntkw_checkpoint_reader *reader, const problem *pde, int output);
/* The output at the rows first .. first + rows - 1 of the first input; counts: points along each input. */
ntkw_status reference_values(MPI_Comm comm, ntkw_checkpoint_reader *reader, const problem *pde, int output,
                             const int counts[], int64_t first, int64_t rows, double *values);

#endif
