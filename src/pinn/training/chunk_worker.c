#include "pinn/training/chunk_worker.h"
#include "base/dtype.h"
#include "pinn/network/jacobian_rows.h"
#include "pinn/training/buffer_pool.h"
#include "pinn/training/sampler.h"
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct chunk_worker {
  const problem *pde;
  const chunk_plan *plan;
  int first, end; /* chunks of this worker: first .. end - 1 */
  workspace *workspace;
  equations_workspace *equations[MAX_CONDITIONS];
  int capacity[MAX_CONDITIONS]; /* largest number of points of a panel */
  buffer_pool gradients;
  jacobian_rows *jacobian; /* NULL: the optimizer needs no rows */
  int64_t drawn;           /* draw of the stored points; -1: none yet */
  double *points;          /* of all chunks of this worker */
  double *normals;         /* at these points; NULL: no equation uses them */
  double *coefficients, *outputs, *output_adjoints, *residuals, *factors, *squared_norms; /* of a panel */
  chunk_result result;
};

/* A panel: consecutive points of one chunk. */
typedef struct point_panel {
  int condition, n;
  const double *points, *normals; /* normals may be NULL */
} point_panel;

static int64_t own_points(const chunk_worker *w) {
  int64_t n = 0;
  for (int l = w->first; l < w->end; l++) n += w->plan->chunks[l].count;
  return n;
}

static bool use_normals(const problem *pde) {
  for (int c = 0; c < pde->n_conditions; c++)
    if (equations_use_normals(pde->conditions[c].equations)) return true;
  return false;
}

static double *doubles(size_t n) {
  return malloc((n + 1) * sizeof(double));
}

static ntkw_status allocate_panels(chunk_worker *w) {
  size_t pairs = 0, outputs = 0, residuals = 0, points = 0;
  for (int c = 0; c < w->pde->n_conditions; c++) {
    const equations *eqs = w->pde->conditions[c].equations;
    const stream_set *streams = equations_streams(eqs);
    w->capacity[c] = workspace_capacity(w->workspace, streams);
    NTKW_TRY(equations_workspace_create(eqs, w->capacity[c], &w->equations[c]));
    const size_t n = (size_t)w->capacity[c];
    const size_t rows = n * (size_t)stream_count(streams) * (size_t)w->pde->n_outputs;
    if (n > points) points = n;
    if (n * (size_t)streams->n_pairs > pairs) pairs = n * (size_t)streams->n_pairs;
    if (rows > outputs) outputs = rows;
    if (n * (size_t)equations_count(eqs) > residuals) residuals = n * (size_t)equations_count(eqs);
  }
  w->coefficients = doubles(pairs);
  w->outputs = doubles(outputs);
  w->output_adjoints = doubles(outputs);
  w->residuals = doubles(residuals);
  w->factors = doubles(residuals);
  w->squared_norms = doubles(points);
  w->points = doubles((size_t)own_points(w) * (size_t)w->pde->n_inputs);
  if (use_normals(w->pde)) {
    w->normals = doubles((size_t)own_points(w) * (size_t)w->pde->n_inputs);
    NTKW_CHECK(w->normals, NTKW_ERR_MEMORY, "out of memory for the normals of the points");
  }
  w->result.losses = calloc((size_t)w->pde->n_conditions, sizeof *w->result.losses);
  w->result.partials = calloc((size_t)w->pde->n_conditions, sizeof *w->result.partials);
  NTKW_CHECK(w->result.losses && w->result.partials, NTKW_ERR_MEMORY, "out of memory for the sums over chunks");
  NTKW_CHECK(w->coefficients && w->outputs && w->output_adjoints && w->residuals && w->factors && w->squared_norms &&
                 w->points,
             NTKW_ERR_MEMORY, "out of memory for the panels of points");
  return NTKW_SUCCESS;
}

ntkw_status chunk_worker_create(const problem *pde, const model *trained, const chunk_plan *plan, int first, int end,
                                chunk_worker **out) {
  chunk_worker *w = *out = calloc(1, sizeof *w);
  NTKW_CHECK(w, NTKW_ERR_MEMORY, "out of memory for the gradients");
  *w = (chunk_worker){.pde = pde, .plan = plan, .first = first, .end = end, .drawn = -1};
  const size_t width = ntkw_i_value_size(pde->network.precision);
  w->gradients.bytes = (size_t)model_parameter_count(trained) * width;
  ntkw_status status = workspace_create(model_network(trained), &w->workspace);
  if (status == NTKW_SUCCESS) status = allocate_panels(w);
  if (status == NTKW_SUCCESS && pde->optimizer.ops->least_squares)
    status = jacobian_rows_create(model_network(trained), &w->jacobian);
  if (status != NTKW_SUCCESS) chunk_worker_destroy(out);
  return status;
}

void chunk_worker_destroy(chunk_worker **handle) {
  chunk_worker *w = *handle;
  if (!w) return;
  workspace_destroy(&w->workspace);
  jacobian_rows_destroy(&w->jacobian);
  for (int c = 0; c < w->pde->n_conditions; c++) equations_workspace_destroy(&w->equations[c]);
  buffer_pool_free(&w->gradients);
  double *const all[] = {w->points,          w->normals,   w->coefficients, w->outputs,
                         w->output_adjoints, w->residuals, w->factors,      w->squared_norms};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  free(w->result.losses);
  free(w->result.partials);
  free(w);
  *handle = NULL;
}

/* Most nodes that the worker's chunks have at once, as a step adds them. separate: one group per condition; otherwise
 * one group of all chunks. */
static int most_nodes(const chunk_worker *w, bool separate) {
  partial_sums run = {.n = 0};
  void *sums[MAX_TREE_NODES];
  int complete = 0, most = 0; /* complete: nodes of earlier conditions */
  for (int l = w->first; l < w->end; l++) {
    const int c = w->plan->chunks[l].condition, begin = separate ? w->plan->condition_first[c] : 0;
    if (l == begin) {
      complete += run.n;
      run.n = 0;
    }
    const tree_node leaf = {.level = 0, .index = l - begin};
    if (partial_sums_add(&run, leaf.index, sums) == 0) run.nodes[run.n++] = leaf;
    if (complete + run.n > most) most = complete + run.n;
  }
  return most;
}

int chunk_worker_gradients(const chunk_worker *w) {
  const int combined = most_nodes(w, false);
  const int separate = strcmp(w->pde->rule, "none") == 0 ? 0 : most_nodes(w, true); /* see trainer_step */
  return combined > separate ? combined : separate;
}

ntkw_status chunk_worker_use_memory(chunk_worker *w, void *memory, size_t stride) {
  NTKW_CHECK(buffer_pool_borrow(&w->gradients, memory, stride, chunk_worker_gradients(w)), NTKW_ERR_MEMORY,
             "out of memory for the gradients");
  return NTKW_SUCCESS;
}

static void draw_points(chunk_worker *w, int64_t step) {
  const uint64_t draw = sample_draw(w->pde, step);
  if (w->drawn == (int64_t)draw) return;
  double *next = w->points, *next_normals = w->normals;
  for (int l = w->first; l < w->end; l++) {
    const chunk *piece = &w->plan->chunks[l];
    sample_points_and_normals(w->pde, piece->condition, draw, piece->first, piece->count, next, next_normals);
    next += piece->count * w->pde->n_inputs;
    if (next_normals) next_normals += piece->count * w->pde->n_inputs;
  }
  w->drawn = (int64_t)draw;
}

/* Compute the residuals of a panel and add their squares to the condition's loss. */
static ntkw_status forward_panel(chunk_worker *w, const point_panel *panel, ntkw_sum *loss) {
  const equations *eqs = w->pde->conditions[panel->condition].equations;
  equations_workspace *work = w->equations[panel->condition];
  const int n_inputs = w->pde->n_inputs;
  const size_t n_residuals = (size_t)panel->n * (size_t)equations_count(eqs);
  equations_set_normals(work, panel->normals);
  equations_coefficients(work, panel->n, n_inputs, panel->points, w->coefficients);
  workspace_forward(w->workspace, equations_streams(eqs), panel->n, panel->points, w->coefficients, w->outputs);
  equations_residuals(work, panel->n, n_inputs, panel->points, w->outputs, w->residuals);
  return ntkw_sum_add_squares(loss, w->residuals, n_residuals, NTKW_FLOAT64);
}

/* factors = d(w L)/d residual = (2 w / N) residual. N is the condition's number of points times equations. */
static void residual_factors(chunk_worker *w, const point_panel *panel, double weight) {
  const condition *cond = &w->pde->conditions[panel->condition];
  const int n_equations = equations_count(cond->equations);
  const double factor = 2.0 * weight / ((double)cond->n_points * n_equations);
  for (int i = 0; i < panel->n * n_equations; i++) w->factors[i] = factor * w->residuals[i];
}

static void backward_panel(chunk_worker *w, const point_panel *panel, double weight) {
  residual_factors(w, panel, weight);
  equations_seeds(w->equations[panel->condition], -1, w->factors, w->output_adjoints);
  workspace_backward(w->workspace, w->output_adjoints, NULL, NULL);
}

/* One backward pass per equation gives the NTK diagonal and the gradient. */
static ntkw_status backward_panel_traced(chunk_worker *w, const point_panel *panel, const chunk_task *task) {
  const int n_equations = equations_count(w->pde->conditions[panel->condition].equations);
  residual_factors(w, panel, 1.0);
  for (int e = 0; e < n_equations; e++) {
    equations_seeds(w->equations[panel->condition], e, NULL, w->output_adjoints);
    workspace_backward(w->workspace, w->output_adjoints, w->factors + e * panel->n, w->squared_norms);
    pthread_mutex_lock(task->lock);
    const ntkw_status status =
        ntkw_weighting_add_ntk_diagonal(task->weighting, panel->condition, w->squared_norms, (size_t)panel->n);
    pthread_mutex_unlock(task->lock);
    NTKW_TRY(status);
  }
  return NTKW_SUCCESS;
}

/* Write the scaled residuals of a panel. row: its first row on this rank. */
static void store_residuals(const chunk_worker *w, const point_panel *panel, const residual_rows *rows, int64_t row) {
  const int n_equations = equations_count(w->pde->conditions[panel->condition].equations);
  const double scale = rows->scales[panel->condition];
  for (int e = 0; e < n_equations; e++)
    for (int p = 0; p < panel->n; p++)
      rows->residuals[row + (int64_t)p * n_equations + e] = scale * w->residuals[e * panel->n + p];
}

/* One backward pass per equation gives the rows of its points, or their products with a vector. */
static void visit_rows(chunk_worker *w, const point_panel *panel, const chunk_task *task, int64_t row) {
  const residual_rows *rows = task->rows;
  const int n_equations = equations_count(w->pde->conditions[panel->condition].equations);
  for (int i = 0; i < panel->n * n_equations; i++) w->factors[i] = rows->scales[panel->condition];
  for (int e = 0; e < n_equations; e++) {
    equations_seeds(w->equations[panel->condition], e, w->factors, w->output_adjoints);
    if (task->kind == GRADIENT_ROWS)
      jacobian_rows_take(w->jacobian, w->workspace, w->output_adjoints, rows->jacobian + (row + e) * rows->stride,
                         n_equations * rows->stride);
    else
      jacobian_rows_apply(w->jacobian, w->workspace, rows->direction, rows->vector, w->output_adjoints,
                          rows->products + row + e, n_equations);
  }
}

static void backward_panel_pulled(chunk_worker *w, const point_panel *panel, const residual_rows *rows, int64_t row) {
  const int n_equations = equations_count(w->pde->conditions[panel->condition].equations);
  const double scale = rows->scales[panel->condition];
  for (int e = 0; e < n_equations; e++)
    for (int p = 0; p < panel->n; p++)
      w->factors[e * panel->n + p] = scale * rows->factors[row + (int64_t)p * n_equations + e];
  equations_seeds(w->equations[panel->condition], -1, w->factors, w->output_adjoints);
  workspace_backward(w->workspace, w->output_adjoints, NULL, NULL);
}

/* Do for a panel what the kind of gradient needs. row: its first row on this rank. */
static ntkw_status visit_panel(chunk_worker *w, const point_panel *panel, const chunk_task *task, int64_t row) {
  if (task->rows && task->rows->residuals) store_residuals(w, panel, task->rows, row);
  switch (task->kind) {
  case GRADIENT_NONE:
    break;
  case GRADIENT_COMBINED:
    backward_panel(w, panel, task->weights[panel->condition]);
    break;
  case GRADIENT_SEPARATE:
    backward_panel(w, panel, 1.0);
    break;
  case GRADIENT_TRACED:
    return backward_panel_traced(w, panel, task);
  case GRADIENT_ROWS:
  case GRADIENT_APPLIED:
    visit_rows(w, panel, task, row);
    break;
  case GRADIENT_PULLED:
    backward_panel_pulled(w, panel, task->rows, row);
    break;
  }
  return NTKW_SUCCESS;
}

/* first: index of the chunk's first point among the points of this worker. */
static ntkw_status compute_chunk(chunk_worker *w, int l, int64_t first, const chunk_task *task) {
  const chunk *piece = &w->plan->chunks[l];
  const int n_inputs = w->pde->n_inputs, most = w->capacity[piece->condition];
  const int n_equations = equations_count(w->pde->conditions[piece->condition].equations);
  const int64_t row = task->rows ? residual_row_of_chunk(w->pde, w->plan, l) - task->rows->first : 0;
  if (task->kind != GRADIENT_NONE) workspace_chunk_begin(w->workspace);
  for (int64_t done = 0; done < piece->count; done += most) {
    const int64_t left = piece->count - done, at = (first + done) * n_inputs;
    const point_panel panel = {piece->condition, (int)(left < most ? left : most), w->points + at,
                               w->normals ? w->normals + at : NULL};
    NTKW_TRY(forward_panel(w, &panel, &w->result.losses[piece->condition]));
    NTKW_TRY(visit_panel(w, &panel, task, row + done * n_equations));
  }
  return NTKW_SUCCESS;
}

/* Add the finished chunk's gradient to the tree of its group as a leaf. */
static ntkw_status append_chunk(chunk_worker *w, int index, partial_sums *partial) {
  const ntkw_dtype precision = w->pde->network.precision;
  const size_t count = w->gradients.bytes / ntkw_i_value_size(precision);
  void *sums[MAX_TREE_NODES];
  const int n = partial_sums_add(partial, index, sums);
  if (n > 0) {
    workspace_chunk_add(w->workspace, sums, n);
    for (int i = 0; i < n - 1; i++) buffer_pool_give(&w->gradients, sums[i]);
    return NTKW_SUCCESS;
  }
  const tree_node leaf = {.level = 0, .index = index, .values = buffer_pool_take(&w->gradients)};
  NTKW_CHECK(leaf.values, NTKW_ERR_MEMORY, "out of memory for the gradient of a chunk");
  workspace_chunk_end(w->workspace, leaf.values);
  partial_sums_append(partial, leaf, count, precision, sums);
  return NTKW_SUCCESS;
}

/* Report how many nodes of a group are final. The group's chunks are begin .. stop - 1 of the plan. */
static void notify(const chunk_worker *w, const chunk_task *task, int group, int begin, int stop) {
  const partial_sums *partial = &w->result.partials[group];
  const int first = w->first > begin ? w->first - begin : 0, end = (w->end < stop ? w->end : stop) - begin;
  int n = 0;
  while (n < partial->n && tree_node_is_final(&partial->nodes[n], first, end)) n++;
  task->ready->notify(task->ready->context, group, partial, n);
}

/* Add a chunk's gradient to the tree of its group: the group of all chunks, or that of the chunk's condition. */
static ntkw_status store_chunk(chunk_worker *w, int l, const chunk_task *task) {
  const int c = w->plan->chunks[l].condition;
  const bool alone = task->kind != GRADIENT_COMBINED && task->kind != GRADIENT_PULLED;
  const int group = alone ? c : 0, begin = alone ? w->plan->condition_first[c] : 0;
  NTKW_TRY(append_chunk(w, l - begin, &w->result.partials[group]));
  if (task->ready) notify(w, task, group, begin, alone ? w->plan->condition_first[c + 1] : w->plan->n_chunks);
  return NTKW_SUCCESS;
}

static ntkw_status compute_chunks(chunk_worker *w, const chunk_task *task) {
  int64_t first = 0;
  for (int l = w->first; l < w->end; l++) {
    const chunk *piece = &w->plan->chunks[l];
    NTKW_TRY(compute_chunk(w, l, first, task));
    if (gradient_kind_groups(task->kind, w->pde->n_conditions) > 0) NTKW_TRY(store_chunk(w, l, task));
    first += piece->count;
  }
  return NTKW_SUCCESS;
}

const chunk_result *chunk_worker_run(chunk_worker *w, const chunk_task *task) {
  chunk_result *result = &w->result;
  draw_points(w, task->step);
  buffer_pool_give_all(&w->gradients);
  for (int c = 0; c < w->pde->n_conditions; c++) {
    result->partials[c].n = 0;
    ntkw_sum_zero(&result->losses[c], NTKW_FLOAT64);
  }
  ntkw_i_failure_keep(&result->failure, compute_chunks(w, task));
  return result;
}

const chunk_result *chunk_worker_result(const chunk_worker *w) {
  return &w->result;
}
