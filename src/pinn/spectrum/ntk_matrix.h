/* The neural tangent kernel of a problem at some parameters: K_ij = dr_i/dtheta . dr_j/dtheta for the unweighted
 * residuals r of all conditions at n points each.
 *
 * The points are spread over the ranks; each has the factors (network/ntk_factors.h) of its own. Panel by panel the factors
 * go to all ranks, which make their tiles with them, and rank 0 puts the tiles together. Each pair of panels is worked
 * on once, and what is done with it does not depend on the ranks: the kernel has the same bits for any number of them,
 * and on any CPU.
 *
 * Everything is computed in float64, whatever the precision of the training: eigenvalues of the kernel fall over ten
 * and more decades, of which float32 would leave seven. */
#ifndef NTKW_PINN_NTK_MATRIX_H
#define NTKW_PINN_NTK_MATRIX_H

#include <mpi.h>
#include "pinn/problem/problem.h"

enum { MAX_NTK_ROWS = 20000 };

typedef struct ntk_matrix {
  int n_conditions;
  int64_t n_rows, first_row[MAX_CONDITIONS + 1]; /* of each condition, as in ntk_plan.h */
  int n_inputs;
  double *values;    /* n_rows x n_rows, symmetric; NULL but on rank 0, as the next two */
  double *residuals; /* n_rows */
  double *points;    /* n_rows x n_inputs */
} ntk_matrix;

/* The kernel at n_points of each condition: those that its sampler draws for a step, as if the condition had so many.
 * Collective on comm.
 * @param[in] parameters  all of them, in the problem's precision, on every rank.
 * @param[in] step        whose points are taken.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT: the kernel has more than MAX_NTK_ROWS rows, or a
 *         condition has more places than points;
 *         NTKW_ERR_NOT_FINITE: some entry is NaN or Inf (condition and point are named); NTKW_ERR_MEMORY,
 *         NTKW_ERR_MPI. */
ntkw_status ntk_matrix_compute(MPI_Comm comm, const problem *pde, const void *parameters, int64_t n_points,
                               int64_t step, ntk_matrix *out);
void ntk_matrix_free(ntk_matrix *k);

#endif
