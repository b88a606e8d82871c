#include "ranks/comm.h"
#include "status/communicator.h"

ntkw_status ntkw_i_comm_duplicate(MPI_Comm comm, MPI_Comm *own) {
  *own = MPI_COMM_NULL;
  NTKW_TRY(ntkw_i_communicator_check(comm, "the communicator of a checkpoint"));
  int rank;
  MPI_TRY(MPI_Comm_rank(comm, &rank));
  MPI_TRY(MPI_Comm_split(comm, 0, rank, own));
  MPI_TRY(MPI_Comm_set_errhandler(*own, MPI_ERRORS_RETURN));
  return NTKW_SUCCESS;
}
