#include "pinn/training/gradient_engine.h"
#include "pinn/training/balanced_cut.h"
#include "pinn/training/chunk_worker.h"
#include "base/check.h"
#include "base/dtype.h"

#include <stdlib.h>

struct gradient_engine {
  const problem *pde;
  size_t n_parameters;
  thread_pool *threads;
  chunk_worker *workers[MAX_THREADS];
  pthread_mutex_t weighting;
  chunk_task task; /* of the current step */
};

/* Create one worker per thread, each with a contiguous run of the rank's chunks. */
static ntkw_status create_workers(gradient_engine *e, const model *trained, const chunk_plan *plan, int first,
                                  int end) {
  const int n = thread_pool_size(e->threads);
  int cuts[MAX_THREADS + 1];
  balanced_cut(plan->cost, first, end, n, cuts);
  for (int k = 0; k < n; k++)
    NTKW_TRY(chunk_worker_create(e->pde, trained, plan, cuts[k], cuts[k + 1], &e->workers[k]));
  return NTKW_SUCCESS;
}

ntkw_status gradient_engine_create(const problem *pde, const model *trained, const chunk_plan *plan, int first, int end,
                                   int n_threads, gradient_engine **out) {
  gradient_engine *e = *out = calloc(1, sizeof *e);
  NTKW_CHECK(e, NTKW_ERR_MEMORY, "out of memory for the gradients");
  e->pde = pde;
  e->n_parameters = (size_t)model_parameter_count(trained);
  pthread_mutex_init(&e->weighting, NULL);
  ntkw_status status = thread_pool_create(n_threads, &e->threads);
  if (status == NTKW_SUCCESS) status = create_workers(e, trained, plan, first, end);
  if (status != NTKW_SUCCESS) gradient_engine_destroy(out);
  return status;
}

void gradient_engine_destroy(gradient_engine **engine) {
  gradient_engine *e = *engine;
  if (!e) return;
  thread_pool_destroy(&e->threads);
  for (int thread = 0; thread < MAX_THREADS; thread++) chunk_worker_destroy(&e->workers[thread]);
  pthread_mutex_destroy(&e->weighting);
  free(e);
  *engine = NULL;
}

int gradient_engine_threads(const gradient_engine *e) {
  return thread_pool_size(e->threads);
}

thread_pool *gradient_engine_pool(const gradient_engine *e) {
  return e->threads;
}

/* Bytes from one gradient to the next, whole cache lines. */
static size_t stride(const gradient_engine *e) {
  return (e->n_parameters * ntkw_i_value_size(e->pde->network.precision) + 63) / 64 * 64;
}

size_t gradient_engine_memory(const gradient_engine *e) {
  size_t n = 0;
  for (int thread = 0; thread < thread_pool_size(e->threads); thread++)
    n += (size_t)chunk_worker_gradients(e->workers[thread]);
  return n * stride(e);
}

ntkw_status gradient_engine_use_memory(gradient_engine *e, void *memory) {
  char *next = memory;
  for (int thread = 0; thread < thread_pool_size(e->threads); thread++) {
    NTKW_TRY(chunk_worker_use_memory(e->workers[thread], next, stride(e)));
    next += (size_t)chunk_worker_gradients(e->workers[thread]) * stride(e);
  }
  return NTKW_SUCCESS;
}

static void work(void *engine, int thread) {
  gradient_engine *e = engine;
  chunk_worker_run(e->workers[thread], &e->task);
}

/* Join the results of all threads in the order of their chunks. The buffers stay in the workers' pools. */
static ntkw_status join(gradient_engine *e, ntkw_sum losses[], int n_groups, partial_sums partials[]) {
  void *released[MAX_TREE_NODES];
  for (int c = 0; c < e->pde->n_conditions; c++) ntkw_sum_zero(&losses[c], NTKW_FLOAT64);
  for (int g = 0; g < n_groups; g++) partials[g].n = 0;
  for (int thread = 0; thread < thread_pool_size(e->threads); thread++) {
    const chunk_result *result = chunk_worker_result(e->workers[thread]);
    NTKW_TRY(ntkw_i_failure_report(&result->failure));
    for (int c = 0; c < e->pde->n_conditions; c++) NTKW_TRY(ntkw_sum_merge(&losses[c], &result->losses[c]));
    for (int g = 0; g < n_groups; g++)
      for (int k = 0; k < result->partials[g].n; k++)
        partial_sums_append(&partials[g], result->partials[g].nodes[k], e->n_parameters, e->pde->network.precision,
                            released);
  }
  return NTKW_SUCCESS;
}

ntkw_status gradient_engine_run(gradient_engine *e, int64_t step, gradient_kind kind, const double weights[],
                                ntkw_weighting *weighting, const partial_ready_callback *ready,
                                const residual_rows *rows, ntkw_sum losses[], partial_sums partials[]) {
  const int n_groups = gradient_kind_groups(kind, e->pde->n_conditions);
  const bool alone = thread_pool_size(e->threads) == 1; /* otherwise a node may combine chunks of two threads */
  e->task = (chunk_task){.step = step,
                         .kind = kind,
                         .weights = weights,
                         .weighting = weighting,
                         .lock = &e->weighting,
                         .ready = alone ? ready : NULL,
                         .rows = rows};
  thread_pool_run(e->threads, work, e);
  NTKW_TRY(join(e, losses, n_groups, partials));
  for (int g = 0; g < n_groups && ready && !alone; g++) ready->notify(ready->context, g, &partials[g], partials[g].n);
  return NTKW_SUCCESS;
}
