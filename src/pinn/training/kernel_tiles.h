/* The kernel J J^T of the scaled residual rows (residual_rows.h) from factors (network/ntk_factors.h), without J.
 *
 * The rows of a tile are cut into panels of one condition and equation. Each rank computes the factors of its tiles of
 * rows. They go to all ranks, tile by tile, and the rank of either tile computes the products of a pair of tiles,
 * which go to the owner of that tile of the matrix. The order of all sums depends on the problem only. */
#ifndef NTKW_PINN_KERNEL_TILES_H
#define NTKW_PINN_KERNEL_TILES_H

#include <mpi.h>
#include "pinn/dense/tile_layout.h"
#include "pinn/model/model.h"
#include "pinn/problem/problem.h"
#include "pinn/arithmetic/thread_pool.h"

typedef struct kernel_tiles kernel_tiles;

/* Does the kernel cost fewer operations by factors than as a product of J? A function of the problem alone. Local. */
bool kernel_tiles_cost_less(const problem *pde, const model *trained);

/* Bytes that a rank needs. Local. */
double kernel_tiles_bytes(const problem *pde, const model *trained, const tile_layout *layout);

/* All arguments are borrowed. Not collective; no rank may go on if one fails.
 * @return NTKW_SUCCESS, NTKW_ERR_MEMORY, NTKW_ERR_ARGUMENT (as factor_products_create). */
ntkw_status kernel_tiles_create(MPI_Comm comm, const problem *pde, const model *trained, thread_pool *pool,
                                const tile_layout *layout, kernel_tiles **out);
/* Takes NULL, sets NULL. */
void kernel_tiles_destroy(kernel_tiles **k);

/* Compute the own tiles at the model's parameters and the points of a step. Collective.
 * @param[in]  scales  of the conditions.
 * @param[out] own     the own tiles, in the order of tile_place.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_MPI. */
ntkw_status kernel_tiles_make(kernel_tiles *k, int64_t step, const double scales[], double *own);

#endif
