/* Summary of a neural tangent kernel: eigenvalues of each condition's block and of the whole kernel, their sum and
 * effective rank, and the angles between the gradients of the conditions' losses. */
#ifndef NTKW_PINN_SPECTRUM_H
#define NTKW_PINN_SPECTRUM_H

#include "pinn/spectrum/ntk_matrix.h"

/* A block belongs to a condition; the last one, number n_conditions, is the whole kernel. */
typedef struct spectrum {
  int64_t step;                     /* number of training steps so far */
  double *eigenvalues;              /* one block after the other, each in descending order */
  double trace[MAX_CONDITIONS + 1]; /* sum of the diagonal */
  double effective_rank[MAX_CONDITIONS + 1];
  double above[MAX_CONDITIONS + 1];     /* number of eigenvalues above threshold times the largest */
  double gradient_norm[MAX_CONDITIONS]; /* |gradient of the condition's loss|, the mean of r^2 over its rows */
  double *cosines;                      /* [n_conditions][n_conditions]; NaN if a gradient is zero */
} spectrum;

/* Effective rank: exp of the entropy of the eigenvalues divided by their sum (Roy & Vetterli 2007). It is n if all
 * eigenvalues are equal, 1 if only one is not 0, and 0 if none is positive. Negative eigenvalues are rounding errors
 * and count as 0. Not collective. */
double effective_rank(const double *eigenvalues, int64_t n);

/* Compute the summary from rank 0's matrix. Loss c is the mean of r_i^2 over its N_c rows, so the inner product of the
 * gradients of the losses a and b is 4 / (N_a N_b) r_a^T K_ab r_b, computed from the kernel. Not collective.
 * @return NTKW_SUCCESS, NTKW_ERR_MEMORY, NTKW_ERR_NOT_FINITE (LAPACK failed). */
ntkw_status spectrum_compute(const ntk_matrix *k, int64_t step, double threshold, spectrum *out);
void spectrum_free(spectrum *s);

#endif
