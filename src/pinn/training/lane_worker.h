/* What one thread does of the gradients of a step: its lanes through network and equations, each into the tree of its
 * group. It shares nothing that changes with other threads but the weighting. Local. */
#ifndef NTKW_PINN_LANE_WORKER_H
#define NTKW_PINN_LANE_WORKER_H

#include <pthread.h>
#include "pinn/training/gradient.h"

typedef struct lane_worker lane_worker;

/* What all threads of a rank are to do. */
typedef struct lane_task {
  int64_t step;
  gradient_kind kind;
  const double *weights;       /* as in gradient_make */
  ntkw_weighting *weighting;   /* takes the diagonals: exact sums, whatever the order */
  pthread_mutex_t *lock;       /* of the weighting */
  const gradient_watch *watch; /* NULL: nobody is told while lanes are made */
} lane_task;

/* What a thread has done. */
typedef struct lane_result {
  ntkw_status status;
  char sentence[512]; /* of a failure: ntkw_last_error() belongs to the thread */
  ntkw_sum *losses;   /* n_conditions */
  tree_run *runs;     /* n_conditions; the first one alone with GRADIENT_COMBINED */
} lane_result;

/* problem, model and plan are borrowed; lanes first .. end - 1 are this worker's. NTKW_ERR_MEMORY. */
ntkw_status lane_worker_create(const problem *pde, const model *trained, const lane_plan *plan, int first, int end,
                               lane_worker **out);
void lane_worker_destroy(lane_worker **handle);

/* Do the worker's lanes. @return the result, which the worker owns; it lives until the next call. */
const lane_result *lane_worker_run(lane_worker *worker, const lane_task *task);
/* The last result again. */
const lane_result *lane_worker_result(const lane_worker *worker);

#endif
