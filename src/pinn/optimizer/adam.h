/* Adam (Kingma & Ba, ICLR 2015, Algorithm 1) on a shard.
 *
 * Each element is computed in double from the stored values and rounded once per stored quantity, so its bits depend on
 * that element only. No function here is collective. */
#ifndef NTKW_PINN_ADAM_H
#define NTKW_PINN_ADAM_H

#include "pinn/optimizer/optimizer.h"

typedef struct adam_step {
  double rate, beta1, beta2, epsilon;
  double correction1, correction2; /* 1 - beta^(done + 1) */
} adam_step;

/* The factors of the step that follows `done` steps. options: beta1, beta2, epsilon. */
adam_step adam_step_after(int64_t done, double rate, const double options[]);

/* Update count parameters and moments in place. All arrays have this dtype. */
void adam_update(const adam_step *step, size_t count, ntkw_dtype dtype, const void *gradient, void *parameters,
                 void *moment1, void *moment2);

#endif
