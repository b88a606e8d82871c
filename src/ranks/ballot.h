/* The status and the rank of a rank in one number, so that a reduction by MPI_MAX finds the largest status, and of the
 * ranks that have it the lowest. Local. */
#ifndef NTKW_RANKS_BALLOT_H
#define NTKW_RANKS_BALLOT_H

#include "ntkw/status.h"

/* The status in the high part, the mirrored rank in the low part. */
static inline long long ntkw_i_ballot(ntkw_status status, int rank, int size) {
  return (long long)status * size + (size - 1 - rank);
}

static inline ntkw_status ntkw_i_ballot_status(long long ballot, int size) {
  return (ntkw_status)(ballot / size);
}

static inline int ntkw_i_ballot_rank(long long ballot, int size) {
  return size - 1 - (int)(ballot % size);
}

#endif
