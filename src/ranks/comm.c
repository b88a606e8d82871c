#include "ranks/comm.h"

bool ntkw_i_mpi_is_over(void) {
  int over = 0;
  return MPI_Finalized(&over) == MPI_SUCCESS && over;
}

ntkw_status ntkw_i_communicator_check(MPI_Comm comm, const char *what) {
  int ready = 0, between_groups = 0;
  NTKW_CHECK(MPI_Initialized(&ready) == MPI_SUCCESS && ready, NTKW_ERR_MPI,
             "%s cannot be used before MPI_Init; expected MPI_Init first", what);
  NTKW_CHECK(!ntkw_i_mpi_is_over(), NTKW_ERR_MPI, "%s cannot be used after MPI_Finalize", what);
  NTKW_CHECK(comm != MPI_COMM_NULL, NTKW_ERR_ARGUMENT, "%s is MPI_COMM_NULL; expected an intracommunicator", what);
  NTKW_CHECK(MPI_Comm_test_inter(comm, &between_groups) == MPI_SUCCESS, NTKW_ERR_MPI, "%s is not valid", what);
  NTKW_CHECK(!between_groups, NTKW_ERR_ARGUMENT,
             "%s is an intercommunicator; expected an intracommunicator (MPI_Intercomm_merge makes one)", what);
  return NTKW_SUCCESS;
}

void ntkw_i_communicator_free(MPI_Comm *comm) {
  if (*comm != MPI_COMM_NULL && !ntkw_i_mpi_is_over()) MPI_Comm_free(comm);
  *comm = MPI_COMM_NULL;
}

ntkw_status ntkw_i_comm_duplicate(MPI_Comm comm, const char *what, MPI_Comm *own) {
  *own = MPI_COMM_NULL;
  NTKW_TRY(ntkw_i_communicator_check(comm, what));
  int rank;
  MPI_TRY(MPI_Comm_rank(comm, &rank));
  MPI_TRY(MPI_Comm_split(comm, 0, rank, own));
  MPI_TRY(MPI_Comm_set_errhandler(*own, MPI_ERRORS_RETURN));
  return NTKW_SUCCESS;
}
