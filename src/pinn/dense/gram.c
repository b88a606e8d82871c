#include "pinn/dense/gram.h"
#include "base/check.h"

#include <stdlib.h>

struct gram {
  const tile_layout *layout;
  thread_pool *pool;
  multiplier **multipliers; /* of each worker */
};

typedef struct block {
  gram *g;
  const double *packed;
  int n;
  bool first;
  double *own;
} block;

ntkw_status gram_create(const tile_layout *layout, thread_pool *pool, kernel_variant variant, gram **out) {
  const int n = thread_pool_size(pool);
  ntkw_status status = NTKW_SUCCESS;
  gram *g = *out = calloc(1, sizeof *g);
  NTKW_CHECK(g, NTKW_ERR_MEMORY, "out of memory for a Gram matrix");
  *g = (gram){layout, pool, calloc((size_t)n, sizeof *g->multipliers)};
  if (!g->multipliers) status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a Gram matrix");
  for (int w = 0; w < n && status == NTKW_SUCCESS; w++)
    status = multiplier_create(variant, NTKW_FLOAT64, &g->multipliers[w]);
  if (status != NTKW_SUCCESS) gram_destroy(out);
  return status;
}

void gram_destroy(gram **out) {
  gram *g = *out;
  if (!g) return;
  for (int w = 0; g->multipliers && w < thread_pool_size(g->pool); w++) multiplier_destroy(&g->multipliers[w]);
  free(g->multipliers);
  free(g);
  *out = NULL;
}

static void add_tile(void *context, int worker, int i, int j) {
  const block *b = context;
  const product_shape product = {.rows = TILE,
                                 .width = TILE,
                                 .inner = b->n,
                                 .lda = TILE,
                                 .ldb = TILE,
                                 .ldc = TILE,
                                 .a_transposed = true,
                                 .accumulate = !b->first};
  const int64_t column_of_tiles = (int64_t)b->n * TILE;
  multiply(b->g->multipliers[worker], &product, b->packed + j * column_of_tiles, b->packed + i * column_of_tiles,
           b->own + tile_place(b->g->layout, i, j) * TILE_VALUES);
}

static void work(void *argument, int worker) {
  const block *b = argument;
  tile_visit_own(b->g->layout, 0, b->g->layout->n_tiles, worker, thread_pool_size(b->g->pool), add_tile, argument);
}

void gram_add(gram *g, const double *packed, int n, bool first, double *own) {
  block b = {g, packed, n, first, own};
  thread_pool_run(g->pool, work, &b);
}
