#include "pinn/training/evaluation.h"
#include "ntkw/checkpoint.h"
#include "pinn/training/gaps.h"
#include "pinn/arithmetic/sum_reduction.h"
#include "pinn/training/reference_solution.h"
#include "ranks/even_split.h"
#include "base/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct evaluation {
  MPI_Comm comm;
  int rank, size;
  const problem *pde;
  workspace *workspace;
  int n_axis[MAX_INPUTS]; /* points along each input */
  double *axis[MAX_INPUTS];
  int64_t plane;       /* points of one index of the first input */
  int64_t first, rows; /* this rank's indices of the first input */
  int64_t count;       /* this rank's points */
  double *points;      /* count x n_inputs */
  double *values[MAX_OUTPUTS], *exact[MAX_OUTPUTS],
      *error[MAX_OUTPUTS];    /* count each; exact and error: NULL if there is no exact solution */
  gaps outside;               /* points outside the domain */
  gaps gaps[MAX_OUTPUTS];     /* of the exact solutions, in the domain */
  gaps left_out[MAX_OUTPUTS]; /* outside and gaps together; empty if no point is outside */
  int64_t *message;
};

static const stream_set value_alone = {0};

/* base^exponent, or limit + 1 if that is larger than limit. */
static int64_t bounded_power(int64_t base, int exponent, int64_t limit) {
  int64_t power = 1;
  for (int i = 0; i < exponent && power <= limit; i++) power *= base;
  return power <= limit ? power : limit + 1;
}

int evaluation_points_along(int n_inputs) {
  static const int points[] = {0, 1000, 200, 40};
  if (n_inputs <= 3) return points[n_inputs];
  int n = 16;
  while (n > 2 && bounded_power(n, n_inputs, MOST_GRID_POINTS) > MOST_GRID_POINTS) n--;
  return n;
}

const double *evaluation_axis(const evaluation *e, int input, int *n) {
  *n = e->n_axis[input];
  return e->axis[input];
}

bool evaluation_knows(const evaluation *e, int output) {
  return e->exact[output] != NULL;
}

bool evaluation_has_exact(const evaluation *e) {
  for (int o = 0; o < e->pde->n_outputs; o++)
    if (e->exact[o]) return true;
  return false;
}

int64_t evaluation_grid_points(const evaluation *e) {
  return e->n_axis[0] * e->plane;
}

int64_t evaluation_gaps(const evaluation *e, int output, double at[MAX_INPUTS]) {
  const gaps *found = &e->gaps[output];
  int64_t rest = found->first;
  for (int i = e->pde->n_inputs - 1; i >= 0 && found->total > 0; i--) {
    at[i] = e->axis[i][rest % e->n_axis[i]];
    rest /= e->n_axis[i];
  }
  return found->total;
}

static void lay_axis(const evaluation *e, int input) {
  const double lower = e->pde->lower[input], upper = e->pde->upper[input];
  const int n = e->n_axis[input];
  for (int k = 0; k < n; k++) e->axis[input][k] = k == n - 1 ? upper : lower + (upper - lower) * ((double)k / (n - 1));
}

/* Set the points along each input: those of the reference, or regular ones. */
static ntkw_status make_axes(evaluation *e, reference_solution *reference) {
  for (int i = 0; i < e->pde->n_inputs; i++) {
    e->n_axis[i] = evaluation_points_along(e->pde->n_inputs);
    if (reference) NTKW_TRY(reference_count(reference, e->pde, i, &e->n_axis[i]));
    e->axis[i] = malloc((size_t)e->n_axis[i] * sizeof(double));
    NTKW_TRY(ntkw_status_agree(e->comm,
                               e->axis[i] ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the axes")));
    if (reference)
      NTKW_TRY(reference_axis(reference, e->pde, i, e->n_axis[i], e->axis[i]));
    else
      lay_axis(e, i);
    if (i > 0) e->plane *= e->n_axis[i];
  }
  const ntkw_i_range own = ntkw_i_even_split(e->n_axis[0], e->size, e->rank);
  e->first = own.first;
  e->rows = own.last - own.first;
  e->count = e->rows * e->plane;
  return NTKW_SUCCESS;
}

static void lay_points(evaluation *e) {
  const int d = e->pde->n_inputs;
  for (int64_t p = 0; p < e->count; p++) {
    int64_t rest = e->first * e->plane + p;
    for (int i = d - 1; i >= 0; i--) {
      e->points[p * d + i] = e->axis[i][rest % e->n_axis[i]];
      rest /= e->n_axis[i];
    }
  }
}

static void put_outside(const evaluation *e, double *values, double value) {
  for (int64_t i = 0; i < e->outside.n; i++) values[e->outside.list[i]] = value;
}

/* Find the points outside the domain. values: scratch for this rank's points. */
static ntkw_status find_outside(evaluation *e, double *values) {
  const input_space space = problem_space(e->pde);
  for (int64_t p = 0; p < e->count; p++)
    values[p] = domain_contains(&e->pde->domain, &space, e->points + p * space.n, NULL) ? 0.0 : NAN;
  return gaps_find(e->comm, values, e->count, e->first * e->plane, &e->outside);
}

/* Find the gaps of an exact solution. Points outside the domain are no gaps, whatever the values there. */
static ntkw_status find_gaps(evaluation *e, int output) {
  put_outside(e, e->exact[output], 0.0);
  NTKW_TRY(gaps_find(e->comm, e->exact[output], e->count, e->first * e->plane, &e->gaps[output]));
  if (e->outside.total == 0) return NTKW_SUCCESS;
  put_outside(e, e->exact[output], NAN);
  return gaps_find(e->comm, e->exact[output], e->count, e->first * e->plane, &e->left_out[output]);
}

static ntkw_status fill_exact(evaluation *e, int output) {
  enum { PIECE = 1024 };
  const equations *eqs = e->pde->exact[output];
  const int d = e->pde->n_inputs;
  equations_workspace *work = NULL;
  NTKW_TRY(equations_workspace_create(eqs, PIECE, &work));
  for (int64_t done = 0; done < e->count; done += PIECE) {
    const int n = (int)(e->count - done < PIECE ? e->count - done : PIECE);
    equations_residuals(work, n, d, e->points + done * d, NULL, e->exact[output] + done);
  }
  equations_workspace_destroy(&work);
  return NTKW_SUCCESS;
}

static ntkw_status create_parts(evaluation *e, const network *net, const reference_solution *reference) {
  NTKW_TRY(workspace_create(net, &e->workspace));
  const size_t n = (size_t)e->count + 1;
  e->points = malloc(n * (size_t)e->pde->n_inputs * sizeof(double));
  e->message = malloc(sums_message_size(2) * sizeof *e->message);
  NTKW_CHECK(e->points && e->message, NTKW_ERR_MEMORY, "out of memory for the evaluation grid");
  lay_points(e);
  for (int o = 0; o < e->pde->n_outputs; o++) {
    const bool exact = e->pde->has_exact[o] || (reference && reference_has(reference, e->pde, o));
    e->values[o] = calloc(n, sizeof(double));
    if (exact) e->exact[o] = calloc(n, sizeof(double));
    if (exact) e->error[o] = calloc(n, sizeof(double));
    NTKW_CHECK(e->values[o] && (!exact || (e->exact[o] && e->error[o])), NTKW_ERR_MEMORY,
               "out of memory for the evaluation grid");
    if (e->pde->has_exact[o]) NTKW_TRY(fill_exact(e, o));
  }
  return NTKW_SUCCESS;
}

static ntkw_status create_all(evaluation *e, const network *net, reference_solution *reference) {
  NTKW_TRY(make_axes(e, reference));
  NTKW_TRY(ntkw_status_agree(e->comm, create_parts(e, net, reference)));
  for (int o = 0; reference && o < e->pde->n_outputs; o++)
    if (reference_has(reference, e->pde, o))
      NTKW_TRY(reference_values(reference, e->pde, o, e->n_axis, e->first, e->rows, e->exact[o]));
  if (e->pde->domain.n_removed > 0) NTKW_TRY(find_outside(e, e->values[0]));
  for (int o = 0; o < e->pde->n_outputs; o++)
    if (e->exact[o]) NTKW_TRY(find_gaps(e, o));
  return NTKW_SUCCESS;
}

ntkw_status evaluation_create(MPI_Comm comm, const problem *pde, const network *net, evaluation **out) {
  evaluation *e = *out = calloc(1, sizeof *e);
  NTKW_TRY(ntkw_status_agree(comm,
                             e ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the evaluation grid")));
  reference_solution *reference = NULL;
  *e = (evaluation){.comm = comm, .pde = pde, .plane = 1};
  MPI_Comm_rank(comm, &e->rank);
  MPI_Comm_size(comm, &e->size);
  ntkw_status status = reference_open(comm, pde, &reference);
  if (status == NTKW_SUCCESS) status = create_all(e, net, reference);
  reference_close(&reference);
  if (status != NTKW_SUCCESS) evaluation_destroy(out);
  return status;
}

void evaluation_destroy(evaluation **handle) {
  struct evaluation *e = *handle;
  if (!e) return;
  workspace_destroy(&e->workspace);
  for (int o = 0; o < MAX_OUTPUTS; o++) {
    free(e->values[o]);
    free(e->exact[o]);
    free(e->error[o]);
    gaps_free(&e->gaps[o]);
    gaps_free(&e->left_out[o]);
  }
  for (int i = 0; i < MAX_INPUTS; i++) free(e->axis[i]);
  gaps_free(&e->outside);
  free(e->points);
  free(e->message);
  free(e);
  *handle = NULL;
}

/* Evaluate the network at this rank's points; NaN outside the domain. */
static ntkw_status predict(evaluation *e) {
  const int d = e->pde->n_inputs, n_outputs = e->pde->n_outputs;
  const int capacity = workspace_capacity(e->workspace, &value_alone);
  double *outputs = malloc((size_t)capacity * (size_t)n_outputs * sizeof *outputs);
  NTKW_CHECK(outputs, NTKW_ERR_MEMORY, "out of memory for the solution");
  for (int64_t done = 0; done < e->count; done += capacity) {
    const int n = (int)(e->count - done < capacity ? e->count - done : capacity);
    workspace_forward(e->workspace, &value_alone, n, e->points + done * d, NULL, outputs);
    for (int o = 0; o < n_outputs; o++) memcpy(e->values[o] + done, outputs + o * n, (size_t)n * sizeof *outputs);
  }
  free(outputs);
  for (int o = 0; o < n_outputs; o++) put_outside(e, e->values[o], NAN);
  for (int o = 0; o < n_outputs; o++)
    for (int64_t p = 0; e->exact[o] && p < e->count; p++) e->error[o][p] = e->values[o][p] - e->exact[o][p];
  return NTKW_SUCCESS;
}

ntkw_status evaluation_error(evaluation *e, double *error) {
  *error = NAN;
  if (!evaluation_has_exact(e)) return NTKW_SUCCESS;
  NTKW_TRY(ntkw_status_agree(e->comm, predict(e)));
  ntkw_sum sums[2];
  ntkw_sum_zero(&sums[0], NTKW_FLOAT64);
  ntkw_sum_zero(&sums[1], NTKW_FLOAT64);
  for (int o = 0; o < e->pde->n_outputs; o++) {
    if (!e->exact[o]) continue;
    const gaps *left_out = e->outside.total > 0 ? &e->left_out[o] : &e->gaps[o];
    gaps_add_squares(left_out, e->error[o], e->count, &sums[0]);
    gaps_add_squares(left_out, e->exact[o], e->count, &sums[1]);
  }
  NTKW_TRY(sums_reduce(e->comm, sums, 2, NULL, 0, e->message));
  if (sums[0].not_finite == 0 && sums[1].not_finite == 0) *error = ntkw_sum_root(&sums[0]) / ntkw_sum_root(&sums[1]);
  return NTKW_SUCCESS;
}

static ntkw_status add_axes(const evaluation *e, ntkw_checkpoint *file) {
  for (int i = 0; i < e->pde->n_inputs; i++) {
    const int64_t n = e->n_axis[i], own = e->rank == 0 ? n : 0;
    NTKW_TRY(ntkw_checkpoint_add_array(file, e->pde->input_names[i], "1", NTKW_FLOAT64, 1, &n, 0, own, e->axis[i]));
  }
  return NTKW_SUCCESS;
}

static ntkw_status add_field(const evaluation *e, ntkw_checkpoint *file, int output, const char *suffix,
                             const double *values) {
  char name[MAX_NAME + 8];
  int64_t shape[NTKW_CHECKPOINT_DIMENSIONS];
  int n_dimensions = e->pde->n_inputs;
  if (!values) return NTKW_SUCCESS;
  for (int i = 0; i < n_dimensions && i < NTKW_CHECKPOINT_DIMENSIONS; i++) shape[i] = e->n_axis[i];
  if (n_dimensions > NTKW_CHECKPOINT_DIMENSIONS) { /* all inputs except the first as one dimension */
    n_dimensions = 2;
    shape[1] = e->plane;
  }
  snprintf(name, sizeof name, "%s%s", e->pde->output_names[output], suffix);
  return ntkw_checkpoint_add_array(file, name, "1", NTKW_FLOAT64, n_dimensions, shape, e->first, e->rows, values);
}

static ntkw_status add_all(const evaluation *e, ntkw_checkpoint *file) {
  NTKW_TRY(ntkw_checkpoint_set_text(file, "content", "solution on a grid"));
  NTKW_TRY(ntkw_checkpoint_set_text(file, "problem_file", e->pde->file));
  NTKW_TRY(add_axes(e, file));
  for (int o = 0; o < e->pde->n_outputs; o++) {
    NTKW_TRY(add_field(e, file, o, "", e->values[o]));
    NTKW_TRY(add_field(e, file, o, "_exact", e->exact[o]));
    NTKW_TRY(add_field(e, file, o, "_error", e->error[o]));
  }
  return NTKW_SUCCESS;
}

ntkw_status evaluation_write(evaluation *e, const char *path) {
  NTKW_TRY(ntkw_status_agree(e->comm, predict(e)));
  ntkw_checkpoint *file = NULL;
  ntkw_status status = ntkw_checkpoint_create(e->comm, path, &file);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(e->comm, add_all(e, file));
  if (status == NTKW_SUCCESS) status = ntkw_checkpoint_publish(file);
  ntkw_checkpoint_destroy(&file);
  return status;
}

ntkw_status evaluation_collect(evaluation *e, int output, bool exact, double **values) {
  *values = NULL;
  const int64_t total = e->plane * e->n_axis[0];
  int *counts = calloc((size_t)e->size, sizeof *counts), *offsets = calloc((size_t)e->size, sizeof *offsets);
  if (e->rank == 0) *values = malloc((size_t)total * sizeof **values);
  const bool complete = counts && offsets && (e->rank != 0 || *values);
  ntkw_status status = ntkw_status_agree(
      e->comm, complete ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the solution"));
  for (int r = 0; complete && r < e->size; r++) {
    const ntkw_i_range rows = ntkw_i_even_split(e->n_axis[0], e->size, r);
    offsets[r] = (int)(rows.first * e->plane);
    counts[r] = (int)((rows.last - rows.first) * e->plane);
  }
  const double *own = exact ? e->exact[output] : e->values[output];
  if (status == NTKW_SUCCESS &&
      MPI_Gatherv(own, (int)e->count, MPI_DOUBLE, *values, counts, offsets, MPI_DOUBLE, 0, e->comm) != MPI_SUCCESS)
    status = ntkw_i_fail(NTKW_ERR_MPI, "MPI_Gatherv of the solution failed");
  free(counts);
  free(offsets);
  if (status != NTKW_SUCCESS) {
    free(*values);
    *values = NULL;
  }
  return status;
}
