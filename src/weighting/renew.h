/* New norms and weights from the reduced moments. Pure arithmetic, the same bits on every rank. */
#ifndef NTKW_WEIGHTING_RENEW_H
#define NTKW_WEIGHTING_RENEW_H

#include "ntkw/weighting.h"

/* Take over norms and traces of the conditions that were added to. Local. */
void ntkw_i_renew_norms(ntkw_weighting *weighting);

/* Evaluate the rule over the conditions that take part, of which there is one at least, and smooth:
 * w <- alpha w + (1 - alpha) target. Local; to be called in the default floating-point environment.
 * Returns NTKW_SUCCESS, or NTKW_ZERO_NORM with a sentence as ntkw_weighting_update says. */
ntkw_status ntkw_i_renew_weights(ntkw_weighting *weighting);

#endif
