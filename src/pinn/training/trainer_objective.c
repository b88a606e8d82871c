/* The objective of a step: trial parameters are evaluated like the parameters of a step, without an update of the
 * weights. */
#include "pinn/arithmetic/sum_reduction.h"
#include "pinn/training/trainer_impl.h"
#include "base/check.h"

#include <math.h>
#include <string.h>

double trainer_weighted_loss(const trainer *t) {
  double sum = 0.0;
  for (int c = 0; c < t->pde->n_conditions; c++)
    sum += trainer_weights(t)[c] * (t->losses[c].not_finite ? NAN : trainer_mean_loss(t, c));
  return sum;
}

ntkw_status trainer_use_parameters(trainer *t, const void *trial) {
  NTKW_TRY(sharding_gather(t->sharding, trial, t->all));
  model_set_parameters(t->model, t->all);
  return NTKW_SUCCESS;
}

static ntkw_status loss_at(void *context, const void *trial, double *loss) {
  trainer *t = context;
  NTKW_TRY(trainer_use_parameters(t, trial));
  const ntkw_status local =
      gradient_engine_run(t->engine, t->step, GRADIENT_NONE, NULL, NULL, NULL, NULL, t->losses, t->partials);
  NTKW_TRY(trainer_reduce(t, local, NULL));
  *loss = trainer_weighted_loss(t);
  return NTKW_SUCCESS;
}

static ntkw_status gradient_at(void *context, const void *trial, double *loss, void *gradient) {
  trainer *t = context;
  const partial_ready_callback ready = {trainer_send_ready, t->sharding};
  const void *sum;
  NTKW_TRY(trainer_use_parameters(t, trial));
  NTKW_TRY(sharding_begin(t->sharding, &t->combined));
  ntkw_status status = gradient_engine_run(t->engine, t->step, GRADIENT_COMBINED, trainer_weights(t), NULL, &ready,
                                           NULL, t->losses, t->partials);
  status = trainer_reduce(t, status, NULL);
  if (status != NTKW_SUCCESS) {
    sharding_cancel(t->sharding, t->all);
    return status;
  }
  *loss = trainer_weighted_loss(t);
  NTKW_TRY(sharding_end(t->sharding, t->partials, &sum));
  memcpy(gradient, sum, (size_t)t->count * t->width);
  return NTKW_SUCCESS;
}

ntkw_status trainer_dot(const trainer *t, int64_t count, ntkw_dtype dtype, const void *a, const void *b,
                        double *value) {
  ntkw_sum sums[2];
  for (int s = 0; s < 2; s++) ntkw_sum_zero(&sums[s], NTKW_FLOAT64);
  ntkw_sum_add_products(&sums[0], &sums[1], a, b, (size_t)count, dtype);
  NTKW_TRY(sums_reduce(t->comm, sums, 2, NULL, 0, t->message));
  *value = sums[0].not_finite ? NAN : ntkw_sum_difference(&sums[0], &sums[1]);
  return NTKW_SUCCESS;
}

static ntkw_status dot(void *context, const void *a, const void *b, double *value) {
  const trainer *t = context;
  return trainer_dot(t, t->count, t->pde->network.precision, a, b, value);
}

objective trainer_objective(trainer *t) {
  double loss = 0.0;
  for (int c = 0; c < t->pde->n_conditions; c++) loss += trainer_weights(t)[c] * t->loss[c];
  return (objective){.context = t,
                     .loss = loss,
                     .gradient = t->total,
                     .loss_at = loss_at,
                     .gradient_at = gradient_at,
                     .dot = dot,
                     .squares = trainer_squares_offered(t)};
}
