#include "pinn/training/kernel_tiles.h"
#include "pinn/network/ntk_factors.h"
#include "pinn/network/network_ops.h"
#include "pinn/training/residual_rows.h"
#include "pinn/training/sampler.h"
#include "ranks/comm.h"
#include "ranks/even_split.h"

#include <stdlib.h>
#include <string.h>

/* Consecutive points of one equation, within a tile. Row i of the panel is row place + i * stride of the tile. */
typedef struct row_panel {
  int condition, equation, n_points, n_streams, place, stride;
  int64_t first_point;
} row_panel;

/* Buffers of one thread. */
typedef struct panel_worker {
  workspace *workspace;
  equations_workspace *equations[MAX_CONDITIONS];
  factor_products *products;
  double *points, *normals, *coefficients, *outputs, *adjoints, *residuals, *scales;
  double *block; /* products of two panels */
} panel_worker;

struct kernel_tiles {
  MPI_Comm comm;
  int rank, size;
  const problem *pde;
  const network *network;
  thread_pool *pool;
  const tile_layout *layout;
  int *first_panel; /* [n_tiles + 1]: of each tile of rows */
  row_panel *panels;
  size_t n_factors; /* of a panel */
  ntkw_i_range own; /* tiles of rows of this rank */
  double *factors;  /* of the own panels */
  double *received; /* factors of a tile */
  double *made;     /* tiles with one right tile, in the order of the left ones */
  double *sent, *arrived;
  int *counts; /* [4][size]: sent, their offsets, received, their offsets */
  panel_worker *workers;
  /* of the current step: */
  uint64_t draw;
  const double *scales;
  const double *right_factors;
  int right;
};

static int points_of_panel(const condition *cond) {
  const int most = FACTOR_ROWS / stream_count(equations_streams(cond->equations));
  return most < TILE ? most : TILE;
}

/* Cut the rows first to last - 1 of a condition, which lie in one tile. offset: of row `first` in the tile. @return the
 * number of panels; panels NULL: only count. */
static int cut_rows(const problem *pde, int c, int64_t first, int64_t last, int offset, row_panel *panels) {
  const condition *cond = &pde->conditions[c];
  const int n_equations = equations_count(cond->equations), most = points_of_panel(cond);
  int n = 0;
  for (int e = 0; e < n_equations; e++) {
    int64_t point = first / n_equations + (first % n_equations > e);
    const int64_t end = last / n_equations + (last % n_equations > e);
    for (; point < end; point += most, n++)
      if (panels)
        panels[n] = (row_panel){.condition = c,
                                .equation = e,
                                .n_points = (int)(end - point < most ? end - point : most),
                                .n_streams = stream_count(equations_streams(cond->equations)),
                                .place = offset + (int)(point * n_equations + e - first),
                                .stride = n_equations,
                                .first_point = point};
  }
  return n;
}

/* The panels of a tile of rows, as cut_rows. */
static int cut_tile(const problem *pde, int tile, row_panel *panels) {
  const int64_t first = (int64_t)tile * TILE, last = first + TILE;
  int64_t before = 0;
  int n = 0;
  for (int c = 0; c < pde->n_conditions; c++) {
    const int64_t rows = pde->conditions[c].n_points * equations_count(pde->conditions[c].equations);
    const int64_t from = first > before ? first : before, to = last < before + rows ? last : before + rows;
    if (from < to) n += cut_rows(pde, c, from - before, to - before, (int)(from - first), panels ? panels + n : NULL);
    before += rows;
  }
  return n;
}

bool kernel_tiles_cost_less(const problem *pde, const model *trained) {
  const network *net = model_network(trained);
  double features = net->n_others, rows = 0.0, streams = 0.0;
  for (int l = 0; l < net->n_layers; l++) features += net->layers[l].in + net->layers[l].out;
  for (int c = 0; c < pde->n_conditions; c++) {
    const condition *cond = &pde->conditions[c];
    const double own = (double)cond->n_points * equations_count(cond->equations);
    rows += own;
    streams += own * stream_count(equations_streams(cond->equations));
  }
  return streams * streams * features < rows * rows * (double)model_parameter_count(trained);
}

static int most_panels(const kernel_tiles *k) {
  int most = 0;
  for (int t = 0; t < k->layout->n_tiles; t++)
    if (k->first_panel[t + 1] - k->first_panel[t] > most) most = k->first_panel[t + 1] - k->first_panel[t];
  return most;
}

double kernel_tiles_bytes(const problem *pde, const model *trained, const tile_layout *layout) {
  const ntkw_i_range own = ntkw_i_even_split(layout->n_tiles, layout->size, layout->rank);
  double panels = 0.0, most = 0.0;
  for (int64_t t = 0; t < layout->n_tiles; t++) {
    const int n = cut_tile(pde, (int)t, NULL);
    if (t >= own.first && t < own.last) panels += n;
    if (n > most) most = n;
  }
  const double tiles = 2.0 * (double)(own.last - own.first) + layout->n_tiles;
  return sizeof(double) * ((panels + most) * (double)ntk_factors_size(model_network(trained)) + tiles * TILE_VALUES);
}

static ntkw_status create_panels(kernel_tiles *k) {
  const int n_tiles = k->layout->n_tiles;
  k->first_panel = calloc((size_t)n_tiles + 1, sizeof *k->first_panel);
  NTKW_CHECK(k->first_panel, NTKW_ERR_MEMORY, "out of memory for the panels of %d tiles", n_tiles);
  for (int t = 0; t < n_tiles; t++) k->first_panel[t + 1] = k->first_panel[t] + cut_tile(k->pde, t, NULL);
  k->panels = calloc((size_t)k->first_panel[n_tiles] + 1, sizeof *k->panels);
  NTKW_CHECK(k->panels, NTKW_ERR_MEMORY, "out of memory for the panels of %d tiles", n_tiles);
  for (int t = 0; t < n_tiles; t++) cut_tile(k->pde, t, k->panels + k->first_panel[t]);
  return NTKW_SUCCESS;
}

static double *doubles(size_t n) {
  return malloc((n + 1) * sizeof(double));
}

static ntkw_status create_worker(const kernel_tiles *k, panel_worker *w) {
  const problem *pde = k->pde;
  size_t values = 0, pairs = 0, residuals = 0;
  NTKW_TRY(workspace_create(k->network, &w->workspace));
  NTKW_TRY(factor_products_create(k->network, &w->products));
  for (int c = 0; c < pde->n_conditions; c++) {
    const equations *eqs = pde->conditions[c].equations;
    const stream_set *streams = equations_streams(eqs);
    const size_t n = (size_t)points_of_panel(&pde->conditions[c]);
    NTKW_TRY(equations_workspace_create(eqs, (int)n, &w->equations[c]));
    const size_t own = n * (size_t)stream_count(streams) * (size_t)pde->n_outputs;
    if (own > values) values = own;
    if (n * (size_t)streams->n_pairs > pairs) pairs = n * (size_t)streams->n_pairs;
    if (n * (size_t)equations_count(eqs) > residuals) residuals = n * (size_t)equations_count(eqs);
  }
  w->points = doubles((size_t)TILE * MAX_INPUTS);
  w->normals = doubles((size_t)TILE * MAX_INPUTS);
  w->coefficients = doubles(pairs);
  w->outputs = doubles(values);
  w->adjoints = doubles(values);
  w->residuals = doubles(residuals);
  w->scales = doubles(residuals);
  w->block = doubles(TILE_VALUES);
  NTKW_CHECK(w->points && w->normals && w->coefficients && w->outputs && w->adjoints && w->residuals && w->scales &&
                 w->block,
             NTKW_ERR_MEMORY, "out of memory for the panels of points");
  return NTKW_SUCCESS;
}

static void free_worker(const kernel_tiles *k, panel_worker *w) {
  workspace_destroy(&w->workspace);
  factor_products_destroy(&w->products);
  for (int c = 0; c < k->pde->n_conditions; c++) equations_workspace_destroy(&w->equations[c]);
  double *const all[] = {w->points,   w->normals,   w->coefficients, w->outputs,
                         w->adjoints, w->residuals, w->scales,       w->block};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static ntkw_status allocate(kernel_tiles *k) {
  const int workers = thread_pool_size(k->pool);
  NTKW_TRY(create_panels(k));
  const int64_t n_own = k->own.last - k->own.first, tiles = k->layout->n_tiles;
  const int panels = k->first_panel[k->own.last] - k->first_panel[k->own.first];
  k->n_factors = ntk_factors_size(k->network);
  k->factors = doubles((size_t)panels * k->n_factors);
  k->received = doubles((size_t)most_panels(k) * k->n_factors);
  k->made = tiles_allocate(n_own);
  k->sent = tiles_allocate(n_own);
  k->arrived = tiles_allocate(tiles);
  k->counts = calloc(4 * (size_t)k->size, sizeof *k->counts);
  k->workers = calloc((size_t)workers, sizeof *k->workers);
  NTKW_CHECK(k->factors && k->received && k->made && k->sent && k->arrived && k->counts && k->workers, NTKW_ERR_MEMORY,
             "out of memory for the factors of %d panels (%.3g bytes a rank)", panels,
             (double)panels * (double)k->n_factors * sizeof(double));
  for (int w = 0; w < workers; w++) NTKW_TRY(create_worker(k, &k->workers[w]));
  return NTKW_SUCCESS;
}

ntkw_status kernel_tiles_create(MPI_Comm comm, const problem *pde, const model *trained, thread_pool *pool,
                                const tile_layout *layout, kernel_tiles **out) {
  kernel_tiles *k = *out = calloc(1, sizeof *k);
  NTKW_CHECK(k, NTKW_ERR_MEMORY, "out of memory for the kernel");
  *k = (kernel_tiles){.comm = comm,
                      .rank = layout->rank,
                      .size = layout->size,
                      .pde = pde,
                      .network = model_network(trained),
                      .pool = pool,
                      .layout = layout,
                      .own = ntkw_i_even_split(layout->n_tiles, layout->size, layout->rank)};
  const ntkw_status status = allocate(k);
  if (status != NTKW_SUCCESS) kernel_tiles_destroy(out);
  return status;
}

void kernel_tiles_destroy(kernel_tiles **handle) {
  kernel_tiles *k = *handle;
  if (!k) return;
  for (int w = 0; k->workers && w < thread_pool_size(k->pool); w++) free_worker(k, &k->workers[w]);
  void *const all[] = {k->first_panel, k->panels,  k->factors, k->received, k->made,
                       k->sent,        k->arrived, k->counts,  k->workers,  k};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  *handle = NULL;
}

/* Factors of a panel with the rows' scale in the seeds. */
static void compute_panel(const kernel_tiles *k, panel_worker *w, const row_panel *panel, double *factors) {
  const condition *cond = &k->pde->conditions[panel->condition];
  const int n = panel->n_points, n_inputs = k->pde->n_inputs, n_equations = equations_count(cond->equations);
  equations_workspace *work = w->equations[panel->condition];
  sample_points_and_normals(k->pde, panel->condition, k->draw, panel->first_point, n, w->points, w->normals);
  equations_set_normals(work, w->normals);
  equations_coefficients(work, n, n_inputs, w->points, w->coefficients);
  workspace_forward(w->workspace, equations_streams(cond->equations), n, w->points, w->coefficients, w->outputs);
  equations_residuals(work, n, n_inputs, w->points, w->outputs, w->residuals);
  for (int i = 0; i < n * n_equations; i++) w->scales[i] = k->scales[panel->condition];
  equations_seeds(work, panel->equation, w->scales, w->adjoints);
  ntk_factors_take(k->network, w->workspace, w->adjoints, factors);
}

static void compute_own_panels(void *argument, int worker) {
  const kernel_tiles *k = argument;
  const int first = k->first_panel[k->own.first], last = k->first_panel[k->own.last];
  for (int p = first + worker; p < last; p += thread_pool_size(k->pool))
    compute_panel(k, &k->workers[worker], &k->panels[p], k->factors + (size_t)(p - first) * k->n_factors);
}

/* Does the rank of the left tile make the products of this pair? The other way round, the other rank does. In this
 * checkerboard every tile is the left one about as often as the right one. */
static bool takes(int left, int right) {
  return left == right || (left < right) == ((left + right) % 2 == 0);
}

/* Put the products of two panels into the tile of the pair, which belongs to the lower triangle. */
static void put_block(const kernel_tiles *k, int left, const row_panel *a, const row_panel *b, const double *block,
                      double *tile) {
  for (int i = 0; i < a->n_points; i++)
    for (int j = 0; j < b->n_points; j++) {
      const int row = a->place + i * a->stride, column = b->place + j * b->stride;
      if (left == k->right && row < column) continue;
      tile[left >= k->right ? column * TILE + row : row * TILE + column] = block[i * b->n_points + j];
    }
}

/* The products of this thread's left tiles with a panel of the right tile. */
static void multiply_tiles(void *argument, int worker) {
  const kernel_tiles *k = argument;
  panel_worker *w = &k->workers[worker];
  const int first_right = k->first_panel[k->right], first_own = k->first_panel[k->own.first];
  for (int b = first_right; b < k->first_panel[k->right + 1]; b++) {
    const row_panel *right = &k->panels[b];
    factor_products_set_right(w->products, k->right_factors + (size_t)(b - first_right) * k->n_factors, right->n_points,
                              right->n_streams);
    for (int64_t left = k->own.first + worker; left < k->own.last; left += thread_pool_size(k->pool)) {
      if (!takes((int)left, k->right)) continue;
      if (b == first_right) memset(k->made + (left - k->own.first) * TILE_VALUES, 0, TILE_VALUES * sizeof(double));
      for (int a = k->first_panel[left]; a < k->first_panel[left + 1]; a++) {
        factor_products_tile(w->products, k->factors + (size_t)(a - first_own) * k->n_factors, k->panels[a].n_points,
                             k->panels[a].n_streams, w->block);
        put_block(k, (int)left, &k->panels[a], right, w->block, k->made + (left - k->own.first) * TILE_VALUES);
      }
    }
  }
}

static int owner_of_pair(const kernel_tiles *k, int left, int right) {
  return left >= right ? tile_owner(k->layout, left, right) : tile_owner(k->layout, right, left);
}

/* Number of values that rank `source` makes with the current right tile for rank `owner`. */
static int count_values(const kernel_tiles *k, int source, int owner) {
  const ntkw_i_range tiles = ntkw_i_even_split(k->layout->n_tiles, k->size, source);
  int count = 0;
  for (int64_t left = tiles.first; left < tiles.last; left++)
    count += takes((int)left, k->right) && owner_of_pair(k, (int)left, k->right) == owner;
  return count * TILE_VALUES;
}

/* Send the tiles that were made to their owners. */
static ntkw_status exchange_tiles(kernel_tiles *k, double *own) {
  int *sent = k->counts, *sent_at = sent + k->size, *got = sent_at + k->size, *got_at = got + k->size;
  double *next = k->sent;
  for (int r = 0, out = 0, in = 0; r < k->size; r++) {
    sent[r] = count_values(k, k->rank, r);
    got[r] = count_values(k, r, k->rank);
    sent_at[r] = out;
    got_at[r] = in;
    out += sent[r];
    in += got[r];
    for (int64_t left = k->own.first; left < k->own.last; left++) {
      if (!takes((int)left, k->right) || owner_of_pair(k, (int)left, k->right) != r) continue;
      memcpy(next, k->made + (left - k->own.first) * TILE_VALUES, TILE_VALUES * sizeof *next);
      next += TILE_VALUES;
    }
  }
  MPI_TRY(MPI_Alltoallv(k->sent, sent, sent_at, MPI_DOUBLE, k->arrived, got, got_at, MPI_DOUBLE, k->comm));
  const double *arrived = k->arrived;
  for (int left = 0; left < k->layout->n_tiles; left++) { /* the order of the ranks is that of their tiles */
    if (!takes(left, k->right) || owner_of_pair(k, left, k->right) != k->rank) continue;
    const int row = left > k->right ? left : k->right, column = left + k->right - row;
    memcpy(own + tile_place(k->layout, row, column) * TILE_VALUES, arrived, TILE_VALUES * sizeof *arrived);
    arrived += TILE_VALUES;
  }
  return NTKW_SUCCESS;
}

static int owner_of_rows(const kernel_tiles *k, int tile) {
  int rank = 0;
  while (ntkw_i_even_split(k->layout->n_tiles, k->size, rank).last <= tile) rank++;
  return rank;
}

ntkw_status kernel_tiles_make(kernel_tiles *k, int64_t step, const double scales[], double *own) {
  k->draw = sample_draw(k->pde, step);
  k->scales = scales;
  thread_pool_run(k->pool, compute_own_panels, k);
  for (int right = 0; right < k->layout->n_tiles; right++) {
    const int first = k->first_panel[right], n = k->first_panel[right + 1] - first, owner = owner_of_rows(k, right);
    double *factors = k->received;
    if (owner == k->rank) factors = k->factors + (size_t)(first - k->first_panel[k->own.first]) * k->n_factors;
    for (int p = 0; p < n && k->size > 1; p++)
      MPI_TRY(MPI_Bcast(factors + (size_t)p * k->n_factors, (int)k->n_factors, MPI_DOUBLE, owner, k->comm));
    k->right = right;
    k->right_factors = factors;
    thread_pool_run(k->pool, multiply_tiles, k);
    NTKW_TRY(exchange_tiles(k, own));
  }
  return NTKW_SUCCESS;
}
