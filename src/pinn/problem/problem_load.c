#include "pinn/problem/problem_load.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

ntkw_status problem_load(MPI_Comm comm, const char *path, problem **out) {
  int rank, length = 0;
  char *text = NULL;
  *out = NULL;
  MPI_Comm_rank(comm, &rank);
  ntkw_status status = ntkw_status_agree(comm, rank == 0 ? problem_read_text(path, &text) : NTKW_SUCCESS);
  if (status != NTKW_SUCCESS) goto out;
  if (rank == 0) length = (int)strlen(text);
  MPI_Bcast(&length, 1, MPI_INT, 0, comm);
  if (rank != 0) text = calloc((size_t)length + 1, 1);
  status = ntkw_status_agree(comm, text ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "%s: out of memory", path));
  if (status != NTKW_SUCCESS) goto out;
  MPI_Bcast(text, length, MPI_CHAR, 0, comm);
  status = ntkw_status_agree(comm, problem_from_lua(path, text, out));
  if (status != NTKW_SUCCESS) problem_destroy(out);
out:
  free(text);
  return status;
}
