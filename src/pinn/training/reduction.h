/* The small reduction of every step: exact losses of all conditions, and flags. Collective. */
#ifndef NTKW_PINN_REDUCTION_H
#define NTKW_PINN_REDUCTION_H

#include <mpi.h>
#include "ntkw/sum.h"

enum { MAX_FLAGS = 2 };

/* Reduce n float64-range sums in place (value and non-finite count are then those of all ranks), and each of n_flags
 * flags to the number of ranks on which it was set. message: scratch of sums_message_size(n) values, owned by the
 * caller. */
ntkw_status sums_reduce(MPI_Comm comm, ntkw_sum sums[], int n, int64_t flags[], int n_flags, int64_t *message);

/* Number of int64 values of the message. */
size_t sums_message_size(int n);

#endif
