#include "pinn/dense/cholesky_impl.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

static bool keeps_all(const cholesky *f) {
  return f->layout->order <= f->options.everywhere;
}

double cholesky_bytes(const tile_layout *layout, int64_t everywhere) {
  const double n = layout->n_tiles;
  const double panels = layout->order <= everywhere ? n * (n - 1) / 2 : GROUP * n;
  return ((double)tile_count(layout) + panels + GROUP * n) * TILE_VALUES * sizeof(double);
}

static ntkw_status allocate(cholesky *f) {
  const int n = f->layout->n_tiles, members = thread_pool_size(f->options.pool);
  const int kept = keeps_all(f) ? n : GROUP;
  bool ok = true;
  f->own = tiles_allocate(tile_count(f->layout));
  f->diagonals = tiles_allocate(keeps_all(f) ? n : 1);
  f->panels = calloc((size_t)n + 1, sizeof *f->panels);
  f->negated = tiles_allocate((int64_t)GROUP * n);
  f->multipliers = calloc((size_t)members, sizeof *f->multipliers);
  f->counts = calloc(2 * (size_t)f->layout->size, sizeof *f->counts);
  f->parts = malloc(((size_t)n + 1) * TILE * sizeof *f->parts);
  f->sorted = malloc(2 * ((size_t)n + 1) * TILE * sizeof *f->sorted);
  ok = f->own && f->diagonals && f->panels && f->negated && f->multipliers && f->counts && f->parts && f->sorted;
  for (int k = 0; ok && k < kept && k < n; k++) ok = (f->panels[k] = tiles_allocate(n - k)) != NULL;
  NTKW_CHECK(ok, NTKW_ERR_MEMORY, "out of memory for the factor of a matrix of %lld rows (%.3g bytes a rank)",
             (long long)f->layout->order, cholesky_bytes(f->layout, f->options.everywhere));
  for (int k = kept; k < n; k++) f->panels[k] = f->panels[k % GROUP];
  for (int m = 0; m < members; m++) NTKW_TRY(multiplier_create(f->options.variant, NTKW_FLOAT64, &f->multipliers[m]));
  return NTKW_SUCCESS;
}

ntkw_status cholesky_create(const tile_layout *layout, const cholesky_options *options, cholesky **out) {
  cholesky *f = *out = calloc(1, sizeof *f);
  NTKW_CHECK(f, NTKW_ERR_MEMORY, "out of memory for a factor");
  f->layout = layout;
  f->options = *options;
  f->kernels = tile_kernels_find(options->variant);
  const ntkw_status status = allocate(f);
  if (status != NTKW_SUCCESS) cholesky_destroy(out);
  return status;
}

void cholesky_destroy(cholesky **out) {
  cholesky *f = *out;
  if (!f) return;
  const int kept = keeps_all(f) ? f->layout->n_tiles : GROUP;
  for (int m = 0; f->multipliers && m < thread_pool_size(f->options.pool); m++) multiplier_destroy(&f->multipliers[m]);
  for (int k = 0; f->panels && k < kept && k < f->layout->n_tiles; k++) free(f->panels[k]);
  free(f->own);
  free(f->diagonals);
  free(f->panels);
  free(f->negated);
  free(f->multipliers);
  free(f->counts);
  free(f->parts);
  free(f->sorted);
  free(f);
  *out = NULL;
}

/* What the members of the thread pool do with the own tiles of some columns. */
typedef struct job {
  cholesky *f;
  int first, last;        /* columns */
  int from, to;           /* columns whose products are subtracted */
  const double *diagonal; /* or what is solved with */
  tile_visit *visit;
} job;

static double *own_tile(cholesky *f, int i, int j) {
  return f->own + tile_place(f->layout, i, j) * TILE_VALUES;
}

/* Where a tile of a column that is done lies: grouped by the rank it came from. */
static int64_t panel_place(const tile_layout *layout, int i, int k) {
  const int row = i % layout->grid_rows;
  int64_t before = 0;
  for (int r = 0; r < row; r++) before += tile_row_count(layout, r, k + 1);
  return before + (i - tile_first_row(layout, row, k + 1)) / layout->grid_rows;
}

static const double *panel_tile(const cholesky *f, int i, int k) {
  return f->panels[k] + panel_place(f->layout, i, k) * TILE_VALUES;
}

static double *negated_tile(const cholesky *f, int i, int k) {
  return f->negated + ((int64_t)(k % GROUP) * f->layout->n_tiles + i) * TILE_VALUES;
}

/* A_ij -= L_ik L_jk^T for the columns k of the job, ascending. */
static void subtract(void *context, int member, int i, int j) {
  static const product_shape product = {.rows = TILE,
                                        .width = TILE,
                                        .inner = TILE,
                                        .lda = TILE,
                                        .ldb = TILE,
                                        .ldc = TILE,
                                        .a_transposed = true,
                                        .accumulate = true};
  const job *todo = context;
  cholesky *f = todo->f;
  double *tile = own_tile(f, i, j);
  for (int k = todo->from; k < todo->to; k++)
    multiply(f->multipliers[member], &product, negated_tile(f, j, k), panel_tile(f, i, k), tile);
}

/* X L^T = A, strip by strip. */
static void solve_tile(void *context, int member, int i, int j) {
  const job *todo = context;
  cholesky *f = todo->f;
  double *x = own_tile(f, i, j), behind[TILE_STRIP * TILE];
  if (i == j) return;
  for (int first = 0; first < TILE; first += TILE_STRIP) {
    f->kernels->solve_strip(todo->diagonal, first, x);
    const int done = first + TILE_STRIP, rest = TILE - done;
    if (rest == 0) return;
    for (int k = 0; k < TILE_STRIP; k++)
      for (int c = 0; c < rest; c++) behind[k * TILE + c] = -todo->diagonal[(first + k) * TILE + done + c];
    const product_shape product = {.rows = rest,
                                   .width = TILE,
                                   .inner = TILE_STRIP,
                                   .lda = TILE,
                                   .ldb = TILE,
                                   .ldc = TILE,
                                   .a_transposed = true,
                                   .accumulate = true};
    multiply(f->multipliers[member], &product, behind, x + first * TILE, x + done * TILE);
  }
}

static void work(void *argument, int member) {
  const job *todo = argument;
  tile_visit_own(todo->f->layout, todo->first, todo->last, member, thread_pool_size(todo->f->options.pool), todo->visit,
                 argument);
}

static void do_job(job todo) {
  thread_pool_run(todo.f->options.pool, work, &todo);
}

/* The tile on the diagonal, by its owner, to all ranks; and whether there is a pivot that is not positive. */
static ntkw_status share_diagonal(cholesky *f, int k, double *diagonal, int *failed) {
  const int owner = tile_owner(f->layout, k, k);
  *failed = TILE;
  if (owner == f->layout->rank) {
    double *tile = own_tile(f, k, k);
    *failed = f->kernels->factor(tile);
    memcpy(diagonal, tile, TILE_VALUES * sizeof *tile);
    if (*failed < TILE) diagonal[TILE] = 1 + *failed; /* above the diagonal: 0 in a factor */
  }
  if (f->layout->size == 1) return NTKW_SUCCESS;
  NTKW_CHECK(MPI_Bcast(diagonal, TILE_VALUES, MPI_DOUBLE, owner, f->options.comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Bcast of a tile failed");
  *failed = diagonal[TILE] == 0 ? TILE : (int)diagonal[TILE] - 1;
  return NTKW_SUCCESS;
}

/* The tiles below the diagonal of a column that is done, to all ranks; and their negatives. */
static ntkw_status share_column(cholesky *f, int k) {
  const tile_layout *l = f->layout;
  int *counts = f->counts, *offsets = counts + l->size, total = 0;
  const int own = tile_owner(l, k, k) % l->grid_columns == l->column ? tile_row_count(l, l->row, k + 1) : 0;
  for (int r = 0; r < l->size; r++) {
    offsets[r] = total;
    counts[r] =
        r % l->grid_columns == k % l->grid_columns ? tile_row_count(l, r / l->grid_columns, k + 1) * TILE_VALUES : 0;
    total += counts[r];
  }
  if (own > 0) {
    const int first = tile_first_row(l, l->row, k + 1);
    memcpy(f->panels[k] + offsets[l->rank], own_tile(f, first, k), (size_t)own * TILE_VALUES * sizeof(double));
  }
  if (l->size > 1)
    NTKW_CHECK(MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, f->panels[k], counts, offsets, MPI_DOUBLE,
                              f->options.comm) == MPI_SUCCESS,
               NTKW_ERR_MPI, "MPI_Allgatherv of a column of tiles failed");
  for (int i = k + 1; i < l->n_tiles; i++) {
    const double *tile = panel_tile(f, i, k);
    double *negated = negated_tile(f, i, k);
    for (int e = 0; e < TILE_VALUES; e++) negated[e] = -tile[e];
  }
  return NTKW_SUCCESS;
}

static void load(cholesky *f, const double *own, double shift) {
  const tile_layout *l = f->layout;
  memcpy(f->own, own, (size_t)tile_count(l) * TILE_VALUES * sizeof *own);
  for (int64_t i = 0; i < (int64_t)l->n_tiles * TILE; i++) {
    const int tile = (int)(i / TILE), at = (int)(i % TILE);
    if (tile_owner(l, tile, tile) != l->rank) continue;
    double *x = own_tile(f, tile, tile) + at * TILE + at;
    *x = i < l->order ? *x + shift : 1;
  }
}

/* Factorise the columns of a group, one after the other. */
static ntkw_status factorise_group(cholesky *f, int first, int last, int64_t *pivot) {
  for (int k = first; k < last; k++) {
    double *diagonal = f->diagonals + (keeps_all(f) ? (int64_t)k * TILE_VALUES : 0);
    int failed;
    do_job((job){.f = f, .first = k, .last = k + 1, .from = first, .to = k, .visit = subtract});
    NTKW_TRY(share_diagonal(f, k, diagonal, &failed));
    if (failed < TILE) {
      *pivot = (int64_t)k * TILE + failed;
      return NTKW_SUCCESS;
    }
    do_job((job){.f = f, .first = k, .last = k + 1, .diagonal = diagonal, .visit = solve_tile});
    NTKW_TRY(share_column(f, k));
  }
  return NTKW_SUCCESS;
}

ntkw_status cholesky_factorise(cholesky *f, const double *own, double shift, int64_t *pivot) {
  const int n = f->layout->n_tiles;
  *pivot = -1;
  load(f, own, shift);
  for (int first = 0; first < n; first += GROUP) {
    const int last = first + GROUP < n ? first + GROUP : n;
    NTKW_TRY(factorise_group(f, first, last, pivot));
    if (*pivot >= 0) return NTKW_SUCCESS;
    do_job((job){.f = f, .first = last, .last = n, .from = first, .to = last, .visit = subtract});
  }
  return NTKW_SUCCESS;
}

const double *cholesky_tile(const cholesky *f, int i, int k) {
  if (keeps_all(f)) return i == k ? f->diagonals + (int64_t)k * TILE_VALUES : panel_tile(f, i, k);
  const tile_layout *l = f->layout;
  return tile_owner(l, i, k) == l->rank ? f->own + tile_place(l, i, k) * TILE_VALUES : NULL;
}

bool cholesky_is_everywhere(const cholesky *f) {
  return keeps_all(f);
}
