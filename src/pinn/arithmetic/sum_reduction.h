/* Exact sums over the ranks, such as the losses of a step, and flags. */
#ifndef NTKW_PINN_SUM_REDUCTION_H
#define NTKW_PINN_SUM_REDUCTION_H

#include <mpi.h>
#include "ntkw/sum.h"

enum { MAX_FLAGS = 2 };

/* Add up n sums and n_flags flags over the ranks. Collective: one MPI_Allreduce.
 *
 * @param[in,out] sums     n sums in the range of float64: value and count of non-finite terms.
 * @param[in,out] flags    on return, the number of ranks on which each flag was set.
 * @param         message  scratch of sums_message_size(n) values, owned by the caller.
 * @return NTKW_SUCCESS or NTKW_ERR_MPI. */
ntkw_status sums_reduce(MPI_Comm comm, ntkw_sum sums[], int n, int64_t flags[], int n_flags, int64_t *message);

/* Number of int64 values of the message. Not collective. */
size_t sums_message_size(int n);

#endif
