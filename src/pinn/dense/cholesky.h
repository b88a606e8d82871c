/* The Cholesky factor of a symmetric positive definite matrix in tiles, spread over ranks and threads, and solutions
 * with it.
 *
 * Right-looking by groups of columns of tiles: a column that is done goes to all ranks, and every element is one chain
 * of fma over the ascending columns. So the factor has the same bits for any number of ranks and threads and any
 * kernels. Up to an order of FACTOR_EVERYWHERE each rank keeps the whole factor and solves by itself; beyond that each
 * keeps its own tiles and the ranks solve together, with the same bits. */
#ifndef NTKW_PINN_CHOLESKY_H
#define NTKW_PINN_CHOLESKY_H

#include <mpi.h>
#include "pinn/arithmetic/matrix.h"
#include "pinn/dense/tile_layout.h"
#include "pinn/arithmetic/thread_pool.h"

enum { FACTOR_EVERYWHERE = 4096 };

typedef struct cholesky cholesky;

typedef struct cholesky_options {
  MPI_Comm comm;     /* borrowed */
  thread_pool *pool; /* borrowed */
  kernel_variant variant;
  int64_t everywhere; /* FACTOR_EVERYWHERE, or another order for tests */
} cholesky_options;

/* For matrices of a layout, which is borrowed. Local. NTKW_ERR_MEMORY names the bytes. */
ntkw_status cholesky_create(const tile_layout *layout, const cholesky_options *options, cholesky **out);
void cholesky_destroy(cholesky **f);

/* Bytes that a rank needs. */
double cholesky_bytes(const tile_layout *layout, int64_t everywhere);

/* Factorise A + shift I. Collective.
 * @param[in]  own    the own tiles of A, in the order of tile_place; only read.
 * @param[out] pivot  -1, or the first column whose pivot is not positive (NaN included): there is no factor then. The
 *                    same on every rank.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_MPI. */
ntkw_status cholesky_factorise(cholesky *f, const double *own, double shift, int64_t *pivot);

/* Solve (A + shift I) x = b with the last factor. Collective.
 * @param[in,out] b  n_tiles x TILE values, the same on every rank; those beyond the order are 0.
 * @return as cholesky_factorise. */
ntkw_status cholesky_solve(cholesky *f, double *b);

#endif
