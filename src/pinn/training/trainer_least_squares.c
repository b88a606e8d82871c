/* The least-squares problem of a step: weighted residuals, their Jacobian, and its damped normal equations. */
#include "pinn/dense/normal_equations.h"
#include "pinn/training/kernel_tiles.h"
#include "pinn/arithmetic/sum_reduction.h"
#include "pinn/training/trainer_impl.h"
#include "base/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct trainer_squares {
  least_squares offered;
  normal_equations *equations;
  kernel_tiles *kernel; /* NULL: the matrix is made from the rows of J */
  model *direction;     /* has the vector of apply as parameters; only with the kernel */
  double scales[MAX_CONDITIONS];
  double *columns; /* a vector of all parameters */
  double *all;     /* a vector of all rows; dual form */
  double *vector;  /* this rank's shard of a vector of parameters */
};

static double *doubles(int64_t n) {
  return calloc((size_t)n + 1, sizeof(double));
}

/* The residuals, and with GRADIENT_ROWS their derivatives, at the model's parameters. Collective. */
static ntkw_status compute_rows(trainer *t, gradient_kind kind, double *residuals) {
  trainer_squares *s = t->squares;
  residual_rows rows = {.first = normal_equations_first_row(s->equations), .scales = s->scales, .residuals = residuals};
  rows.jacobian = normal_equations_rows(s->equations, &rows.stride);
  const ntkw_status local =
      gradient_engine_run(t->engine, t->step, kind, NULL, NULL, NULL, &rows, t->losses, t->partials);
  return trainer_reduce(t, local, NULL);
}

static ntkw_status linearise(void *context, double *trace) {
  trainer *t = context;
  trainer_squares *s = t->squares;
  residual_row_scales(t->pde, trainer_weights(t), s->scales);
  NTKW_TRY(trainer_refresh(t));
  NTKW_TRY(compute_rows(t, s->kernel ? GRADIENT_NONE : GRADIENT_ROWS, s->offered.residuals));
  if (s->kernel) NTKW_TRY(kernel_tiles_make(s->kernel, t->step, s->scales, normal_equations_tiles(s->equations)));
  return normal_equations_make(s->equations, trace);
}

static ntkw_status residuals_at(void *context, const void *trial, double *loss, double *rows) {
  trainer *t = context;
  NTKW_TRY(trainer_use_parameters(t, trial));
  NTKW_TRY(compute_rows(t, GRADIENT_NONE, rows));
  *loss = trainer_weighted_loss(t);
  return NTKW_SUCCESS;
}

/* v = J^T rows: the gradient of a sum of residuals with these factors. */
static ntkw_status pull_back(trainer *t, const double *rows, void *v) {
  const trainer_squares *s = t->squares;
  const partial_ready_callback ready = {trainer_send_ready, t->sharding};
  const residual_rows pulled = {
      .first = normal_equations_first_row(s->equations), .scales = s->scales, .factors = rows};
  const void *sum;
  NTKW_TRY(trainer_refresh(t));
  NTKW_TRY(sharding_begin(t->sharding, &t->combined));
  ntkw_status status =
      gradient_engine_run(t->engine, t->step, GRADIENT_PULLED, NULL, NULL, &ready, &pulled, t->losses, t->partials);
  status = trainer_reduce(t, status, NULL);
  if (status != NTKW_SUCCESS) {
    sharding_cancel(t->sharding, t->all);
    return status;
  }
  NTKW_TRY(sharding_end(t->sharding, t->partials, &sum));
  if (t->count > 0) memcpy(v, sum, (size_t)t->count * sizeof(double));
  return NTKW_SUCCESS;
}

/* products = J v for the vector in columns, at the parameters of the step. */
static ntkw_status apply_without_rows(trainer *t, double *products) {
  trainer_squares *s = t->squares;
  const residual_rows rows = {.first = normal_equations_first_row(s->equations),
                              .scales = s->scales,
                              .vector = s->columns,
                              .direction = model_network(s->direction),
                              .products = products};
  NTKW_TRY(trainer_refresh(t));
  model_set_parameters(s->direction, s->columns);
  const ntkw_status local =
      gradient_engine_run(t->engine, t->step, GRADIENT_APPLIED, NULL, NULL, NULL, &rows, t->losses, t->partials);
  return trainer_reduce(t, local, NULL);
}

static ntkw_status apply(void *context, const void *v, double *rows) {
  trainer *t = context;
  const trainer_squares *s = t->squares;
  NTKW_TRY(sharding_gather(t->sharding, v, s->columns));
  if (s->kernel) return apply_without_rows(t, rows);
  normal_equations_apply(s->equations, s->columns, rows);
  return NTKW_SUCCESS;
}

static ntkw_status factorise(void *context, double damping, bool *positive) {
  const trainer *t = context;
  return normal_equations_factorise(t->squares->equations, damping, positive);
}

/* -(J^T J + damping I)^-1 (J^T rows). For the residuals of the step J^T rows is half the gradient. */
static ntkw_status solve_primal(trainer *t, const double *rows, double *v) {
  trainer_squares *s = t->squares;
  if (rows == s->offered.residuals)
    for (int64_t i = 0; i < t->count; i++) s->vector[i] = 0.5 * ((const double *)t->total)[i];
  else
    NTKW_TRY(pull_back(t, rows, s->vector));
  NTKW_TRY(sharding_gather(t->sharding, s->vector, s->columns));
  NTKW_TRY(normal_equations_solve(s->equations, s->columns));
  for (int64_t i = 0; i < t->count; i++) v[i] = -s->columns[sharding_offset(t->sharding) + i];
  return NTKW_SUCCESS;
}

/* -J^T (J J^T + damping I)^-1 rows. */
static ntkw_status solve_dual(trainer *t, const double *rows, double *v) {
  trainer_squares *s = t->squares;
  NTKW_TRY(normal_equations_gather(s->equations, rows, s->all));
  NTKW_TRY(normal_equations_solve(s->equations, s->all));
  NTKW_TRY(pull_back(t, s->all + normal_equations_first_row(s->equations), v));
  for (int64_t i = 0; i < t->count; i++) v[i] = -v[i];
  return NTKW_SUCCESS;
}

static ntkw_status solve(void *context, const double *rows, void *v) {
  trainer *t = context;
  return normal_equations_are_dual(t->squares->equations) ? solve_dual(t, rows, v) : solve_primal(t, rows, v);
}

static ntkw_status dot_rows(void *context, const double *a, const double *b, double *value) {
  const trainer *t = context;
  return trainer_dot(t, t->squares->offered.count, NTKW_FLOAT64, a, b, value);
}

static ntkw_status allocate(trainer *t, int64_t count) {
  trainer_squares *s = t->squares;
  s->offered = (least_squares){.n_rows = residual_row_count(t->pde),
                               .count = count,
                               .residuals = doubles(count),
                               .linearise = linearise,
                               .residuals_at = residuals_at,
                               .apply = apply,
                               .factorise = factorise,
                               .solve = solve,
                               .dot_rows = dot_rows};
  bool complete = s->offered.residuals != NULL;
  for (int i = 0; i < SPARE_ROWS; i++) complete = (s->offered.spare[i] = doubles(count)) != NULL && complete;
  s->columns = doubles(t->n_parameters);
  s->vector = doubles(sharding_count(t->sharding));
  s->all = doubles(normal_equations_are_dual(s->equations) ? s->offered.n_rows : 0);
  NTKW_CHECK(complete && s->columns && s->vector && s->all, NTKW_ERR_MEMORY,
             "out of memory for the residuals of %lld rows", (long long)count);
  return NTKW_SUCCESS;
}

/* Bytes of a kernel by factors on this rank; 0: the matrix is made from the rows of J. */
static double bytes_of_kernel(const trainer *t) {
  const int64_t n = residual_row_count(t->pde);
  tile_layout layout;
  if (n > t->n_parameters || !kernel_tiles_cost_less(t->pde, t->model)) return 0.0;
  const ntkw_status status = tile_layout_create(n, t->rank, t->size, &layout);
  const double bytes = status == NTKW_SUCCESS ? kernel_tiles_bytes(t->pde, t->model, &layout) : 1.0;
  tile_layout_free(&layout);
  return bytes;
}

static ntkw_status create_kernel(trainer *t) {
  trainer_squares *s = t->squares;
  NTKW_TRY(model_create(&t->pde->network, &s->direction));
  return kernel_tiles_create(t->comm, t->pde, t->model, gradient_engine_pool(t->engine),
                             normal_equations_layout(s->equations), &s->kernel);
}

ntkw_status trainer_squares_create(trainer *t) {
  if (!t->pde->optimizer.ops->least_squares) return NTKW_SUCCESS;
  t->squares = calloc(1, sizeof *t->squares);
  const ntkw_status allocated =
      t->squares ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the least-squares problem");
  NTKW_TRY(ntkw_status_agree(t->comm, allocated));
  const int64_t first = residual_row_of_chunk(t->pde, &t->plan, t->combined.chunk_first[t->rank]);
  const int64_t count = residual_row_of_chunk(t->pde, &t->plan, t->combined.chunk_end[t->rank]) - first;
  const double kernel = bytes_of_kernel(t);
  const normal_options options = {.comm = t->comm,
                                  .pool = gradient_engine_pool(t->engine),
                                  .n_columns = t->n_parameters,
                                  .count = count,
                                  .everywhere = FACTOR_EVERYWHERE,
                                  .given = kernel > 0.0,
                                  .more_bytes = kernel};
  NTKW_TRY(normal_equations_create(&options, &t->squares->equations));
  NTKW_TRY(ntkw_status_agree(t->comm, kernel > 0.0 ? create_kernel(t) : NTKW_SUCCESS));
  return ntkw_status_agree(t->comm, allocate(t, count));
}

void trainer_squares_destroy(trainer *t) {
  trainer_squares *s = t->squares;
  if (!s) return;
  kernel_tiles_destroy(&s->kernel);
  model_destroy(&s->direction);
  normal_equations_destroy(&s->equations);
  free(s->offered.residuals);
  for (int i = 0; i < SPARE_ROWS; i++) free(s->offered.spare[i]);
  free(s->columns);
  free(s->all);
  free(s->vector);
  free(s);
  t->squares = NULL;
}

const least_squares *trainer_squares_offered(const trainer *t) {
  return t->squares ? &t->squares->offered : NULL;
}
