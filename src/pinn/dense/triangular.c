/* Solutions with a factor: L y = b, then L^T x = y, a row of tiles at a time. The products of the row's tiles with what
 * is solved are made one by one and subtracted in ascending order of the tiles, whoever made them. */
#include "pinn/dense/cholesky_impl.h"
#include "base/check.h"

#include <string.h>

/* The products that belong to row k: of L_kj with x_j, j < k; or of L_ik^T with x_i, i > k. */
static int product_count(const cholesky *f, int k, bool transposed) {
  return transposed ? f->layout->n_tiles - 1 - k : k;
}

static const double *product_tile(const cholesky *f, int k, int at, bool transposed) {
  return transposed ? cholesky_tile(f, k + 1 + at, k) : cholesky_tile(f, k, at);
}

static int product_owner(const cholesky *f, int k, int at, bool transposed) {
  return transposed ? tile_owner(f->layout, k + 1 + at, k) : tile_owner(f->layout, k, at);
}

/* Those whose tiles are here, one after the other; all of them where the factor is everywhere. @return their number. */
static int make_products(cholesky *f, int k, bool transposed, const double *x) {
  int made = 0;
  for (int at = 0; at < product_count(f, k, transposed); at++) {
    const double *tile = product_tile(f, k, at, transposed);
    if (!tile) continue;
    const double *known = x + (int64_t)(transposed ? k + 1 + at : at) * TILE;
    (transposed ? f->kernels->apply_transposed : f->kernels->apply)(tile, known, f->parts + (int64_t)made++ * TILE);
  }
  return made;
}

/* On the owner of the row's tile on the diagonal: all products, in f->sorted in their order. */
static ntkw_status gather_products(cholesky *f, int k, bool transposed, int made) {
  const int n = product_count(f, k, transposed), size = f->layout->size, owner = tile_owner(f->layout, k, k);
  int *counts = f->counts, *offsets = counts + size;
  memset(counts, 0, (size_t)size * sizeof *counts);
  for (int at = 0; at < n; at++) counts[product_owner(f, k, at, transposed)] += TILE;
  for (int r = 0, total = 0; r < size; total += counts[r++]) offsets[r] = total;
  double *received = f->sorted + (int64_t)f->layout->n_tiles * TILE;
  NTKW_CHECK(MPI_Gatherv(f->parts, made * TILE, MPI_DOUBLE, received, counts, offsets, MPI_DOUBLE, owner,
                         f->options.comm) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Gatherv of the products of a row of tiles failed");
  if (owner != f->layout->rank) return NTKW_SUCCESS;
  for (int at = 0; at < n; at++) {
    int *next = &offsets[product_owner(f, k, at, transposed)];
    memcpy(f->sorted + (int64_t)at * TILE, received + *next, TILE * sizeof(double));
    *next += TILE;
  }
  return NTKW_SUCCESS;
}

static void solve_row(cholesky *f, int k, bool transposed, const double *products, double *x) {
  double *own = x + (int64_t)k * TILE;
  for (int at = 0; at < product_count(f, k, transposed); at++)
    for (int e = 0; e < TILE; e++) own[e] -= products[(int64_t)at * TILE + e];
  (transposed ? f->kernels->upper_solve : f->kernels->lower_solve)(cholesky_tile(f, k, k), own);
}

static ntkw_status do_row(cholesky *f, int k, bool transposed, double *x) {
  const int made = make_products(f, k, transposed, x), owner = tile_owner(f->layout, k, k);
  if (cholesky_is_everywhere(f)) {
    solve_row(f, k, transposed, f->parts, x);
    return NTKW_SUCCESS;
  }
  NTKW_TRY(gather_products(f, k, transposed, made));
  if (owner == f->layout->rank) solve_row(f, k, transposed, f->sorted, x);
  NTKW_CHECK(MPI_Bcast(x + (int64_t)k * TILE, TILE, MPI_DOUBLE, owner, f->options.comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Bcast of a part of a solution failed");
  return NTKW_SUCCESS;
}

ntkw_status cholesky_solve(cholesky *f, double *b) {
  for (int k = 0; k < f->layout->n_tiles; k++) NTKW_TRY(do_row(f, k, false, b));
  for (int k = f->layout->n_tiles - 1; k >= 0; k--) NTKW_TRY(do_row(f, k, true, b));
  return NTKW_SUCCESS;
}
