#include "pinn/dense/normal_equations.h"
#include "pinn/arithmetic/sum_reduction.h"
#include "pinn/dense/gram.h"
#include "pinn/dense/memory_check.h"
#include "ntkw/sum.h"
#include "ranks/comm.h"
#include "ranks/even_split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* apply: rows of a product, and its columns, of which one is used. */
enum { APPLY_ROWS = 64, APPLY_WIDTH = PADDING_F64 };

struct normal_equations {
  normal_options options;
  int rank, size;
  int64_t n_rows, *first; /* [size + 1]: first row of each rank */
  int64_t stride;         /* of the own rows */
  bool dual;
  tile_layout layout;
  cholesky *factor;
  gram *gram;
  multiplier **multipliers;           /* of each worker, for apply */
  double *rows, *tiles;               /* own rows of J, own tiles of the matrix */
  double *packed;                     /* a block of rows, or of columns, in tiles */
  double *own_columns, *all_columns;  /* a block of columns: [count][GRAM_ROWS], [n_rows][GRAM_ROWS]; dual form */
  double *solution, *wide, *products; /* [n_tiles * TILE], [P][APPLY_WIDTH], [count][APPLY_WIDTH] */
  int *counts, *offsets;              /* [size] each, of a gathered message */
  int64_t *message;                   /* of the trace */
};

int64_t normal_equations_row_count(const normal_equations *n) {
  return n->n_rows;
}
int64_t normal_equations_order(const normal_equations *n) {
  return n->layout.order;
}
bool normal_equations_are_dual(const normal_equations *n) {
  return n->dual;
}
int64_t normal_equations_first_row(const normal_equations *n) {
  return n->first[n->rank];
}
const tile_layout *normal_equations_layout(const normal_equations *n) {
  return &n->layout;
}
double *normal_equations_tiles(normal_equations *n) {
  return n->tiles;
}
double *normal_equations_rows(normal_equations *n, int64_t *stride) {
  *stride = n->stride;
  return n->rows;
}

static int64_t padded(int64_t n) {
  return (n + TILE - 1) / TILE * TILE;
}

/* Doubles of the blocks in which the matrix is made. */
static double block_values(int64_t n_rows, int64_t count, int64_t n_columns) {
  const bool dual = n_rows <= n_columns;
  return (double)GRAM_ROWS *
         ((double)padded(dual ? n_rows : n_columns) + (dual ? (double)n_rows + (double)count : 0.0));
}

/* Bytes that this rank needs. */
static double bytes_of(const normal_equations *n) {
  const normal_options *o = &n->options;
  const double matrix = (double)tile_count(&n->layout) * TILE_VALUES * sizeof(double);
  const double factor = cholesky_bytes(&n->layout, o->everywhere);
  if (o->given) return matrix + factor + o->more_bytes;
  const double rows = (double)o->count * (double)n->stride, applied = APPLY_WIDTH * (double)(o->n_columns + o->count);
  return matrix + factor + sizeof(double) * (rows + block_values(n->n_rows, o->count, o->n_columns) + applied) +
         o->more_bytes;
}

static double *zeros(int64_t n) {
  return tiles_allocate((n + TILE_VALUES - 1) / TILE_VALUES);
}

static ntkw_status allocate(normal_equations *n) {
  const normal_options *o = &n->options;
  const int workers = thread_pool_size(o->pool);
  kernel_variant variant;
  NTKW_TRY(kernels_choose(&variant));
  const cholesky_options factor = {o->comm, o->pool, variant, o->everywhere};
  NTKW_TRY(cholesky_create(&n->layout, &factor, &n->factor));
  NTKW_TRY(gram_create(&n->layout, o->pool, variant, &n->gram));
  const int64_t count = o->given ? 0 : o->count, columns = o->given ? 0 : o->n_columns;
  const int64_t gathered = n->dual && !o->given ? GRAM_ROWS : 0;
  n->rows = zeros(count * n->stride);
  n->tiles = tiles_allocate(tile_count(&n->layout));
  n->packed = zeros(o->given ? 0 : (int64_t)GRAM_ROWS * n->layout.n_tiles * TILE);
  n->own_columns = zeros(gathered * count);
  n->all_columns = zeros(gathered * n->n_rows);
  n->solution = zeros((int64_t)n->layout.n_tiles * TILE);
  n->wide = zeros(APPLY_WIDTH * columns);
  n->products = zeros(APPLY_WIDTH * count);
  n->multipliers = calloc((size_t)workers, sizeof *n->multipliers);
  NTKW_CHECK(n->rows && n->tiles && n->packed && n->own_columns && n->all_columns && n->solution && n->wide &&
                 n->products && n->multipliers,
             NTKW_ERR_MEMORY, "out of memory for %lld rows and %lld columns of the Jacobian", (long long)o->count,
             (long long)o->n_columns);
  for (int w = 0; w < workers; w++) NTKW_TRY(multiplier_create(variant, NTKW_FLOAT64, &n->multipliers[w]));
  return NTKW_SUCCESS;
}

/* First row of each rank. Collective. */
static ntkw_status lay_rows(normal_equations *n) {
  n->first[0] = 0;
  MPI_TRY(MPI_Allgather(&n->options.count, 1, MPI_INT64_T, n->first + 1, 1, MPI_INT64_T, n->options.comm));
  for (int r = 0; r < n->size; r++) n->first[r + 1] += n->first[r];
  n->n_rows = n->first[n->size];
  n->dual = n->n_rows <= n->options.n_columns || n->options.given;
  n->stride = padded(n->options.n_columns);
  return NTKW_SUCCESS;
}

static ntkw_status lay_tiles(normal_equations *n) {
  return tile_layout_create(n->dual ? n->n_rows : n->options.n_columns, n->rank, n->size, &n->layout);
}

static ntkw_status check_memory(const normal_equations *n) {
  const normal_options *o = &n->options;
  double needed, available;
  NTKW_TRY(memory_check_find(o->comm, bytes_of(n), &needed, &available));
  NTKW_CHECK(available == 0.0 || needed <= available, NTKW_ERR_MEMORY,
             "the normal equations of %lld residuals and %lld parameters need %.3g GB on a computer with %.3g GB; use "
             "fewer points, a smaller network, or ranks on more computers",
             (long long)n->n_rows, (long long)o->n_columns, needed * 1e-9, available * 1e-9);
  return NTKW_SUCCESS;
}

static ntkw_status begin(const normal_options *options, normal_equations **out) {
  normal_equations *n = *out = calloc(1, sizeof *n);
  NTKW_CHECK(n, NTKW_ERR_MEMORY, "out of memory for the normal equations");
  n->options = *options;
  MPI_Comm_rank(options->comm, &n->rank);
  MPI_Comm_size(options->comm, &n->size);
  n->first = calloc((size_t)n->size + 1, sizeof *n->first);
  n->counts = calloc(2 * (size_t)n->size, sizeof *n->counts);
  n->message = calloc(sums_message_size(1), sizeof *n->message);
  NTKW_CHECK(n->first && n->counts && n->message, NTKW_ERR_MEMORY, "out of memory for the rows of %d ranks", n->size);
  n->offsets = n->counts + n->size;
  return NTKW_SUCCESS;
}

ntkw_status normal_equations_create(const normal_options *options, normal_equations **out) {
  ntkw_status status = ntkw_status_agree(options->comm, begin(options, out));
  if (status == NTKW_SUCCESS) status = lay_rows(*out);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(options->comm, lay_tiles(*out));
  if (status == NTKW_SUCCESS) status = check_memory(*out);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(options->comm, allocate(*out));
  if (status != NTKW_SUCCESS) normal_equations_destroy(out);
  return status;
}

void normal_equations_destroy(normal_equations **out) {
  normal_equations *n = *out;
  if (!n) return;
  gram_destroy(&n->gram);
  cholesky_destroy(&n->factor);
  tile_layout_free(&n->layout);
  for (int w = 0; n->multipliers && w < thread_pool_size(n->options.pool); w++) multiplier_destroy(&n->multipliers[w]);
  void *const all[] = {
      n->first, n->multipliers, n->rows,   n->tiles,   n->packed, n->own_columns, n->all_columns, n->solution,
      n->wide,  n->products,    n->counts, n->message, n};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  *out = NULL;
}

/* A block that the workers pack, tile by tile. */
typedef struct packing {
  normal_equations *n;
  const double *from; /* rows of J, or all_columns */
  int length;         /* rows of the block */
} packing;

static void pack_rows(void *argument, int worker) {
  const packing *p = argument;
  const normal_equations *n = p->n;
  for (int tile = worker; tile < n->layout.n_tiles; tile += thread_pool_size(n->options.pool))
    for (int k = 0; k < p->length; k++)
      memcpy(n->packed + ((int64_t)tile * p->length + k) * TILE, p->from + k * n->stride + (int64_t)tile * TILE,
             TILE * sizeof(double));
}

static void pack_columns(void *argument, int worker) {
  const packing *p = argument;
  const normal_equations *n = p->n;
  for (int tile = worker; tile < n->layout.n_tiles; tile += thread_pool_size(n->options.pool)) {
    const int64_t first = (int64_t)tile * TILE, left = n->n_rows - first;
    double *to = n->packed + (int64_t)tile * p->length * TILE;
    for (int k = 0; k < p->length; k++)
      for (int r = 0; r < TILE; r++) to[k * TILE + r] = r < left ? p->from[(first + r) * p->length + k] : 0.0;
  }
}

/* J^T J: each rank in turn sends its rows, block by block. */
static ntkw_status make_primal(normal_equations *n) {
  for (int r = 0; r < n->size; r++)
    for (int64_t row = n->first[r]; row < n->first[r + 1]; row += GRAM_ROWS) {
      const int64_t left = n->first[r + 1] - row;
      const int length = left < GRAM_ROWS ? (int)left : GRAM_ROWS;
      packing p = {n, n->rows + (row - n->first[r]) * n->stride, length};
      if (r == n->rank) thread_pool_run(n->options.pool, pack_rows, &p);
      if (n->size > 1) MPI_TRY(MPI_Bcast(n->packed, length * n->layout.n_tiles * TILE, MPI_DOUBLE, r, n->options.comm));
      gram_add(n->gram, n->packed, length, row == 0, n->tiles);
    }
  return NTKW_SUCCESS;
}

static ntkw_status gather(normal_equations *n, const double *own, int width, double *all) {
  for (int r = 0; r < n->size; r++) {
    n->counts[r] = (int)(n->first[r + 1] - n->first[r]) * width;
    n->offsets[r] = (int)n->first[r] * width;
  }
  MPI_TRY(MPI_Allgatherv(own, n->counts[n->rank], MPI_DOUBLE, all, n->counts, n->offsets, MPI_DOUBLE, n->options.comm));
  return NTKW_SUCCESS;
}

ntkw_status normal_equations_gather(normal_equations *n, const double *rows, double *all) {
  return gather(n, rows, 1, all);
}

/* J J^T: all ranks gather a block of columns after the other. */
static ntkw_status make_dual(normal_equations *n) {
  for (int64_t column = 0; column < n->options.n_columns; column += GRAM_ROWS) {
    const int64_t left = n->options.n_columns - column;
    const int length = left < GRAM_ROWS ? (int)left : GRAM_ROWS;
    packing p = {n, n->all_columns, length};
    for (int64_t i = 0; i < n->options.count; i++)
      memcpy(n->own_columns + i * length, n->rows + i * n->stride + column, (size_t)length * sizeof(double));
    NTKW_TRY(gather(n, n->own_columns, length, n->all_columns));
    thread_pool_run(n->options.pool, pack_columns, &p);
    gram_add(n->gram, n->packed, length, column == 0, n->tiles);
  }
  return NTKW_SUCCESS;
}

static ntkw_status compute_trace(const normal_equations *n, double *trace) {
  ntkw_sum sum;
  ntkw_sum_zero(&sum, NTKW_FLOAT64);
  for (int k = 0; k < n->layout.n_tiles; k++) {
    if (tile_owner(&n->layout, k, k) != n->rank) continue;
    const double *tile = n->tiles + tile_place(&n->layout, k, k) * TILE_VALUES;
    for (int i = 0; i < TILE; i++) ntkw_sum_add_magnitudes(&sum, &tile[i * TILE + i], 1, NTKW_FLOAT64);
  }
  NTKW_TRY(sums_reduce(n->options.comm, &sum, 1, NULL, 0, n->message));
  *trace = sum.not_finite ? NAN : ntkw_sum_value(&sum);
  return NTKW_SUCCESS;
}

ntkw_status normal_equations_make(normal_equations *n, double *trace) {
  if (!n->options.given) NTKW_TRY(n->dual ? make_dual(n) : make_primal(n));
  return compute_trace(n, trace);
}

ntkw_status normal_equations_factorise(normal_equations *n, double damping, bool *positive) {
  int64_t pivot;
  NTKW_TRY(cholesky_factorise(n->factor, n->tiles, damping, &pivot));
  *positive = pivot < 0;
  return NTKW_SUCCESS;
}

ntkw_status normal_equations_solve(normal_equations *n, double *x) {
  const int64_t order = n->layout.order;
  memset(n->solution, 0, (size_t)n->layout.n_tiles * TILE * sizeof *n->solution);
  memcpy(n->solution, x, (size_t)order * sizeof *x);
  NTKW_TRY(cholesky_solve(n->factor, n->solution));
  memcpy(x, n->solution, (size_t)order * sizeof *x);
  return NTKW_SUCCESS;
}

static void apply_some(void *argument, int worker) {
  normal_equations *n = argument;
  const ntkw_i_range own =
      ntkw_i_even_split((n->options.count + APPLY_ROWS - 1) / APPLY_ROWS, thread_pool_size(n->options.pool), worker);
  product_shape product = {.rows = APPLY_ROWS,
                           .width = APPLY_WIDTH,
                           .inner = (int)n->options.n_columns,
                           .lda = (int)n->stride,
                           .ldb = APPLY_WIDTH,
                           .ldc = APPLY_WIDTH};
  for (int64_t b = own.first; b < own.last; b++) {
    const int64_t row = b * APPLY_ROWS, left = n->options.count - row;
    if (left < APPLY_ROWS) product.rows = (int)left;
    multiply(n->multipliers[worker], &product, n->rows + row * n->stride, n->wide, n->products + row * APPLY_WIDTH);
  }
}

void normal_equations_apply(normal_equations *n, const double *x, double *rows) {
  for (int64_t i = 0; i < n->options.n_columns; i++) n->wide[i * APPLY_WIDTH] = x[i];
  thread_pool_run(n->options.pool, apply_some, n);
  for (int64_t i = 0; i < n->options.count; i++) rows[i] = n->products[i * APPLY_WIDTH];
}
