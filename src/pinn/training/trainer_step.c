/* A step of the trainer, and a measurement without a step. */
#include "pinn/arithmetic/sum_reduction.h"
#include "pinn/training/trainer_impl.h"
#include "base/check.h"

#include <math.h>
#include <string.h>

static double plain_sum(const trainer *t) {
  double sum = 0.0;
  for (int c = 0; c < t->pde->n_conditions; c++) sum += t->loss[c];
  return sum;
}
bool trainer_loss_is_high(const trainer *t) {
  return blow_up_is_above(&t->blow_up, plain_sum(t));
}

ntkw_status trainer_refresh(trainer *t) {
  NTKW_TRY(sharding_gather(t->sharding, t->parameters, t->all));
  model_set_parameters(t->model, t->all);
  return NTKW_SUCCESS;
}

static gradient_kind kind_of_step(const trainer *t, bool due) {
  if (!due) return GRADIENT_COMBINED;
  return ntkw_weighting_needs_traces(t->weighting) ? GRADIENT_TRACED : GRADIENT_SEPARATE;
}

ntkw_status trainer_reduce(trainer *t, ntkw_status local, bool *stop) {
  int64_t flags[] = {stop && *stop, local != NTKW_SUCCESS};
  NTKW_TRY(sums_reduce(t->comm, t->losses, t->pde->n_conditions, flags, 2, t->message));
  if (flags[1] > 0) return ntkw_status_agree(t->comm, local);
  if (stop) *stop = flags[0] > 0;
  return NTKW_SUCCESS;
}

double trainer_mean_loss(const trainer *t, int c) {
  const condition *cond = &t->pde->conditions[c];
  return ntkw_sum_value(&t->losses[c]) / ((double)cond->n_points * equations_count(cond->equations));
}

/* Reduce the losses of the step. The error names the first condition whose loss is not finite. */
static ntkw_status reduce_losses(trainer *t, ntkw_status local, bool *stop) {
  const problem *pde = t->pde;
  NTKW_TRY(trainer_reduce(t, local, stop));
  for (int c = 0; c < pde->n_conditions; c++) t->loss[c] = trainer_mean_loss(t, c);
  for (int c = 0; c < pde->n_conditions; c++)
    NTKW_CHECK(t->losses[c].not_finite == 0 && isfinite(t->loss[c]), NTKW_ERR_NOT_FINITE,
               "step %lld: the loss of condition '%s' is not finite (%lld of %lld residuals are NaN or Inf)",
               (long long)t->step, pde->conditions[c].name, (long long)t->losses[c].not_finite,
               (long long)pde->conditions[c].n_points * equations_count(pde->conditions[c].equations));
  return NTKW_SUCCESS;
}

static ntkw_status refuse_blow_up(trainer *t) {
  const double loss = plain_sum(t);
  NTKW_CHECK(!blow_up_count(&t->blow_up, t->step, loss), NTKW_ERR_NOT_FINITE,
             "step %lld: the loss has blown up: without weights it is %.3g, and for %d steps in a row it was above 1e6 "
             "times %.3g, the largest of its first %d steps",
             (long long)t->step, loss, BLOW_UP_STEPS, t->blow_up.largest, BLOW_UP_STEPS);
  return NTKW_SUCCESS;
}

/* Add the data of condition c that the rule needs to the weighting. Every rank adds its shard of the gradient. Only
 * rank 0 adds the loss, which is already the sum over all ranks. The gradient engine has added the NTK diagonals. */
static void add_moments(trainer *t, int c) {
  const unsigned needs = ntkw_weighting_needs(t->weighting);
  if (needs & (NTKW_NEEDS_NORMS | NTKW_NEEDS_MAGNITUDES))
    ntkw_weighting_add_gradient(t->weighting, c, t->sums[c], (size_t)t->count, t->pde->network.precision);
  if (needs & NTKW_NEEDS_TRACES)
    ntkw_weighting_add_ntk_diagonal(t->weighting, c, NULL, 0); /* counts as added also on a rank without chunks */
  if ((needs & NTKW_NEEDS_LOSSES) && t->rank == 0) {
    ntkw_sum loss = t->losses[c];
    loss.count = t->pde->conditions[c].n_points * equations_count(t->pde->conditions[c].equations);
    ntkw_weighting_merge_residuals(t->weighting, c, &loss);
  }
}

static ntkw_status record_step(trainer *t) {
  ntkw_recording_step step = {.epoch = t->step,
                              .updated = true,
                              .losses = t->loss,
                              .weights = ntkw_weighting_weights(t->weighting),
                              .traces = ntkw_weighting_ntk_traces(t->weighting)};
  NTKW_TRY(ntkw_weighting_aggregate(t->weighting, t->loss, &step.total));
  return ntkw_recording_record(t->recording, &step, t->sums);
}

/* Update the weights from the shards of the conditions' gradients, then combine the shards with the weights. */
static ntkw_status weigh(trainer *t) {
  for (int c = 0; c < t->pde->n_conditions; c++) add_moments(t, c);
  const ntkw_status status = ntkw_weighting_update(t->weighting, t->step);
  if (status != NTKW_SUCCESS && status != NTKW_ZERO_NORM) return status;
  if (t->recording) NTKW_TRY(record_step(t));
  NTKW_TRY(ntkw_weighting_combine(t->weighting, t->sums, (size_t)t->count, t->pde->network.precision, t->total));
  return status;
}

void trainer_send_ready(void *shards, int group, const partial_sums *partial, int n_final) {
  sharding_send_ready(shards, group, partial, n_final);
}

/* Compute the gradients at the current parameters and exchange them at the same time. The result, t->sums, is a
 * shard of each condition's gradient if the weights are due, otherwise a shard of the weighted total. */
static ntkw_status compute_shards(trainer *t, bool due, bool *stop) {
  const partial_ready_callback ready = {trainer_send_ready, t->sharding};
  NTKW_TRY(sharding_begin(t->sharding, due ? &t->separate : &t->combined));
  ntkw_status status = gradient_engine_run(t->engine, t->step, kind_of_step(t, due), trainer_weights(t), t->weighting,
                                           &ready, NULL, t->losses, t->partials);
  status = reduce_losses(t, status, stop);
  if (status == NTKW_SUCCESS) status = refuse_blow_up(t);
  if (status == NTKW_SUCCESS) return sharding_end(t->sharding, t->partials, t->sums);
  sharding_cancel(t->sharding, t->all);
  if (t->weighting) ntkw_weighting_discard(t->weighting);
  return status;
}

static ntkw_status update_parameters(trainer *t) {
  const optimizer_step step = {t->step, t->step - t->optimizer_since,
                               learning_rate_at(&t->pde->optimizer.rate, t->step)};
  const objective goal = trainer_objective(t);
  return t->ops->step(t->optimizer, &step, &goal, t->parameters);
}

ntkw_status trainer_step(trainer *t, bool *stop) {
  const bool due = t->weighting && ntkw_weighting_due(t->weighting, t->step);
  NTKW_TRY(trainer_refresh(t));
  ntkw_status status = compute_shards(t, due, stop);
  if (status != NTKW_SUCCESS) return status;
  if (due)
    status = weigh(t);
  else
    memcpy(t->total, t->sums[0], (size_t)t->count * t->width); /* the next exchange overwrites the sums */
  if (status != NTKW_SUCCESS && status != NTKW_ZERO_NORM) return status;
  NTKW_TRY(update_parameters(t));
  t->step++;
  return status;
}

ntkw_status trainer_measure(trainer *t) {
  NTKW_TRY(trainer_refresh(t));
  const ntkw_status local =
      gradient_engine_run(t->engine, t->step, GRADIENT_NONE, NULL, NULL, NULL, NULL, t->losses, t->partials);
  return reduce_losses(t, local, NULL);
}
