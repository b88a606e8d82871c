/* The small reduction of every step: exact losses of all conditions, and flags. Collective. */
#ifndef NTKW_PINN_REDUCTION_H
#define NTKW_PINN_REDUCTION_H

#include <mpi.h>
#include <stdbool.h>
#include "ntkw/sum.h"

/* Reduce n float64-range sums in place (value and non-finite count are then those of all ranks), and *flag to whether
 * it was set on any rank. message: scratch of sums_message_size(n) values, owned by the caller. */
ntkw_status sums_reduce(MPI_Comm comm, ntkw_sum sums[], int n, bool *flag, int64_t *message);

/* Number of int64 values of the message. */
size_t sums_message_size(int n);

#endif
