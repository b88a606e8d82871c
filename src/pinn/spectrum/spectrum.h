/* What one looks at of a neural tangent kernel: the eigenvalues of each condition's block and of the whole, their sum
 * and effective rank, and the angles between the gradients of the conditions' losses. */
#ifndef NTKW_PINN_SPECTRUM_H
#define NTKW_PINN_SPECTRUM_H

#include "pinn/spectrum/ntk_matrix.h"

/* Blocks are the conditions; the last one, number n_conditions, is the whole kernel. */
typedef struct spectrum {
  int64_t step;                     /* steps that had been trained */
  double *eigenvalues;              /* of block after block, each from the largest to the smallest */
  double trace[MAX_CONDITIONS + 1]; /* sum of the diagonal */
  double effective_rank[MAX_CONDITIONS + 1];
  double above[MAX_CONDITIONS + 1];     /* how many eigenvalues are above the threshold times the largest */
  double gradient_norm[MAX_CONDITIONS]; /* |gradient of the condition's loss|, the mean of r^2 over its rows */
  double *cosines;                      /* [n_conditions][n_conditions]; NaN if a gradient is zero */
} spectrum;

/* exp of the entropy of the eigenvalues divided by their sum (Roy & Vetterli 2007): n if all are equal, 1 if there is
 * one. Negative ones, which are rounding errors, count as 0. 0 if there are none above 0. Local. */
double effective_rank(const double *eigenvalues, int64_t n);

/* All of it, on rank 0's matrix. As loss c is the mean of r_i^2 over its N_c rows, the product of the gradients of the
 * losses a and b is 4 / (N_a N_b) r_a^T K_ab r_b: they come from the kernel itself.
 * Local. @return NTKW_SUCCESS, NTKW_ERR_MEMORY, NTKW_ERR_NOT_FINITE (LAPACK failed). */
ntkw_status spectrum_compute(const ntk_matrix *k, int64_t step, double threshold, spectrum *out);
void spectrum_free(spectrum *s);

#endif
