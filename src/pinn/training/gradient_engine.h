/* The gradients of a step: evaluates this rank's chunks and adds their gradients along the tree of each group.
 *
 * No function here communicates. The number of threads changes no bit: each thread computes whole chunks, and both the
 * tree and the exact sums give the same bits for any distribution of chunks. A step requests one kind of result:
 * GRADIENT_COMBINED  one group: the gradient of sum_c w_c L_c, with the weights folded into the output adjoints;
 * GRADIENT_SEPARATE  one group per condition: the gradient of its unweighted loss;
 * GRADIENT_TRACED    the same, and the NTK diagonal of every point from the same backward pass (network.h);
 * GRADIENT_NONE      only the losses;
 * GRADIENT_ROWS      the losses, and the derivatives of every row of the least-squares problem (residual_rows.h);
 * GRADIENT_PULLED    one group: the derivative of the sum of all rows, each times a given factor;
 * GRADIENT_APPLIED   the losses, and the derivative of every row along a vector of parameters. */
#ifndef NTKW_PINN_GRADIENT_ENGINE_H
#define NTKW_PINN_GRADIENT_ENGINE_H

#include "ntkw/sum.h"
#include "ntkw/weighting.h"
#include "pinn/model/model.h"
#include "pinn/training/chunks.h"
#include "pinn/training/partial_sums.h"
#include "pinn/training/residual_rows.h"
#include "pinn/arithmetic/thread_pool.h"

typedef enum gradient_kind {
  GRADIENT_NONE,
  GRADIENT_COMBINED,
  GRADIENT_SEPARATE,
  GRADIENT_TRACED,
  GRADIENT_ROWS,
  GRADIENT_PULLED,
  GRADIENT_APPLIED
} gradient_kind;

typedef struct gradient_engine gradient_engine;

/* Number of groups of a kind. */
static inline int gradient_kind_groups(gradient_kind kind, int n_conditions) {
  if (kind == GRADIENT_NONE || kind == GRADIENT_ROWS || kind == GRADIENT_APPLIED) return 0;
  return kind == GRADIENT_COMBINED || kind == GRADIENT_PULLED ? 1 : n_conditions;
}

/* Called on the calling thread whenever partial sums become final, so that their reduction can start early: the first
 * n_final nodes of the group will not change. With one thread it is called after every chunk, with several threads once
 * for each group at the end. */
typedef struct partial_ready_callback {
  void (*notify)(void *context, int group, const partial_sums *partial, int n_final);
  void *context;
} partial_ready_callback;

/* Create the engine of this rank's chunks first .. end - 1, which n_threads threads share in contiguous runs. problem,
 * model and plan are borrowed. @return the local status: NTKW_SUCCESS, NTKW_ERR_ARGUMENT (n_threads),
 * NTKW_ERR_MEMORY. */
ntkw_status gradient_engine_create(const problem *pde, const model *trained, const chunk_plan *plan, int first, int end,
                                   int n_threads, gradient_engine **out);
void gradient_engine_destroy(gradient_engine **handle);
int gradient_engine_threads(const gradient_engine *engine);
/* The engine's threads, for other work between two calls. */
thread_pool *gradient_engine_pool(const gradient_engine *engine);

/* Memory for all whole gradients that this rank holds at once in a step. A problem without a rule for the weights is
 * assumed to request no separate gradients. */
size_t gradient_engine_memory(const gradient_engine *engine);
/* Keep these gradients in memory of the caller, which must outlive the engine and be aligned to 64 bytes. Call it
 * before the first gradient_engine_run. @return the local status: NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status gradient_engine_use_memory(gradient_engine *engine, void *memory);

/* Compute the losses, and the gradients of the requested kind, at the points of a step.
 *
 * @param[in]     weights    n_conditions weights, for GRADIENT_COMBINED.
 * @param[in,out] weighting  receives the NTK diagonals, for GRADIENT_TRACED.
 * @param[in]     ready      see partial_ready_callback; NULL: not called.
 * @param[in]     rows       as the kind needs; with GRADIENT_NONE it may ask for the residuals. NULL: no rows.
 * @param[out]    losses     n_conditions sums of the squared residuals at this rank's points (range float64).
 * @param[out]    partials   this rank's nodes of each group (1 or n_conditions). Their values are valid until the next
 *                           call.
 * @return the local status. */
ntkw_status gradient_engine_run(gradient_engine *engine, int64_t step, gradient_kind kind, const double weights[],
                                ntkw_weighting *weighting, const partial_ready_callback *ready,
                                const residual_rows *rows, ntkw_sum losses[], partial_sums partials[]);

#endif
