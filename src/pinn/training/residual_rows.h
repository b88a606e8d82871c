/* The rows of the least-squares problem: one for each equation of each point of each condition.
 *
 * Rows are ordered by condition, point and equation. Row i of condition c is the residual times
 *     s_c = sqrt(w_c / N_c),    N_c: number of points times equations of the condition,
 * so that the sum of the squared rows is the weighted loss. Ranks have contiguous runs of chunks, so each rank has a
 * contiguous run of rows. No function here is collective. */
#ifndef NTKW_PINN_RESIDUAL_ROWS_H
#define NTKW_PINN_RESIDUAL_ROWS_H

#include "pinn/training/chunks.h"

/* Number of rows of the problem. */
int64_t residual_row_count(const problem *pde);
/* The row of the first equation at a chunk's first point; for chunk == plan->n_chunks the number of all rows. */
int64_t residual_row_of_chunk(const problem *pde, const chunk_plan *plan, int chunk);
/* The factors s_c of all conditions. */
void residual_row_scales(const problem *pde, const double weights[], double scales[]);

/* What the gradient engine does with the rows of a rank. All arrays begin with the rank's first row. */
typedef struct residual_rows {
  int64_t first;         /* the rank's first row */
  const double *scales;  /* of the conditions */
  double *residuals;     /* receives the scaled residuals; NULL: not wanted */
  double *jacobian;      /* GRADIENT_ROWS: receives the derivatives of the scaled residuals */
  int64_t stride;        /* distance of the rows of jacobian */
  const double *factors; /* GRADIENT_PULLED */
  /* GRADIENT_APPLIED: the vector, a network that has it as parameters, and what receives the products with J. */
  const double *vector;
  const network *direction;
  double *products;
} residual_rows;

#endif
