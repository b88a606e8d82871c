/* Do the parts of all ranks cover the first dimension of an array exactly once? */
#ifndef NTKW_CHECKPOINT_PARTS_H
#define NTKW_CHECKPOINT_PARTS_H

#include <mpi.h>
#include <stdint.h>
#include "ntkw/status.h"

/* Collective. The parts may lie in any order over the ranks; of an empty one (count 0) the offset does not matter.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT, naming the array and the first gap or overlap, or
 * the part that leaves [0, n); NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_parts_cover(MPI_Comm comm, const char *array, int64_t n, int64_t offset, int64_t count);

#endif
