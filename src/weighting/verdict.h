/* What the ranks conclude from the reduced message: the same code and the same sentence on every rank. */
#ifndef NTKW_WEIGHTING_VERDICT_H
#define NTKW_WEIGHTING_VERDICT_H

#include <stdbool.h>
#include "ntkw/weighting.h"

/* Judge a reduced message whose moments are unpacked in weighting->reduced. Local; nothing is changed.
 *
 * due: are the weights to be renewed? Returns the largest code that applies of NTKW_ERR_DISAGREE, NTKW_ERR_ARGUMENT,
 * NTKW_ERR_COUNT, NTKW_ERR_NOT_FINITE, NTKW_ERR_ABSENT (only if due); else NTKW_SUCCESS. */
ntkw_status ntkw_i_verdict(const ntkw_weighting *weighting, bool due);

/* Has this condition all moments that the rule needs? */
bool ntkw_i_takes_part(const ntkw_weighting *weighting, int condition);

#endif
