/* A symmetric matrix of float64 cut into tiles (tile_kernels.h), of which the lower triangle is kept, spread over the
 * ranks: tile (i, j), i >= j, belongs to the rank at place (i modulo grid rows, j modulo grid columns) of a grid. The
 * last tiles are filled up with the rows and columns of the unit matrix.
 *
 * Nothing that is computed depends on the grid. All functions are local. */
#ifndef NTKW_PINN_TILE_LAYOUT_H
#define NTKW_PINN_TILE_LAYOUT_H

#include <stdint.h>
#include "ntkw/status.h"
#include "pinn/arithmetic/tile_kernels.h"

typedef struct tile_layout {
  int64_t order; /* rows of the matrix */
  int n_tiles;   /* tiles of a row of tiles */
  int rank, size, grid_rows, grid_columns;
  int row, column; /* of this rank in the grid */
  int64_t *before; /* [n_tiles + 1]: own tiles in the columns before each one */
} tile_layout;

/* For the rank of so many. @return NTKW_SUCCESS, NTKW_ERR_MEMORY. */
ntkw_status tile_layout_create(int64_t order, int rank, int size, tile_layout *out);
void tile_layout_free(tile_layout *layout);

/* The rank of a tile. */
static inline int tile_owner(const tile_layout *layout, int i, int j) {
  return i % layout->grid_rows * layout->grid_columns + j % layout->grid_columns;
}

/* The first row >= from of tiles that the ranks in a row of the grid own. */
static inline int tile_first_row(const tile_layout *layout, int grid_row, int from) {
  const int n = layout->grid_rows;
  return from + (grid_row - from % n + n) % n;
}

/* Number of these rows from there to the end. */
static inline int tile_row_count(const tile_layout *layout, int grid_row, int from) {
  const int first = tile_first_row(layout, grid_row, from), n = layout->grid_rows;
  return first < layout->n_tiles ? (layout->n_tiles - first + n - 1) / n : 0;
}

/* The number of an own tile among the own ones. */
static inline int64_t tile_place(const tile_layout *layout, int i, int j) {
  return layout->before[j] + (i - tile_first_row(layout, layout->row, j)) / layout->grid_rows;
}

/* Number of own tiles. */
static inline int64_t tile_count(const tile_layout *layout) {
  return layout->before[layout->n_tiles];
}

/* Call visit for every own tile in the columns first to last - 1, the members of a thread pool by turns. */
typedef void tile_visit(void *context, int member, int i, int j);
void tile_visit_own(const tile_layout *layout, int first, int last, int member, int members, tile_visit *visit,
                    void *context);

/* Zeroed room for n tiles, aligned for vectors; NULL if there is none. To be freed by free. */
double *tiles_allocate(int64_t n);

#endif
