#include "pinn/spectrum/ntk_matrix.h"
#include "pinn/model/model.h"
#include "pinn/training/kernel_tiles.h"
#include "pinn/training/sampler.h"
#include "base/check.h"
#include "ranks/comm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct assembly {
  MPI_Comm comm;
  int rank, size;
  problem sampled; /* the problem with n_points points per condition */
  model *model;
  thread_pool *alone;
  tile_layout layout;
  kernel_tiles *kernel;
  double *own;           /* own tiles */
  double *gathered;      /* tiles of a column, on rank 0 */
  int *counts, *offsets; /* of these tiles, by rank */
} assembly;

int64_t ntk_rows(const problem *pde, int64_t n_points) {
  int64_t rows = 0;
  for (int c = 0; c < pde->n_conditions; c++) rows += n_points * equations_count(pde->conditions[c].equations);
  return rows;
}

static ntkw_status create_model(assembly *m, const problem *pde, const void *parameters) {
  network_options options = pde->network;
  options.precision = NTKW_FLOAT64;
  NTKW_TRY(model_create(&options, &m->model));
  const int64_t n = model_parameter_count(m->model);
  double *wide = malloc((size_t)n * sizeof *wide);
  NTKW_CHECK(wide, NTKW_ERR_MEMORY, "out of memory for %lld parameters", (long long)n);
  for (int64_t i = 0; i < n; i++)
    wide[i] = pde->network.precision == NTKW_FLOAT32 ? (double)((const float *)parameters)[i]
                                                     : ((const double *)parameters)[i];
  model_set_parameters(m->model, wide);
  free(wide);
  return NTKW_SUCCESS;
}

static ntkw_status allocate(assembly *m) {
  m->own = tiles_allocate(tile_count(&m->layout));
  m->counts = calloc(2 * (size_t)m->size, sizeof *m->counts);
  m->offsets = m->counts ? m->counts + m->size : NULL;
  if (m->rank == 0) m->gathered = tiles_allocate(m->layout.n_tiles);
  NTKW_CHECK(m->own && m->counts && (m->gathered || m->rank > 0), NTKW_ERR_MEMORY,
             "out of memory for the kernel's tiles (%lld values a rank); fewer points or more ranks need less",
             (long long)tile_count(&m->layout) * TILE_VALUES);
  return NTKW_SUCCESS;
}

static ntkw_status prepare(assembly *m, const problem *pde, const void *parameters, int64_t n_points) {
  m->sampled = *pde;
  for (int c = 0; c < pde->n_conditions; c++) m->sampled.conditions[c].n_points = n_points;
  NTKW_TRY(create_model(m, pde, parameters));
  NTKW_TRY(thread_pool_create(1, &m->alone));
  NTKW_TRY(tile_layout_create(ntk_rows(pde, n_points), m->rank, m->size, &m->layout));
  NTKW_TRY(kernel_tiles_create(m->comm, &m->sampled, m->model, m->alone, &m->layout, &m->kernel));
  return allocate(m);
}

static void release(assembly *m) {
  kernel_tiles_destroy(&m->kernel);
  tile_layout_free(&m->layout);
  thread_pool_destroy(&m->alone);
  model_destroy(&m->model);
  free(m->own);
  free(m->gathered);
  free(m->counts);
}

/* Row i of the tiles, which are ordered by condition, point and equation, in the order of ntk_matrix.h. */
static int64_t row_of(const assembly *m, const ntk_matrix *k, int64_t i) {
  int c = 0;
  while (i >= k->first_row[c + 1]) c++;
  const condition *cond = &m->sampled.conditions[c];
  const int64_t n_equations = equations_count(cond->equations), at = i - k->first_row[c];
  return k->first_row[c] + at % n_equations * cond->n_points + at / n_equations;
}

/* Copy the lower triangle of a tile to both triangles of the kernel. */
static void put_tile(const assembly *m, int row, int column, const double *tile, ntk_matrix *k) {
  const int64_t first_row = (int64_t)row * TILE, first_column = (int64_t)column * TILE;
  for (int64_t j = 0; j < TILE && first_column + j < k->n_rows; j++) {
    const int64_t to = row_of(m, k, first_column + j);
    for (int64_t i = row == column ? j : 0; i < TILE && first_row + i < k->n_rows; i++) {
      const int64_t at = row_of(m, k, first_row + i);
      k->values[at * k->n_rows + to] = k->values[to * k->n_rows + at] = tile[j * TILE + i];
    }
  }
}

/* Gather a column of tiles on rank 0. Collective. */
static ntkw_status gather_column(assembly *m, int column, ntk_matrix *k) {
  const tile_layout *l = &m->layout;
  int64_t first = 0;
  memset(m->counts, 0, (size_t)m->size * sizeof *m->counts);
  for (int row = column; row < l->n_tiles; row++) {
    const int owner = tile_owner(l, row, column);
    if (owner == m->rank && m->counts[owner] == 0) first = tile_place(l, row, column);
    m->counts[owner] += TILE_VALUES;
  }
  for (int r = 0, total = 0; r < m->size; total += m->counts[r++]) m->offsets[r] = total;
  MPI_TRY(MPI_Gatherv(m->own + first * TILE_VALUES, m->counts[m->rank], MPI_DOUBLE, m->gathered, m->counts, m->offsets,
                      MPI_DOUBLE, 0, m->comm));
  for (int row = column; row < l->n_tiles && m->rank == 0; row++) {
    int *next = &m->offsets[tile_owner(l, row, column)];
    put_tile(m, row, column, m->gathered + *next, k);
    *next += TILE_VALUES;
  }
  return NTKW_SUCCESS;
}

/* Points of a condition and their residuals, on rank 0. */
static ntkw_status compute_residuals(const assembly *m, int c, int64_t step, workspace *work, ntk_matrix *k) {
  enum { MOST = 64 };
  const condition *cond = &m->sampled.conditions[c];
  const stream_set *streams = equations_streams(cond->equations);
  const int n_inputs = m->sampled.n_inputs, n_equations = equations_count(cond->equations);
  const int room = workspace_capacity(work, streams), most = room < MOST ? room : MOST;
  double normals[MOST * MAX_INPUTS], coefficients[MOST * MAX_PAIRS], residuals[MOST * MAX_EQUATIONS];
  double *outputs = malloc((size_t)most * (size_t)stream_count(streams) * MAX_OUTPUTS * sizeof *outputs);
  equations_workspace *w = NULL;
  NTKW_CHECK(outputs, NTKW_ERR_MEMORY, "out of memory for a panel of points");
  const ntkw_status status = equations_workspace_create(cond->equations, most, &w);
  for (int64_t first = 0; status == NTKW_SUCCESS && first < cond->n_points; first += most) {
    const int n = (int)(cond->n_points - first < most ? cond->n_points - first : most);
    double *points = k->points + (k->first_row[c] + first) * n_inputs;
    sample_points_and_normals(&m->sampled, c, sample_draw(&m->sampled, step), first, n, points, normals);
    equations_set_normals(w, normals);
    equations_coefficients(w, n, n_inputs, points, coefficients);
    workspace_forward(work, streams, n, points, coefficients, outputs);
    equations_residuals(w, n, n_inputs, points, outputs, residuals);
    for (int e = 0; e < n_equations; e++) {
      const int64_t row = k->first_row[c] + e * cond->n_points + first;
      memcpy(k->residuals + row, residuals + e * n, (size_t)n * sizeof *residuals);
      if (e > 0) memcpy(k->points + row * n_inputs, points, (size_t)(n * n_inputs) * sizeof *points);
    }
  }
  equations_workspace_destroy(&w);
  free(outputs);
  return status;
}

static ntkw_status compute_all_residuals(const assembly *m, int64_t step, ntk_matrix *k) {
  workspace *work = NULL;
  if (m->rank > 0) return NTKW_SUCCESS;
  ntkw_status status = workspace_create(model_network(m->model), &work);
  for (int c = 0; c < k->n_conditions && status == NTKW_SUCCESS; c++) status = compute_residuals(m, c, step, work, k);
  workspace_destroy(&work);
  return status;
}

static ntkw_status compute(assembly *m, int64_t step, ntk_matrix *k) {
  double ones[MAX_CONDITIONS];
  for (int c = 0; c < MAX_CONDITIONS; c++) ones[c] = 1.0;
  NTKW_TRY(ntkw_status_agree(m->comm, compute_all_residuals(m, step, k)));
  NTKW_TRY(kernel_tiles_make(m->kernel, step, ones, m->own));
  for (int column = 0; column < m->layout.n_tiles; column++) NTKW_TRY(gather_column(m, column, k));
  return NTKW_SUCCESS;
}

static ntkw_status begin_matrix(const assembly *m, ntk_matrix *k) {
  *k = (ntk_matrix){.n_conditions = m->sampled.n_conditions, .n_inputs = m->sampled.n_inputs};
  for (int c = 0; c < k->n_conditions; c++)
    k->first_row[c + 1] =
        k->first_row[c] + m->sampled.conditions[c].n_points * equations_count(m->sampled.conditions[c].equations);
  k->n_rows = k->first_row[k->n_conditions];
  if (m->rank > 0) return NTKW_SUCCESS;
  const size_t n = (size_t)k->n_rows;
  k->values = malloc(n * n * sizeof *k->values);
  k->residuals = malloc(n * sizeof *k->residuals);
  k->points = malloc(n * (size_t)k->n_inputs * sizeof *k->points);
  NTKW_CHECK(k->values && k->residuals && k->points, NTKW_ERR_MEMORY, "out of memory for a kernel of %lld rows",
             (long long)k->n_rows);
  return NTKW_SUCCESS;
}

static ntkw_status check_finite(const problem *pde, const ntk_matrix *k) {
  for (int c = 0; k->values && c < k->n_conditions; c++)
    for (int64_t i = k->first_row[c]; i < k->first_row[c + 1]; i++)
      NTKW_CHECK(isfinite(k->values[i * k->n_rows + i]) && isfinite(k->residuals[i]), NTKW_ERR_NOT_FINITE,
                 "the kernel of condition '%s' is not finite: its entry for point %lld is %g, the residual there %g",
                 pde->conditions[c].name, (long long)(i - k->first_row[c]), k->values[i * k->n_rows + i],
                 k->residuals[i]);
  return NTKW_SUCCESS;
}

static ntkw_status check_points(const problem *pde, int64_t n_points) {
  const int64_t n_rows = ntk_rows(pde, n_points);
  NTKW_CHECK(n_points >= 1 && n_rows <= MAX_NTK_ROWS, NTKW_ERR_ARGUMENT,
             "%lld points of each condition make a kernel of %lld rows; expected 1 to %d rows", (long long)n_points,
             (long long)n_rows, MAX_NTK_ROWS);
  for (int c = 0; c < pde->n_conditions; c++)
    NTKW_CHECK(n_points >= pde->conditions[c].n_places, NTKW_ERR_ARGUMENT,
               "%lld points of each condition are too few for the %d places of condition '%s'; expected at least one "
               "point for each place",
               (long long)n_points, pde->conditions[c].n_places, pde->conditions[c].name);
  return NTKW_SUCCESS;
}

ntkw_status ntk_matrix_compute(MPI_Comm comm, const problem *pde, const void *parameters, int64_t n_points,
                               int64_t step, ntk_matrix *out) {
  assembly *m = calloc(1, sizeof *m);
  *out = (ntk_matrix){0};
  ntkw_status status = m ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the kernel");
  if (status == NTKW_SUCCESS) status = check_points(pde, n_points);
  status = ntkw_status_agree(comm, status);
  if (status != NTKW_SUCCESS) goto out;
  m->comm = comm;
  MPI_Comm_rank(comm, &m->rank);
  MPI_Comm_size(comm, &m->size);
  status = prepare(m, pde, parameters, n_points);
  if (status == NTKW_SUCCESS) status = begin_matrix(m, out);
  status = ntkw_status_agree(comm, status);
  if (status == NTKW_SUCCESS) status = compute(m, step, out);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(comm, check_finite(pde, out));
out:
  if (m) release(m);
  free(m);
  if (status != NTKW_SUCCESS) ntk_matrix_free(out);
  return status;
}

void ntk_matrix_free(ntk_matrix *k) {
  free(k->values);
  free(k->residuals);
  free(k->points);
  k->values = k->residuals = k->points = NULL;
}
