/* Validate the reduced message: the same status and the same error message on every rank. */
#ifndef NTKW_WEIGHTING_VALIDATE_H
#define NTKW_WEIGHTING_VALIDATE_H

#include <stdbool.h>
#include "ntkw/weighting.h"

/* Check a reduced message whose moments are unpacked in weighting->reduced. Not collective; nothing is changed.
 *
 * due: whether the rule will be evaluated. Returns the first code that applies of NTKW_ERR_DISAGREE, NTKW_ERR_ARGUMENT,
 * NTKW_ERR_COUNT, NTKW_ERR_NOT_FINITE, NTKW_ERR_ABSENT (only if due); otherwise NTKW_SUCCESS. */
ntkw_status ntkw_i_validate(const ntkw_weighting *weighting, bool due);

/* Whether all moments that the rule needs were added to this condition. Not collective. */
bool ntkw_i_takes_part(const ntkw_weighting *weighting, int condition);

#endif
