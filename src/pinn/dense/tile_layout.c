#include "pinn/dense/tile_layout.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

/* The most rows such that rows x columns is the number of ranks and rows are not many more than columns. */
static int columns_of_grid(int size) {
  int columns = 1;
  for (int n = 1; n * n <= size; n++)
    if (size % n == 0) columns = n;
  return columns;
}

ntkw_status tile_layout_create(int64_t order, int rank, int size, tile_layout *out) {
  tile_layout l = {.order = order, .n_tiles = (int)((order + TILE - 1) / TILE), .rank = rank, .size = size};
  l.grid_columns = columns_of_grid(size);
  l.grid_rows = size / l.grid_columns;
  l.row = rank / l.grid_columns;
  l.column = rank % l.grid_columns;
  l.before = calloc((size_t)l.n_tiles + 1, sizeof *l.before);
  *out = l;
  NTKW_CHECK(l.before, NTKW_ERR_MEMORY, "out of memory for the layout of %d columns of tiles", l.n_tiles);
  for (int j = 0; j < l.n_tiles; j++)
    l.before[j + 1] = l.before[j] + (j % l.grid_columns == l.column ? tile_row_count(&l, l.row, j) : 0);
  return NTKW_SUCCESS;
}

void tile_layout_free(tile_layout *layout) {
  free(layout->before);
  layout->before = NULL;
}

void tile_visit_own(const tile_layout *layout, int first, int last, int member, int members, tile_visit *visit,
                    void *context) {
  for (int j = first; j < last; j++) {
    if (j % layout->grid_columns != layout->column) continue;
    for (int i = tile_first_row(layout, layout->row, j); i < layout->n_tiles; i += layout->grid_rows)
      if (tile_place(layout, i, j) % members == member) visit(context, member, i, j);
  }
}

double *tiles_allocate(int64_t n) {
  const size_t bytes = (size_t)(n > 0 ? n : 1) * TILE_VALUES * sizeof(double);
  double *tiles = aligned_alloc(64, bytes);
  if (tiles) memset(tiles, 0, bytes);
  return tiles;
}
