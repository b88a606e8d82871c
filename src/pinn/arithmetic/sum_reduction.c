#include "pinn/arithmetic/sum_reduction.h"
#include "base/check.h"

#include <string.h>

enum { LIMBS = NTKW_SUM_LIMBS_FLOAT64, VALUES_PER_SUM = LIMBS + 1 };

size_t sums_message_size(int n) {
  return (size_t)n * VALUES_PER_SUM + MAX_FLAGS;
}

ntkw_status sums_reduce(MPI_Comm comm, ntkw_sum sums[], int n, int64_t flags[], int n_flags, int64_t *message) {
  int64_t *next = message;
  for (int i = 0; i < n; i++) {
    ntkw_sum_normalise(&sums[i]);
    memcpy(next, sums[i].limb, LIMBS * sizeof *next);
    next[LIMBS] = sums[i].not_finite;
    next += VALUES_PER_SUM;
  }
  for (int i = 0; i < MAX_FLAGS; i++) next[i] = i < n_flags && flags[i];
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, message, (int)sums_message_size(n), MPI_INT64_T, MPI_SUM, comm) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Allreduce of exact sums failed");
  next = message;
  for (int i = 0; i < n; i++, next += VALUES_PER_SUM) {
    ntkw_sum_from_limbs(&sums[i], next);
    sums[i].not_finite = next[LIMBS];
  }
  for (int i = 0; i < n_flags; i++) flags[i] = next[i];
  return NTKW_SUCCESS;
}
