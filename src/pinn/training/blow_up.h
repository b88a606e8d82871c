/* Has the loss of a run blown up, though it is finite?
 *
 * The loss is the sum of the conditions' losses without weights, at each step. It has blown up when it was above 1e6
 * times the largest of the first 100 steps for 100 steps in a row; never if that largest one is below 1e-12. All is
 * counted anew after blow_up_reset. Pure; the losses are the same on every rank, and so is everything here. The state
 * is part of a checkpoint, so that a run that was interrupted ends at the same step. */
#ifndef NTKW_PINN_BLOW_UP_H
#define NTKW_PINN_BLOW_UP_H

#include <stdbool.h>
#include <stdint.h>
#include "pinn/state/state.h"

enum { BLOW_UP_STEPS = 100 };

typedef struct blow_up {
  int64_t counted; /* of the first steps */
  double largest;  /* of these */
  int64_t since;   /* the first of the steps in a row that are above; -1: the last one was not */
} blow_up;

/* For the start of a run, and whenever the loss is not what it was: after a change of rule, a stage. */
void blow_up_reset(blow_up *b);

/* Is this loss above the limit? */
bool blow_up_is_above(const blow_up *b, double loss);

/* Count the loss of a step. @return it has blown up. */
bool blow_up_count(blow_up *b, int64_t step, double loss);

/* Older checkpoints lack it: what they count begins with the next step. */
ntkw_status blow_up_visit_state(blow_up *b, state_visitor *v);

#endif
