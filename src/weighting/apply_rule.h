/* Compute norms and weights from the reduced moments. The bits are the same on every rank. */
#ifndef NTKW_WEIGHTING_APPLY_RULE_H
#define NTKW_WEIGHTING_APPLY_RULE_H

#include "ntkw/weighting.h"

/* Store the norms and other moments of each condition that some rank added to. Local. */
void ntkw_i_apply_moments(ntkw_weighting *weighting);

/* Evaluate the rule over the conditions that take part (at least one). Local; collective if the rule is the user's.
 * Call it in the default floating-point environment. Results: *n targets in workspace.target, their conditions in
 * workspace.taking_part. Returns NTKW_SUCCESS; NTKW_ZERO_NORM with a message (see ntkw_weighting_update; *n may be 0);
 * the status of the user's rule. */
ntkw_status ntkw_i_evaluate(ntkw_weighting *weighting, int *n);

/* weight <- alpha weight + (1 - alpha) target for the n conditions of the workspace. Local. */
void ntkw_i_smooth(ntkw_weighting *weighting, int n);

#endif
