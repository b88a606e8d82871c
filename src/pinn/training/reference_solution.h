/* A reference solution: values of outputs on a grid. The file has the format of checkpoint.h, such as the solution.h5
 * of another run, or is any other HDF5 file, such as one written by h5py.
 *
 * For each input the file has an array of its name with the points along it: ascending, within the input's range, which
 * they need not fill. For at least one output it has an array of its name with the shape of the grid; the first input
 * is the slowest. In the format of checkpoint.h the arrays hold float32 or float64. In other HDF5 files they hold
 * integers or floating-point numbers in any layout, in the root group. All functions are collective on the communicator
 * of reference_open unless they say otherwise, and return the same on every rank. NTKW_ERR_PROBLEM: the arrays do not
 * fit the problem; the message names file and array, the arrays that are needed and those that exist. */
#ifndef NTKW_PINN_REFERENCE_SOLUTION_H
#define NTKW_PINN_REFERENCE_SOLUTION_H

#include <mpi.h>
#include "pinn/problem/problem.h"

typedef struct reference_solution reference_solution;

/* Find the file of the problem's reference and store its absolute path in pde->reference_path. The path in the problem
 * file is relative to the folder of the problem file or, if that is a link, to the folder of the link's target. A
 * resumed run also tries the paths stored in the checkpoint (pde->reference_path, and pde->reference_way relative to
 * the run's folder) and the run's folder.
 *
 * @param[in]  file       the problem file of this call; NULL: the problem comes from the checkpoint, and
 *                        pde->reference_path is tried first.
 * @param[in]  run        folder of the checkpoint to resume from; NULL: the run is not resumed.
 * @param[out] elsewhere  the file was found, but not at the first of these paths. The same on every rank. */
ntkw_status reference_locate(MPI_Comm comm, problem *pde, const char *file, const char *run, bool *elsewhere);

/* Store the path of the reference relative to the run's folder, which must exist, in pde->reference_way. */
ntkw_status reference_remember(MPI_Comm comm, problem *pde, const char *folder);

/* The path of a reference that is relative to the folder of its problem file. The caller must free it. NULL: out of
 * memory. Not collective. */
char *reference_beside(const char *problem_file, const char *reference);

/* Open the problem's reference at pde->reference_path or, without that, relative to the folder of the problem file.
 * *out is NULL if the problem has no reference or runs without it. */
ntkw_status reference_open(MPI_Comm comm, const problem *pde, reference_solution **out);
void reference_close(reference_solution **reference);

/* The number of points along an input. */
ntkw_status reference_count(const reference_solution *reference, const problem *pde, int input, int *n);
/* The n points along an input. */
ntkw_status reference_axis(const reference_solution *reference, const problem *pde, int input, int n, double *axis);

/* Does the reference have this output? Not collective. */
bool reference_has(const reference_solution *reference, const problem *pde, int output);
/* Values of an output at the indices first .. first + rows - 1 of the first input. counts: points along each input. */
ntkw_status reference_values(const reference_solution *reference, const problem *pde, int output, const int counts[],
                             int64_t first, int64_t rows, double *values);

#endif
