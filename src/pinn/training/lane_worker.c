#include "pinn/training/lane_worker.h"
#include "pinn/training/pool.h"
#include "pinn/training/sampler.h"
#include "status/check.h"

#include <stdio.h>
#include <stdlib.h>

struct lane_worker {
  const problem *pde;
  const lane_plan *plan;
  int first, end; /* this worker's lanes */
  workspace *workspace;
  equations_workspace *equations[MAX_CONDITIONS];
  int capacity[MAX_CONDITIONS]; /* points of a panel */
  pool gradients;
  int64_t drawn;   /* the draw whose points are kept, -1 before the first */
  double *points;  /* of all own lanes */
  double *normals; /* there; NULL: no equation uses them */
  double *coefficients, *outputs, *seeds, *residuals, *factors, *diagonal; /* of a panel */
  lane_result result;
};

/* A panel: some consecutive points of a lane. */
typedef struct point_panel {
  int condition, n;
  const double *points, *normals; /* normals may be NULL */
} point_panel;

static int64_t own_points(const lane_worker *m) {
  int64_t n = 0;
  for (int l = m->first; l < m->end; l++) n += m->plan->lanes[l].count;
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

static ntkw_status allocate_panels(lane_worker *m) {
  size_t pairs = 0, outputs = 0, residuals = 0, points = 0;
  for (int c = 0; c < m->pde->n_conditions; c++) {
    const equations *eqs = m->pde->conditions[c].equations;
    const stream_set *streams = equations_streams(eqs);
    m->capacity[c] = workspace_capacity(m->workspace, streams);
    NTKW_TRY(equations_workspace_create(eqs, m->capacity[c], &m->equations[c]));
    const size_t n = (size_t)m->capacity[c];
    const size_t rows = n * (size_t)stream_count(streams) * (size_t)m->pde->n_outputs;
    if (n > points) points = n;
    if (n * (size_t)streams->n_pairs > pairs) pairs = n * (size_t)streams->n_pairs;
    if (rows > outputs) outputs = rows;
    if (n * (size_t)equations_count(eqs) > residuals) residuals = n * (size_t)equations_count(eqs);
  }
  m->coefficients = doubles(pairs);
  m->outputs = doubles(outputs);
  m->seeds = doubles(outputs);
  m->residuals = doubles(residuals);
  m->factors = doubles(residuals);
  m->diagonal = doubles(points);
  m->points = doubles((size_t)own_points(m) * (size_t)m->pde->n_inputs);
  if (use_normals(m->pde)) {
    m->normals = doubles((size_t)own_points(m) * (size_t)m->pde->n_inputs);
    NTKW_CHECK(m->normals, NTKW_ERR_MEMORY, "out of memory for the normals of the points");
  }
  m->result.losses = calloc((size_t)m->pde->n_conditions, sizeof *m->result.losses);
  m->result.runs = calloc((size_t)m->pde->n_conditions, sizeof *m->result.runs);
  NTKW_CHECK(m->result.losses && m->result.runs, NTKW_ERR_MEMORY, "out of memory for the sums over lanes");
  NTKW_CHECK(m->coefficients && m->outputs && m->seeds && m->residuals && m->factors && m->diagonal && m->points,
             NTKW_ERR_MEMORY, "out of memory for the panels of points");
  return NTKW_SUCCESS;
}

ntkw_status lane_worker_create(const problem *pde, const model *trained, const lane_plan *plan, int first, int end,
                               lane_worker **out) {
  lane_worker *m = *out = calloc(1, sizeof *m);
  NTKW_CHECK(m, NTKW_ERR_MEMORY, "out of memory for the gradients");
  *m = (lane_worker){.pde = pde, .plan = plan, .first = first, .end = end, .drawn = -1};
  const size_t width = pde->network.precision == NTKW_FLOAT32 ? sizeof(float) : sizeof(double);
  m->gradients.bytes = (size_t)model_parameter_count(trained) * width;
  ntkw_status status = workspace_create(model_network(trained), &m->workspace);
  if (status == NTKW_SUCCESS) status = allocate_panels(m);
  if (status != NTKW_SUCCESS) lane_worker_destroy(out);
  return status;
}

void lane_worker_destroy(lane_worker **handle) {
  lane_worker *m = *handle;
  if (!m) return;
  workspace_destroy(&m->workspace);
  for (int c = 0; c < m->pde->n_conditions; c++) equations_workspace_destroy(&m->equations[c]);
  pool_free(&m->gradients);
  double *const all[] = {m->points, m->normals,   m->coefficients, m->outputs,
                         m->seeds,  m->residuals, m->factors,      m->diagonal};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  free(m->result.losses);
  free(m->result.runs);
  free(m);
  *handle = NULL;
}

static void draw_points(lane_worker *m, int64_t step) {
  const uint64_t draw = sample_draw(m->pde, step);
  if (m->drawn == (int64_t)draw) return;
  double *next = m->points, *next_normals = m->normals;
  for (int l = m->first; l < m->end; l++) {
    const lane *piece = &m->plan->lanes[l];
    sample_points_and_normals(m->pde, piece->condition, draw, piece->first, piece->count, next, next_normals);
    next += piece->count * m->pde->n_inputs;
    if (next_normals) next_normals += piece->count * m->pde->n_inputs;
  }
  m->drawn = (int64_t)draw;
}

/* Residuals of a panel, and their squares into the condition's loss. */
static ntkw_status forward_panel(lane_worker *m, const point_panel *panel, ntkw_sum *loss) {
  const equations *eqs = m->pde->conditions[panel->condition].equations;
  equations_workspace *work = m->equations[panel->condition];
  const int n_inputs = m->pde->n_inputs;
  const size_t n_residuals = (size_t)panel->n * (size_t)equations_count(eqs);
  equations_set_normals(work, panel->normals);
  equations_coefficients(work, panel->n, n_inputs, panel->points, m->coefficients);
  workspace_forward(m->workspace, equations_streams(eqs), panel->n, panel->points, m->coefficients, m->outputs);
  equations_residuals(work, panel->n, n_inputs, panel->points, m->outputs, m->residuals);
  return ntkw_sum_add_squares(loss, m->residuals, n_residuals, NTKW_FLOAT64);
}

/* d(w L)/d residual = (2 w / N) residual, N points times equations of the whole condition. */
static void residual_factors(lane_worker *m, const point_panel *panel, double weight) {
  const condition *cond = &m->pde->conditions[panel->condition];
  const int n_equations = equations_count(cond->equations);
  const double factor = 2.0 * weight / ((double)cond->n_points * n_equations);
  for (int i = 0; i < panel->n * n_equations; i++) m->factors[i] = factor * m->residuals[i];
}

static void backward_panel(lane_worker *m, const point_panel *panel, double weight) {
  residual_factors(m, panel, weight);
  equations_seeds(m->equations[panel->condition], -1, m->factors, m->seeds);
  workspace_backward(m->workspace, m->seeds, NULL, NULL);
}

/* One pass per equation gives diagonal and gradient together. */
static ntkw_status backward_panel_traced(lane_worker *m, const point_panel *panel, const lane_task *task) {
  const int n_equations = equations_count(m->pde->conditions[panel->condition].equations);
  residual_factors(m, panel, 1.0);
  for (int e = 0; e < n_equations; e++) {
    equations_seeds(m->equations[panel->condition], e, NULL, m->seeds);
    workspace_backward(m->workspace, m->seeds, m->factors + e * panel->n, m->diagonal);
    pthread_mutex_lock(task->lock);
    const ntkw_status status =
        ntkw_weighting_add_ntk_diagonal(task->weighting, panel->condition, m->diagonal, (size_t)panel->n);
    pthread_mutex_unlock(task->lock);
    NTKW_TRY(status);
  }
  return NTKW_SUCCESS;
}

/* first: the lane's first point among the own ones. */
static ntkw_status make_lane(lane_worker *m, const lane *piece, int64_t first, const lane_task *task) {
  const int n_inputs = m->pde->n_inputs, most = m->capacity[piece->condition];
  const double weight = task->kind == GRADIENT_COMBINED ? task->weights[piece->condition] : 1.0;
  if (task->kind != GRADIENT_NONE) workspace_chunk_begin(m->workspace);
  for (int64_t done = 0; done < piece->count; done += most) {
    const int64_t left = piece->count - done, at = (first + done) * n_inputs;
    const point_panel panel = {piece->condition, (int)(left < most ? left : most), m->points + at,
                               m->normals ? m->normals + at : NULL};
    NTKW_TRY(forward_panel(m, &panel, &m->result.losses[piece->condition]));
    if (task->kind == GRADIENT_TRACED)
      NTKW_TRY(backward_panel_traced(m, &panel, task));
    else if (task->kind != GRADIENT_NONE)
      backward_panel(m, &panel, weight);
  }
  return NTKW_SUCCESS;
}

/* The finished lane's gradient becomes a leaf of its group's tree. */
static ntkw_status append_lane(lane_worker *m, int index, tree_run *run) {
  const ntkw_dtype precision = m->pde->network.precision;
  const size_t count = m->gradients.bytes / (precision == NTKW_FLOAT32 ? sizeof(float) : sizeof(double));
  void *sums[MAX_TREE_NODES];
  const int n = tree_run_absorb(run, index, sums);
  if (n > 0) {
    workspace_chunk_add(m->workspace, sums, n);
    for (int i = 0; i < n - 1; i++) pool_give(&m->gradients, sums[i]);
    return NTKW_SUCCESS;
  }
  const tree_node leaf = {.level = 0, .index = index, .values = pool_take(&m->gradients)};
  NTKW_CHECK(leaf.values, NTKW_ERR_MEMORY, "out of memory for the gradient of a lane");
  workspace_chunk_end(m->workspace, leaf.values);
  tree_run_append(run, leaf, count, precision, sums);
  return NTKW_SUCCESS;
}

/* Tell how many nodes of a group stay as they are; the group's lanes are begin .. stop - 1 of the plan. */
static void tell(const lane_worker *m, const lane_task *task, int group, int begin, int stop) {
  const tree_run *run = &m->result.runs[group];
  const int first = m->first > begin ? m->first - begin : 0, end = (m->end < stop ? m->end : stop) - begin;
  int n = 0;
  while (n < run->n && tree_node_stays(&run->nodes[n], first, end)) n++;
  task->watch->look(task->watch->context, group, run, n);
}

/* A lane's gradient into the tree of its group: of all lanes, or of its condition's. */
static ntkw_status store_lane(lane_worker *m, int l, const lane_task *task) {
  const int c = m->plan->lanes[l].condition;
  const bool alone = task->kind != GRADIENT_COMBINED;
  const int group = alone ? c : 0, begin = alone ? m->plan->condition_first[c] : 0;
  NTKW_TRY(append_lane(m, l - begin, &m->result.runs[group]));
  if (task->watch) tell(m, task, group, begin, alone ? m->plan->condition_first[c + 1] : m->plan->n_lanes);
  return NTKW_SUCCESS;
}

static ntkw_status make_lanes(lane_worker *m, const lane_task *task) {
  int64_t first = 0;
  for (int l = m->first; l < m->end; l++) {
    const lane *piece = &m->plan->lanes[l];
    NTKW_TRY(make_lane(m, piece, first, task));
    if (task->kind != GRADIENT_NONE) NTKW_TRY(store_lane(m, l, task));
    first += piece->count;
  }
  return NTKW_SUCCESS;
}

const lane_result *lane_worker_run(lane_worker *m, const lane_task *task) {
  lane_result *result = &m->result;
  draw_points(m, task->step);
  pool_give_all(&m->gradients);
  for (int c = 0; c < m->pde->n_conditions; c++) {
    result->runs[c].n = 0;
    ntkw_sum_zero(&result->losses[c], NTKW_FLOAT64);
  }
  result->status = make_lanes(m, task);
  if (result->status != NTKW_SUCCESS) snprintf(result->sentence, sizeof result->sentence, "%s", ntkw_last_error());
  return result;
}

const lane_result *lane_worker_result(const lane_worker *m) {
  return &m->result;
}
