/* Whether the memory of a computer is enough for all ranks that run there. */
#ifndef NTKW_PINN_MEMORY_CHECK_H
#define NTKW_PINN_MEMORY_CHECK_H

#include <mpi.h>
#include "ntkw/status.h"

/* Find the computer that lacks most. Collective.
 * @param[in]  bytes  that this rank needs.
 * @param[out] needed, available  bytes that all ranks of the computer with the largest share of its memory need, and
 *                    that it has; the same on every rank. available is 0 if no system tells.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_MPI. */
ntkw_status memory_check_find(MPI_Comm comm, double bytes, double *needed, double *available);

#endif
