/* ntkw_trainer_evaluate: outputs of the network and their derivatives at points of the caller.
 *
 * Each requested quantity becomes an equation, and only the residuals of these equations are computed. Names of
 * derivatives therefore follow problem files, and the network propagates only the requested derivatives. */
#include "pinn/api/handles.h"
#include "pinn/problem/point.h"
#include "base/check.h"

#include <stdlib.h>

typedef struct request {
  int n_quantities;
  node roots[MAX_EQUATIONS];
  tape *tape;
  equations *equations;
  equations_workspace *work;
  workspace *workspace;
  int capacity; /* largest number of points of a panel */
  double *coefficients, *outputs, *results;
} request;

static ntkw_status add_output(request *r, int output, int order, const int inputs[]) {
  const node made = tape_derivative(r->tape, output, order, inputs);
  if (made == NO_NODE) return tape_status(r->tape);
  r->roots[r->n_quantities++] = made;
  return NTKW_SUCCESS;
}

static ntkw_status add_quantity(request *r, const problem *pde, const char *name, int index) {
  symbol_name meant;
  NTKW_CHECK(name, NTKW_ERR_ARGUMENT, "quantity %d is NULL", index);
  NTKW_CHECK(symbol_name_parse(pde, name, &meant) && meant.output >= 0, NTKW_ERR_ARGUMENT,
             "quantity %d is \"%.60s\"; expected an output or a derivative, such as %s or %s_%s", index, name,
             pde->output_names[0], pde->output_names[0], pde->input_names[0]);
  NTKW_CHECK(meant.order <= MAX_ORDER, NTKW_ERR_ARGUMENT,
             "quantity %d, \"%.60s\", is a derivative of order %d; expected orders up to %d", index, name, meant.order,
             MAX_ORDER);
  return add_output(r, meant.output, meant.order, meant.inputs);
}

static ntkw_status add_quantities(request *r, const problem *pde, int n, const char *const names[]) {
  for (int o = 0; n == 0 && o < pde->n_outputs; o++) NTKW_TRY(add_output(r, o, 0, NULL));
  for (int q = 0; q < n; q++) NTKW_TRY(add_quantity(r, pde, names[q], q));
  return NTKW_SUCCESS;
}

static ntkw_status request_make(request *r, const ntkw_trainer *t, int n, const char *const names[]) {
  const problem *pde = t->problem->pde;
  NTKW_TRY(tape_create(&r->tape));
  NTKW_TRY(add_quantities(r, pde, n, names));
  NTKW_TRY(equations_create(r->tape, r->n_quantities, r->roots, pde->n_outputs, &r->equations));
  NTKW_TRY(workspace_create(trainer_network(t->run.inner), &r->workspace));
  const stream_set *streams = equations_streams(r->equations);
  r->capacity = workspace_capacity(r->workspace, streams);
  NTKW_TRY(equations_workspace_create(r->equations, r->capacity, &r->work));
  const size_t most = (size_t)r->capacity;
  r->coefficients = malloc((most * (size_t)streams->n_pairs + 1) * sizeof(double));
  r->outputs = malloc(most * (size_t)(pde->n_outputs * stream_count(streams)) * sizeof(double));
  r->results = malloc(most * (size_t)r->n_quantities * sizeof(double));
  NTKW_CHECK(r->coefficients && r->outputs && r->results, NTKW_ERR_MEMORY,
             "out of memory for the evaluation of points");
  return NTKW_SUCCESS;
}

static void request_free(request *r) {
  free(r->coefficients);
  free(r->outputs);
  free(r->results);
  equations_workspace_destroy(&r->work);
  workspace_destroy(&r->workspace);
  equations_destroy(&r->equations);
  tape_destroy(&r->tape);
}

static void evaluate_panel(request *r, int n, int n_inputs, const double *points, double *values) {
  equations_coefficients(r->work, n, n_inputs, points, r->coefficients);
  workspace_forward(r->workspace, equations_streams(r->equations), n, points, r->coefficients, r->outputs);
  equations_residuals(r->work, n, n_inputs, points, r->outputs, r->results);
  for (int q = 0; q < r->n_quantities; q++)
    for (int p = 0; p < n; p++) values[p * r->n_quantities + q] = r->results[q * n + p];
}

static void evaluate_all(request *r, int64_t n, int n_inputs, const double *points, double *values) {
  for (int64_t done = 0; done < n; done += r->capacity) {
    const int64_t left = n - done;
    evaluate_panel(r, (int)(left < r->capacity ? left : r->capacity), n_inputs, points + done * n_inputs,
                   values + done * r->n_quantities);
  }
}

static ntkw_status check_arguments(int rank, int64_t n, const double *points, int n_quantities,
                                   const char *const quantities[], const double *values) {
  NTKW_CHECK(n >= 0, NTKW_ERR_ARGUMENT, "ntkw_trainer_evaluate: rank %d gives %lld points; expected a number >= 0",
             rank, (long long)n);
  NTKW_CHECK(n == 0 || (points && values), NTKW_ERR_ARGUMENT,
             "ntkw_trainer_evaluate: %s is NULL on rank %d, which gives %lld points", points ? "values" : "points",
             rank, (long long)n);
  NTKW_CHECK(n_quantities >= 0 && n_quantities <= MAX_EQUATIONS, NTKW_ERR_ARGUMENT,
             "ntkw_trainer_evaluate: rank %d asks for %d quantities; expected 0 to %d", rank, n_quantities,
             MAX_EQUATIONS);
  NTKW_CHECK(n_quantities == 0 || quantities, NTKW_ERR_ARGUMENT,
             "ntkw_trainer_evaluate: rank %d asks for %d quantities, and their names are NULL", rank, n_quantities);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_trainer_evaluate(ntkw_trainer *t, int64_t n, const double *points, int n_quantities,
                                  const char *const quantities[], double *values) {
  request r = {.n_quantities = 0};
  NTKW_CHECK(t, NTKW_ERR_ARGUMENT, "ntkw_trainer_evaluate: trainer is NULL");
  ntkw_status status = check_arguments(t->rank, n, points, n_quantities, quantities, values);
  if (status == NTKW_SUCCESS) status = request_make(&r, t, n_quantities, quantities);
  status = ntkw_status_agree(t->comm, status);
  if (status == NTKW_SUCCESS) status = trainer_refresh(t->run.inner);
  if (status == NTKW_SUCCESS) evaluate_all(&r, n, t->problem->pde->n_inputs, points, values);
  request_free(&r);
  return status;
}

ntkw_status ntkw_trainer_error(ntkw_trainer *t, double *error) {
  NTKW_CHECK(t, NTKW_ERR_ARGUMENT, "ntkw_trainer_error: trainer is NULL");
  NTKW_TRY(ntkw_status_agree(
      t->comm,
      error ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_ARGUMENT, "ntkw_trainer_error: error is NULL on rank %d", t->rank)));
  return api_measure_error(t, error);
}
