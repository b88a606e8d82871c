#include "checkpoint/agreement.h"
#include "checkpoint/packet.h"
#include "ranks/communicator.h"

#include <string.h>

ntkw_status ntkw_i_plain_communicator(MPI_Comm comm, MPI_Comm *plain) {
  *plain = MPI_COMM_NULL;
  NTKW_TRY(ntkw_i_communicator_check(comm, "the communicator of a checkpoint"));
  int rank;
  MPI_TRY(MPI_Comm_rank(comm, &rank));
  MPI_TRY(MPI_Comm_split(comm, 0, rank, plain));
  MPI_TRY(MPI_Comm_set_errhandler(*plain, MPI_ERRORS_RETURN));
  return NTKW_SUCCESS;
}

static ntkw_status compare(MPI_Comm comm, const char *what, const char *text, const char *first) {
  int rank;
  MPI_TRY(MPI_Comm_rank(comm, &rank));
  NTKW_CHECK(strcmp(text, first) == 0, NTKW_ERR_DISAGREE,
             "%s differs over the ranks: \"%s\" on rank %d, \"%s\" on rank 0", what, text, rank, first);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_same_text(MPI_Comm comm, const char *what, const char *text) {
  ntkw_status status = NTKW_SUCCESS;
  if (!text || !*text) status = ntkw_i_fail(NTKW_ERR_ARGUMENT, "%s is %s", what, text ? "empty" : "NULL");
  NTKW_TRY(ntkw_status_agree(comm, status));
  ntkw_i_packet first = {0};
  ntkw_i_packet_put_text(&first, text);
  status = ntkw_i_packet_broadcast(&first, comm);
  if (status == NTKW_SUCCESS)
    status = ntkw_status_agree(comm, compare(comm, what, text, ntkw_i_packet_get_text(&first)));
  ntkw_i_packet_free(&first);
  return status;
}
