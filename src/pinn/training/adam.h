/* Adam (Kingma & Ba, ICLR 2015, Algorithm 1) on a shard, with an exponentially decaying rate.
 *
 * Each element is computed in double from the stored values and rounded once per stored quantity, so the bits depend on
 * nothing but the element. All functions are local. */
#ifndef NTKW_PINN_ADAM_H
#define NTKW_PINN_ADAM_H

#include "pinn/problem/problem.h"

typedef struct adam_step {
  double rate, beta1, beta2, epsilon;
  double correction1, correction2; /* 1 - beta^(step + 1) */
} adam_step;

/* The learning rate at a step (from 0): rate * decay^(step / decay_every). */
double learning_rate_at(const problem *pde, int64_t step);

/* The factors of a step, counted from 0. */
adam_step adam_step_at(const problem *pde, int64_t step);

/* Renew count parameters and moments in place; all of dtype. */
void adam_update(const adam_step *step, size_t count, ntkw_dtype dtype, const void *gradient, void *parameters,
                 void *moment1, void *moment2);

#endif
