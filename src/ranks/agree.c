/* The ranks agree on a status. */
#include "base/check.h"
#include "base/failure.h"
#include "ranks/ballot.h"
#include "ranks/comm.h"

ntkw_status ntkw_status_agree(MPI_Comm comm, ntkw_status local) {
  int rank = 0, size = 0;
  NTKW_TRY(ntkw_i_communicator_check(comm, "the communicator of an agreement"));
  if (MPI_Comm_rank(comm, &rank) != MPI_SUCCESS || MPI_Comm_size(comm, &size) != MPI_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_MPI, "the communicator handed to ntkw_status_agree is not valid");
  long long mine = ntkw_i_ballot(local, rank, size), winner = 0;
  if (MPI_Allreduce(&mine, &winner, 1, MPI_LONG_LONG, MPI_MAX, comm) != MPI_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_MPI, "MPI_Allreduce failed while the ranks agreed on a status");
  ntkw_i_failure verdict = {0};
  if (ntkw_i_failure_keep(&verdict, ntkw_i_ballot_status(winner, size)) == NTKW_SUCCESS) return NTKW_SUCCESS;
  if (MPI_Bcast(verdict.message, sizeof verdict.message, MPI_CHAR, ntkw_i_ballot_rank(winner, size), comm) !=
      MPI_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_MPI, "MPI_Bcast failed while the ranks agreed on a status");
  return ntkw_i_failure_report(&verdict);
}
