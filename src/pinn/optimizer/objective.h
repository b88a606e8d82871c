/* The objective: functions that a run offers to its optimizer: the weighted loss, its gradient, inner products.
 *
 * All vectors are this rank's shards (shard_layout). All calls are collective and return the same status and the same
 * bits on every rank, for any number of ranks. Trials are evaluated at the points and with the weights of the current
 * step, so that all losses and gradients of a step belong to one function.
 *
 * The run creates an objective and passes a pointer to it. Optimizers use members by name and never copy or create an
 * objective, so that members can be added without changing optimizers: residuals(trial) and pull_back(a) = J^T a for
 * least squares, kernel_factors(observer) for curvature by layers. A member costs nothing until it is called. */
#ifndef NTKW_PINN_OBJECTIVE_H
#define NTKW_PINN_OBJECTIVE_H

#include "ntkw/status.h"

typedef struct objective {
  void *context; /* the first argument of all calls */
  double loss;   /* at the parameters of the step */
  /* The gradient there. In steps that update the weights it is combined from the conditions' gradients and differs from
   * gradient_at by rounding errors. */
  const void *gradient;
  /* The loss at other parameters. A loss that is not finite is no error: *loss is then NaN or infinite. */
  ntkw_status (*loss_at)(void *context, const void *trial, double *loss);
  /* The loss and its gradient, which may contain values that are not finite. */
  ntkw_status (*gradient_at)(void *context, const void *trial, double *loss, void *gradient);
  /* The inner product of two vectors: the exact sum, rounded once; NaN if a value is not finite. */
  ntkw_status (*dot)(void *context, const void *a, const void *b, double *value);
} objective;

#endif
