/* The objective: functions that a run offers to its optimizer: the weighted loss, its gradient, inner products.
 *
 * All vectors are this rank's shards (shard_layout). All calls are collective and return the same status and the same
 * bits on every rank, for any number of ranks. Trials are evaluated at the points and with the weights of the current
 * step, so that all losses and gradients of a step belong to one function.
 *
 * The run creates an objective and passes a pointer to it. Optimizers use members by name and never copy or create an
 * objective, so that members can be added without changing optimizers, such as kernel_factors(observer) for curvature
 * by layers. A member costs nothing until it is called. */
#ifndef NTKW_PINN_OBJECTIVE_H
#define NTKW_PINN_OBJECTIVE_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/status.h"

enum { SPARE_ROWS = 2 };

/* The loss as a sum of squares: |r(theta)|^2 for the weighted residuals r, with the Jacobian J = dr/dtheta at the
 * parameters of the step (training/residual_rows.h). Only for optimizers whose table says least_squares. Vectors of
 * rows are this rank's rows. */
typedef struct least_squares {
  int64_t n_rows, count;     /* rows of the problem, and of this rank */
  double *residuals;         /* r at the parameters of the step, from linearise on */
  double *spare[SPARE_ROWS]; /* vectors of rows for the optimizer's own use within a step */
  /* Compute r, J and the smaller one of J^T J and J J^T. trace: of that matrix; NaN if it is not finite. */
  ntkw_status (*linearise)(void *context, double *trace);
  /* r at other parameters, with the loss as loss_at. */
  ntkw_status (*residuals_at)(void *context, const void *trial, double *loss, double *rows);
  /* rows = J v. */
  ntkw_status (*apply)(void *context, const void *v, double *rows);
  /* Factorise the matrix plus damping times the unit matrix. positive: was it positive definite? */
  ntkw_status (*factorise)(void *context, double damping, bool *positive);
  /* v = -(J^T J + damping I)^-1 J^T rows, with the last factor. */
  ntkw_status (*solve)(void *context, const double *rows, void *v);
  /* The inner product of two vectors of rows, as dot. */
  ntkw_status (*dot_rows)(void *context, const double *a, const double *b, double *value);
} least_squares;

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
  const least_squares *squares; /* NULL: the optimizer did not ask for it */
} objective;

#endif
