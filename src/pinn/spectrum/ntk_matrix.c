#include "pinn/spectrum/ntk_matrix.h"
#include "pinn/model/model.h"
#include "pinn/network/ntk_factors.h"
#include "pinn/spectrum/ntk_plan.h"
#include "pinn/training/sampler.h"
#include "base/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Doubles that are sent with the factors of a panel: residuals and points. */
enum { EXTRA = FACTOR_ROWS * (1 + MAX_INPUTS) };

typedef struct assembly {
  MPI_Comm comm;
  int rank, size;
  problem sampled; /* the problem with n_points points per condition */
  uint64_t draw;
  ntk_plan plan;
  int first, end; /* panels of this rank: first .. end - 1 */
  model *model;
  workspace *workspace;
  factor_products *products;
  size_t n_factors, message; /* doubles per panel */
  double *own;               /* messages of this rank's panels */
  double *received;
  double *tiles, *gathered; /* tiles with one right panel, of this rank and of all */
  int *counts, *offsets;    /* of the tiles of all ranks */
} assembly;

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
  NTKW_TRY(workspace_create(model_network(m->model), &m->workspace));
  return factor_products_create(model_network(m->model), &m->products);
}

static ntkw_status allocate(assembly *m) {
  const size_t own = (size_t)(m->end - m->first), width = sizeof(double);
  const size_t tile = (size_t)m->plan.most_points * (size_t)m->plan.most_points;
  m->n_factors = ntk_factors_size(model_network(m->model));
  m->message = m->n_factors + EXTRA;
  m->own = calloc(own * m->message + 1, width);
  m->received = malloc(m->message * width);
  m->tiles = malloc((own * tile + 1) * width);
  m->counts = calloc(2 * (size_t)m->size, sizeof *m->counts);
  m->offsets = m->counts ? m->counts + m->size : NULL;
  if (m->rank == 0) m->gathered = malloc((size_t)m->plan.n_panels * tile * width);
  NTKW_CHECK(m->own && m->received && m->tiles && m->counts && (m->gathered || m->rank > 0), NTKW_ERR_MEMORY,
             "out of memory for the kernel's factors (%zu bytes a rank); fewer points or more ranks need less",
             own * m->message * width);
  return NTKW_SUCCESS;
}

/* Compute factors, residuals and points of one panel. */
static ntkw_status compute_panel(assembly *m, const ntk_panel *panel, double *message) {
  const equations *eqs = m->sampled.conditions[panel->condition].equations;
  const stream_set *streams = equations_streams(eqs);
  const int n = panel->n_points, n_inputs = m->sampled.n_inputs;
  const size_t rows = (size_t)n * (size_t)panel->n_streams * (size_t)m->sampled.n_outputs;
  double *residuals = message + m->n_factors, *points = residuals + FACTOR_ROWS;
  const size_t pairs = (size_t)n * (size_t)streams->n_pairs, all = (size_t)n * (size_t)equations_count(eqs);
  const size_t coordinates = (size_t)n * (size_t)n_inputs;
  double *scratch = malloc((2 * rows + pairs + all + coordinates) * sizeof *scratch);
  equations_workspace *work = NULL;
  NTKW_CHECK(scratch, NTKW_ERR_MEMORY, "out of memory for a panel of points");
  double *outputs = scratch, *output_adjoints = outputs + rows, *coefficients = output_adjoints + rows,
         *every = coefficients + pairs;
  double *normals = every + all;
  const ntkw_status status = equations_workspace_create(eqs, n, &work);
  if (status == NTKW_SUCCESS) {
    sample_points_and_normals(&m->sampled, panel->condition, m->draw, panel->first_point, n, points, normals);
    equations_set_normals(work, normals);
    equations_coefficients(work, n, n_inputs, points, coefficients);
    workspace_forward(m->workspace, streams, n, points, coefficients, outputs);
    equations_residuals(work, n, n_inputs, points, outputs, every);
    equations_seeds(work, panel->equation, NULL, output_adjoints);
    ntk_factors_take(model_network(m->model), m->workspace, output_adjoints, message);
    memcpy(residuals, every + (size_t)panel->equation * (size_t)n, (size_t)n * sizeof *every);
  }
  equations_workspace_destroy(&work);
  free(scratch);
  return status;
}

static ntkw_status prepare(assembly *m, const problem *pde, const void *parameters, int64_t n_points, int64_t step) {
  m->sampled = *pde;
  for (int c = 0; c < pde->n_conditions; c++) m->sampled.conditions[c].n_points = n_points;
  m->draw = sample_draw(pde, step);
  NTKW_TRY(ntk_plan_create(pde, n_points, &m->plan));
  const ntkw_i_range own = ntk_plan_share(&m->plan, m->rank, m->size);
  m->first = (int)own.first;
  m->end = (int)own.last;
  NTKW_TRY(create_model(m, pde, parameters));
  NTKW_TRY(allocate(m));
  for (int p = m->first; p < m->end; p++)
    NTKW_TRY(compute_panel(m, &m->plan.panels[p], m->own + (size_t)(p - m->first) * m->message));
  return NTKW_SUCCESS;
}

static void release(assembly *m) {
  factor_products_destroy(&m->products);
  workspace_destroy(&m->workspace);
  model_destroy(&m->model);
  ntk_plan_free(&m->plan);
  free(m->own);
  free(m->received);
  free(m->tiles);
  free(m->gathered);
  free(m->counts);
}

/* Number of values of the tile of two panels; 0: the owner of the left panel does not compute it. */
static int tile_size(const ntk_plan *plan, int left, int right) {
  return ntk_plan_takes(left, right) ? plan->panels[left].n_points * plan->panels[right].n_points : 0;
}

static void count_tiles(assembly *m, int right) {
  int total = 0;
  for (int r = 0; r < m->size; r++) {
    m->offsets[r] = total;
    const ntkw_i_range panels = ntk_plan_share(&m->plan, r, m->size);
    for (int64_t p = panels.first; p < panels.last; p++) total += tile_size(&m->plan, (int)p, right);
    m->counts[r] = total - m->offsets[r];
  }
}

/* Compute this rank's tiles with one right panel, one after the other. */
static void compute_tiles(assembly *m, int right, const double *message) {
  const ntk_panel *panels = m->plan.panels;
  double *next = m->tiles;
  factor_products_set_right(m->products, message, panels[right].n_points, panels[right].n_streams);
  for (int p = m->first; p < m->end; p++) {
    if (!ntk_plan_takes(p, right)) continue;
    const double *left = m->own + (size_t)(p - m->first) * m->message;
    factor_products_tile(m->products, left, panels[p].n_points, panels[p].n_streams, next);
    next += tile_size(&m->plan, p, right);
  }
}

/* Copy a tile to both triangles of the kernel, on rank 0. For a panel with itself only the lower triangle is used: the
 * sums over the streams in the upper one are rounded in another order. */
static void put_tile(const ntk_plan *plan, int left, int right, const double *tile, ntk_matrix *k) {
  const ntk_panel *a = &plan->panels[left], *b = &plan->panels[right];
  for (int i = 0; i < a->n_points; i++)
    for (int j = 0; j < (left == right ? i + 1 : b->n_points); j++) {
      const int64_t row = a->first_row + i, column = b->first_row + j;
      k->values[row * k->n_rows + column] = k->values[column * k->n_rows + row] = tile[i * b->n_points + j];
    }
}

static void put_panel(const assembly *m, int right, const double *message, ntk_matrix *k) {
  const ntk_panel *panel = &m->plan.panels[right];
  const double *residuals = message + m->n_factors, *points = residuals + FACTOR_ROWS, *tile = m->gathered;
  memcpy(k->residuals + panel->first_row, residuals, (size_t)panel->n_points * sizeof *residuals);
  memcpy(k->points + panel->first_row * k->n_inputs, points,
         (size_t)panel->n_points * (size_t)k->n_inputs * sizeof *points);
  for (int p = 0; p < m->plan.n_panels; p++) {
    if (ntk_plan_takes(p, right)) put_tile(&m->plan, p, right, tile, k);
    tile += tile_size(&m->plan, p, right);
  }
}

static ntkw_status exchange(assembly *m, ntk_matrix *k) {
  for (int right = 0; right < m->plan.n_panels; right++) {
    const int owner = ntk_plan_owner(&m->plan, right, m->size);
    double *message = owner == m->rank ? m->own + (size_t)(right - m->first) * m->message : m->received;
    NTKW_CHECK(MPI_Bcast(message, (int)m->message, MPI_DOUBLE, owner, m->comm) == MPI_SUCCESS, NTKW_ERR_MPI,
               "MPI_Bcast of the kernel's factors failed");
    compute_tiles(m, right, message);
    count_tiles(m, right);
    NTKW_CHECK(MPI_Gatherv(m->tiles, m->counts[m->rank], MPI_DOUBLE, m->gathered, m->counts, m->offsets, MPI_DOUBLE, 0,
                           m->comm) == MPI_SUCCESS,
               NTKW_ERR_MPI, "MPI_Gatherv of the kernel's tiles failed");
    if (m->rank == 0) put_panel(m, right, message, k);
  }
  return NTKW_SUCCESS;
}

static ntkw_status begin_matrix(const assembly *m, ntk_matrix *k) {
  *k = (ntk_matrix){.n_conditions = m->sampled.n_conditions, .n_inputs = m->sampled.n_inputs};
  memcpy(k->first_row, m->plan.first_row, sizeof k->first_row);
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
  status = prepare(m, pde, parameters, n_points, step);
  if (status == NTKW_SUCCESS) status = begin_matrix(m, out);
  status = ntkw_status_agree(comm, status);
  if (status == NTKW_SUCCESS) status = exchange(m, out);
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
