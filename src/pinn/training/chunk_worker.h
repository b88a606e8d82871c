/* One thread's share of the gradient computation of a step. The thread evaluates its chunks and adds each gradient to
 * the tree of its group (partial_sums.h). Threads share only the weighting, which a mutex guards. No function here is
 * collective. */
#ifndef NTKW_PINN_CHUNK_WORKER_H
#define NTKW_PINN_CHUNK_WORKER_H

#include <pthread.h>
#include "base/failure.h"
#include "pinn/training/gradient_engine.h"

typedef struct chunk_worker chunk_worker;

/* The work of all threads of a rank in one step. */
typedef struct chunk_task {
  int64_t step;
  gradient_kind kind;
  const double *weights;               /* as in gradient_engine_run */
  ntkw_weighting *weighting;           /* receives the NTK diagonals; its sums are exact in any order */
  pthread_mutex_t *lock;               /* guards the weighting */
  const partial_ready_callback *ready; /* called after every chunk; NULL: not called */
  const residual_rows *rows;           /* as in gradient_engine_run */
} chunk_task;

/* The result of one thread. */
typedef struct chunk_result {
  ntkw_i_failure failure; /* with its message, because ntkw_last_error() is separate in each thread */
  ntkw_sum *losses;       /* n_conditions */
  partial_sums *partials; /* n_conditions; GRADIENT_COMBINED uses only the first */
} chunk_result;

/* Create the worker of the chunks first .. end - 1. problem, model and plan are borrowed.
 * @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status chunk_worker_create(const problem *pde, const model *trained, const chunk_plan *plan, int first, int end,
                                chunk_worker **out);
void chunk_worker_destroy(chunk_worker **handle);

/* Most whole gradients that the worker holds at once in a step. */
int chunk_worker_gradients(const chunk_worker *worker);
/* Keep these gradients in memory of the caller, `stride` bytes apart, which must outlive the worker. Call it before the
 * first chunk_worker_run. @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status chunk_worker_use_memory(chunk_worker *worker, void *memory, size_t stride);

/* Compute the worker's chunks. @return the result, owned by the worker and valid until the next call. */
const chunk_result *chunk_worker_run(chunk_worker *worker, const chunk_task *task);
/* The result of the last chunk_worker_run. */
const chunk_result *chunk_worker_result(const chunk_worker *worker);

#endif
