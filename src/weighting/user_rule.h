/* The user's rule: rank 0 evaluates it and broadcasts the result, every rank checks the result. */
#ifndef NTKW_WEIGHTING_USER_RULE_H
#define NTKW_WEIGHTING_USER_RULE_H

#include "ntkw/weighting.h"

/* Evaluate the user's rule on rank 0 for the n conditions in workspace.taking_part, and store its targets
 * (workspace.target) and its memory on every rank. Collective (one MPI_Bcast). Returns the same on every rank:
 * NTKW_SUCCESS, the code of the user's function, NTKW_ERR_NOT_FINITE (a target or the memory is not finite),
 * NTKW_ERR_MPI. On error the memory is unchanged. */
ntkw_status ntkw_i_user_rule_targets(ntkw_weighting *weighting, int n);

#endif
