/* Validate the reduced message: the same status and the same error message on every rank. */
#ifndef NTKW_WEIGHTING_VALIDATE_H
#define NTKW_WEIGHTING_VALIDATE_H

#include <stdbool.h>
#include "ntkw/weighting.h"

/* Check a reduced message whose moments are unpacked in weighting->reduced. Local; nothing is changed.
 *
 * due: will the rule be evaluated? Returns the largest code that applies of NTKW_ERR_DISAGREE, NTKW_ERR_ARGUMENT,
 * NTKW_ERR_COUNT, NTKW_ERR_NOT_FINITE, NTKW_ERR_ABSENT (only if due); otherwise NTKW_SUCCESS. */
ntkw_status ntkw_i_validate(const ntkw_weighting *weighting, bool due);

/* Whether this condition has all moments that the rule needs. Local. */
bool ntkw_i_takes_part(const ntkw_weighting *weighting, int condition);

#endif
