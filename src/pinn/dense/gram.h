/* The Gram matrix X^T X of a matrix X of float64, whose rows come in blocks, in tiles (tile_layout.h).
 *
 * Every element is one chain of fma over the ascending rows of X. So it has the same bits for any cut of the rows into
 * blocks and any number of ranks and threads. All functions are local. */
#ifndef NTKW_PINN_GRAM_H
#define NTKW_PINN_GRAM_H

#include "pinn/arithmetic/matrix.h"
#include "pinn/dense/tile_layout.h"
#include "pinn/arithmetic/thread_pool.h"

enum { GRAM_ROWS = 256 }; /* the most rows of a block */

typedef struct gram gram;

/* For matrices of a layout. Layout and pool are borrowed. @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status gram_create(const tile_layout *layout, thread_pool *pool, kernel_variant variant, gram **out);
void gram_destroy(gram **g);

/* Add a block of rows to the own tiles.
 *
 * @param[in]     packed  the rows in columns of tiles: packed[(tile * n + row) * TILE + column]; 0 beyond the order.
 * @param[in]     n       1 to GRAM_ROWS rows.
 * @param[in]     first   the block is the first one: the old values of the tiles are ignored.
 * @param[in,out] own     the own tiles, in the order of tile_place. */
void gram_add(gram *g, const double *packed, int n, bool first, double *own);

#endif
