/* The neural tangent kernel of a problem at given parameters: K_ij = dr_i/dtheta . dr_j/dtheta for the unweighted
 * residuals r of all conditions, at n points each.
 *
 * The tiles are made from factors as in training (training/kernel_tiles.h), with the same bits for any number of ranks
 * and on any CPU. Rank 0 gathers them. Rows are ordered by condition, equation and point.
 *
 * All arithmetic is in float64, whatever the precision of the training: the eigenvalues of the kernel span ten or more
 * decades, of which float32 would resolve seven. */
#ifndef NTKW_PINN_NTK_MATRIX_H
#define NTKW_PINN_NTK_MATRIX_H

#include <mpi.h>
#include "pinn/problem/problem.h"

enum { MAX_NTK_ROWS = 20000 };

typedef struct ntk_matrix {
  int n_conditions;
  int64_t n_rows, first_row[MAX_CONDITIONS + 1]; /* first row of each condition */
  int n_inputs;
  double *values;    /* n_rows x n_rows, symmetric; only on rank 0, as the next two */
  double *residuals; /* n_rows */
  double *points;    /* n_rows x n_inputs */
} ntk_matrix;

/* Number of rows of a kernel with n_points points per condition. Local. */
int64_t ntk_rows(const problem *pde, int64_t n_points);

/* Compute the kernel at n_points points of each condition: the points that the sampler would draw in a step if the
 * condition had n_points points. Collective on comm.
 *
 * @param[in] parameters  all parameters in the problem's precision, on every rank.
 * @param[in] step        the step of the points.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT: the kernel has more than MAX_NTK_ROWS rows, or a
 *         condition has more places than points; NTKW_ERR_NOT_FINITE: an entry is NaN or Inf (the message names
 *         condition and point); NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status ntk_matrix_compute(MPI_Comm comm, const problem *pde, const void *parameters, int64_t n_points,
                               int64_t step, ntk_matrix *out);
void ntk_matrix_free(ntk_matrix *k);

#endif
