/* A reference solution: values of outputs on a grid, in a file of the format of checkpoint.h, such as the solution.h5
 * of another run, or in any other HDF5 file, such as one that h5py wrote.
 *
 * Arrays: for each input one of its name, the points along it, ascending within its range, which they need not fill;
 * for one output at least one of its name, shaped like the grid, the first input being the slowest. They hold float32
 * or float64; in an HDF5 file of others, integers or floating-point numbers in any layout, in its root group. All
 * functions are collective on the communicator of reference_open and return the same on every rank; NTKW_ERR_PROBLEM
 * names file and array if they do not fit the problem, and says which arrays are needed and which are there. */
#ifndef NTKW_PINN_REFERENCE_SOLUTION_H
#define NTKW_PINN_REFERENCE_SOLUTION_H

#include <mpi.h>
#include "pinn/problem/problem.h"

typedef struct reference_solution reference_solution;

/* Find out where the problem's reference is, and keep the absolute path in pde->reference_path. It is looked for from
 * the folder of the problem file; if that is a link, then from the folder of the file that it leads to. For a run that
 * is resumed also where it was before (pde->reference_path, and from the run's folder pde->reference_way, which the
 * checkpoint said), and in the run's folder.
 * @param[in] file  the problem file as given now; NULL: the problem is the checkpoint's, and where the reference was
 *                  before is looked at first.
 * @param[in] run   the folder of the checkpoint that the run is resumed from; NULL: it is not resumed.
 * @param[out] elsewhere  it was found, but not at the first of these places. The same on every rank. */
ntkw_status reference_locate(MPI_Comm comm, problem *pde, const char *file, const char *run, bool *elsewhere);

/* Keep the way from the run's folder, which must be there, to the reference in pde->reference_way. */
ntkw_status reference_remember(MPI_Comm comm, problem *pde, const char *folder);

/* The path of a reference from the folder of the problem file that names it. To be freed; NULL: out of memory.
 * Local. */
char *reference_beside(const char *problem_file, const char *reference);

/* Open the problem's reference: at pde->reference_path, or else from the folder of the problem file. NULL if it has
 * none or does without. */
ntkw_status reference_open(MPI_Comm comm, const problem *pde, reference_solution **out);
void reference_close(reference_solution **reference);

/* The number of points along an input. */
ntkw_status reference_count(const reference_solution *reference, const problem *pde, int input, int *n);
/* The points themselves, n of them. */
ntkw_status reference_axis(const reference_solution *reference, const problem *pde, int input, int n, double *axis);

/* Does it hold this output? Local. */
bool reference_has(const reference_solution *reference, const problem *pde, int output);
/* The output at the rows first .. first + rows - 1 of the first input; counts: points along each input. */
ntkw_status reference_values(const reference_solution *reference, const problem *pde, int output, const int counts[],
                             int64_t first, int64_t rows, double *values);

#endif
