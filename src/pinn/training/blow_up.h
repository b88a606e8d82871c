/* Detects a finite loss that has blown up.
 *
 * The loss is the sum of the conditions' losses without weights at each step. It has blown up after 100 steps in a row
 * above 1e6 times the largest loss of the first 100 steps. It never blows up if that largest loss is below 1e-12.
 * blow_up_reset starts again. No function here is collective; the losses are the same on every rank, so the results are
 * too. The state is part of a checkpoint, so that an interrupted run ends at the same step. */
#ifndef NTKW_PINN_BLOW_UP_H
#define NTKW_PINN_BLOW_UP_H

#include <stdbool.h>
#include <stdint.h>
#include "pinn/state/state.h"

enum { BLOW_UP_STEPS = 100 };

typedef struct blow_up {
  int64_t counted; /* number of the first steps that were counted */
  double largest;  /* largest loss of these */
  int64_t since;   /* first of the steps in a row above the limit; -1: the last step was not above */
} blow_up;

/* Start to count. Call it at the start of a run and whenever the loss function changes (another rule, a new stage). */
void blow_up_reset(blow_up *b);

/* Is this loss above the limit? */
bool blow_up_is_above(const blow_up *b, double loss);

/* Count the loss of a step. @return has it blown up? */
bool blow_up_count(blow_up *b, int64_t step, double loss);

/* Show the counters to a visitor. Older checkpoints lack them: counting then starts at the next step. */
ntkw_status blow_up_visit_state(blow_up *b, state_visitor *v);

#endif
