/* Names of the codes, the sentence of the last failure, and agreement over the ranks. */
#include "ntkw/status.h"
#include "status/check.h"
#include "status/communicator.h"
#include "status/last_error.h"

#include <stdio.h>

static _Thread_local char last_error[NTKW_I_SENTENCE_LENGTH];

const char *ntkw_status_name(ntkw_status status) {
#define NAME(name, meaning) #name,
  static const char *const names[] = {NTKW_STATUS_LIST(NAME)};
#undef NAME
  return (unsigned)status < NTKW_STATUS_COUNT ? names[status] : "unknown status";
}

const char *ntkw_status_meaning(ntkw_status status) {
#define MEANING(name, meaning) meaning,
  static const char *const meanings[] = {NTKW_STATUS_LIST(MEANING)};
#undef MEANING
  return (unsigned)status < NTKW_STATUS_COUNT ? meanings[status] : "unknown status";
}

const char *ntkw_last_error(void) {
  return last_error;
}

void ntkw_private_set_last_error(const char *text) {
  snprintf(last_error, sizeof last_error, "%s", text);
}

ntkw_status ntkw_status_agree(MPI_Comm comm, ntkw_status local) {
  int rank = 0, size = 0;
  NTKW_TRY(ntkw_i_communicator_check(comm, "the communicator of an agreement"));
  if (MPI_Comm_rank(comm, &rank) != MPI_SUCCESS || MPI_Comm_size(comm, &size) != MPI_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_MPI, "the communicator handed to ntkw_status_agree is not valid");
  /* The code in the high part and the mirrored rank in the low: the largest code wins, then the lowest rank. */
  long long mine = (long long)local * size + (size - 1 - rank), winner = 0;
  if (MPI_Allreduce(&mine, &winner, 1, MPI_LONG_LONG, MPI_MAX, comm) != MPI_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_MPI, "MPI_Allreduce failed while the ranks agreed on a status");
  const ntkw_status verdict = (ntkw_status)(winner / size);
  if (verdict == NTKW_SUCCESS) return verdict;
  if (MPI_Bcast(last_error, NTKW_I_SENTENCE_LENGTH, MPI_CHAR, size - 1 - (int)(winner % size), comm) != MPI_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_MPI, "MPI_Bcast failed while the ranks agreed on a status");
  return verdict;
}
