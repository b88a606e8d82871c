/* The learning rate of a run, for all optimizers. Reproducible arithmetic. Not collective. */
#ifndef NTKW_PINN_LEARNING_RATE_H
#define NTKW_PINN_LEARNING_RATE_H

#include <stdint.h>

typedef struct learning_rate {
  double start;
  double decay; /* start * decay^(step / every); 1: constant */
  int64_t every;
} learning_rate;

/* The rate at a step, counted from 0. */
double learning_rate_at(const learning_rate *rate, int64_t step);

#endif
