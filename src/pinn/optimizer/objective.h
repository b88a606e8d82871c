/* What an optimizer may ask of the run: the weighted loss, its gradient, inner products.
 *
 * All vectors are this rank's shards (shard_layout). All calls are collective, and return the same status and the same
 * bits on every rank, for any number of ranks. Trials are at the points and with the weights of the step under way, so
 * that all losses and gradients of a step are those of one function.
 *
 * The run makes an objective and hands a pointer to it over. Users call members by name and never copy or make one, so
 * that members can be added without a change for them: residuals(trial) and pull_back(a) = J^T a for least squares,
 * kernel_factors(observer) for curvature by layers. Nothing of a member is made or paid for before it is called. */
#ifndef NTKW_PINN_OBJECTIVE_H
#define NTKW_PINN_OBJECTIVE_H

#include "ntkw/status.h"

typedef struct objective {
  void *context; /* the first argument of all calls */
  double loss;   /* at the parameters of the step */
  const void
      *gradient; /* there; in steps that renew the weights it is made of the conditions' gradients, and differs from
                           gradient_at by rounding errors */
  /* The loss at other parameters. One that is not finite is no error: *loss is then NaN or infinite. */
  ntkw_status (*loss_at)(void *context, const void *trial, double *loss);
  /* The same, and the gradient, which may have values that are not finite, too. */
  ntkw_status (*gradient_at)(void *context, const void *trial, double *loss, void *gradient);
  /* The inner product of two vectors: the exact sum, rounded once; NaN if a value is not finite. */
  ntkw_status (*dot)(void *context, const void *a, const void *b, double *value);
} objective;

#endif
