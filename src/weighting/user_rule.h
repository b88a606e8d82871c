/* A rule of the user's own: evaluated on rank 0, broadcast, judged alike by all. */
#ifndef NTKW_WEIGHTING_OWN_H
#define NTKW_WEIGHTING_OWN_H

#include "ntkw/weighting.h"

/* Let rank 0 make targets for the n conditions in workspace.taking_part, and take them over on every rank:
 * workspace.target, and the rule's memory. Collective (one MPI_Bcast). Returns the same on every rank: NTKW_SUCCESS,
 * the code of the user's function, NTKW_ERR_NOT_FINITE (a target or the memory is not finite), NTKW_ERR_MPI; on error
 * the memory is unchanged. */
ntkw_status ntkw_i_own_targets(ntkw_weighting *weighting, int n);

#endif
