/* New norms and weights from the reduced moments: the same bits on every rank. */
#ifndef NTKW_WEIGHTING_RENEW_H
#define NTKW_WEIGHTING_RENEW_H

#include "ntkw/weighting.h"

/* Take over norms and the other moments of the conditions that were added to. Local. */
void ntkw_i_renew_moments(ntkw_weighting *weighting);

/* Evaluate the rule over the conditions that take part, of which there is one at least, into workspace.target and
 * workspace.taking_part, *n of them. Local, but collective under a rule of the user's own; to be called in the default
 * floating-point environment. Returns NTKW_SUCCESS; NTKW_ZERO_NORM with a sentence as ntkw_weighting_update says (*n
 * may be 0); what a rule of the user's own returned. */
ntkw_status ntkw_i_evaluate(ntkw_weighting *weighting, int *n);

/* w <- alpha w + (1 - alpha) target for the n conditions of the workspace. Local. */
void ntkw_i_smooth(ntkw_weighting *weighting, int n);

#endif
