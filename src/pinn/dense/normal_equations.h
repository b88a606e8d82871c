/* The damped normal equations of a matrix J with N rows and P columns, spread over ranks and threads.
 *
 * The smaller one of J^T J (the primal form, P < N) and J J^T (the dual form, N <= P) is made and factorised, so that
 *     (J^T J + damping I)^-1 v    or    (J J^T + damping I)^-1 v
 * can be computed. Each rank gives a run of consecutive rows of J, in the order of the ranks. The matrix is made block
 * by block: of rows that their rank sends to all, or of columns that all ranks gather. Elements of the matrix are one
 * chain of fma over the ascending rows or columns, and those of its factor one over the ascending columns. So all
 * results have the same bits for any number of ranks and threads and any kernels. */
#ifndef NTKW_PINN_NORMAL_EQUATIONS_H
#define NTKW_PINN_NORMAL_EQUATIONS_H

#include "pinn/dense/cholesky.h"

typedef struct normal_equations normal_equations;

typedef struct normal_options {
  MPI_Comm comm;      /* borrowed */
  thread_pool *pool;  /* borrowed */
  int64_t n_columns;  /* P */
  int64_t count;      /* rows of this rank */
  int64_t everywhere; /* FACTOR_EVERYWHERE, or another order for tests */
  bool given;         /* the caller makes the matrix in the dual form, in normal_equations_tiles; J is not kept */
  double more_bytes;  /* that the caller will allocate on this rank, for the check of memory */
} normal_options;

/* Allocate all memory. Collective.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_MEMORY: the ranks of a computer need more memory than it has
 *         (nothing was allocated), or an allocation failed; NTKW_ERR_ARGUMENT: no kernels; NTKW_ERR_MPI. */
ntkw_status normal_equations_create(const normal_options *options, normal_equations **out);
/* Not collective. Takes NULL, sets NULL. */
void normal_equations_destroy(normal_equations **n);

/* Local, the same on every rank: N, the order of the matrix, and the form. */
int64_t normal_equations_row_count(const normal_equations *n);
int64_t normal_equations_order(const normal_equations *n);
bool normal_equations_are_dual(const normal_equations *n);

/* This rank's rows of J, to be filled in: row i begins at i * stride. Local. Not if the matrix is given. */
double *normal_equations_rows(normal_equations *n, int64_t *stride);

/* The layout of the matrix and the own tiles, to be filled in if the matrix is given. Local. */
const tile_layout *normal_equations_layout(const normal_equations *n);
double *normal_equations_tiles(normal_equations *n);

/* Make the matrix from the rows of all ranks, unless it is given. Collective.
 * @param[out] trace  of the matrix: the exact sum of its diagonal, rounded once; NaN if an element is not finite.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_MPI. */
ntkw_status normal_equations_make(normal_equations *n, double *trace);

/* Factorise the matrix plus damping times the unit matrix. Collective. The matrix is kept.
 * @param[out] positive  is there a factor? @return as normal_equations_make. */
ntkw_status normal_equations_factorise(normal_equations *n, double damping, bool *positive);

/* Solve with the last factor. Collective.
 * @param[in,out] x  as many values as the order, the same on every rank. @return as normal_equations_make. */
ntkw_status normal_equations_solve(normal_equations *n, double *x);

/* The product of this rank's rows of J with a vector of P values: one chain of fma over the ascending columns for each
 * row. Local. */
void normal_equations_apply(normal_equations *n, const double *x, double *rows);

/* Gather a vector of N values, of which each rank has those of its rows. Collective. @return as
 * normal_equations_make. */
ntkw_status normal_equations_gather(normal_equations *n, const double *rows, double *all);

/* First row of this rank. Local. */
int64_t normal_equations_first_row(const normal_equations *n);

#endif
