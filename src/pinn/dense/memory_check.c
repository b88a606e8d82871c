#include "pinn/dense/memory_check.h"
#include "ranks/comm.h"

#include <unistd.h>

static double physical_memory(void) {
#if defined(_SC_PHYS_PAGES) && defined(_SC_PAGESIZE)
  const double pages = (double)sysconf(_SC_PHYS_PAGES), size = (double)sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? pages * size : 0.0;
#else
  return 0.0;
#endif
}

ntkw_status memory_check_find(MPI_Comm comm, double bytes, double *needed, double *available) {
  struct {
    double share;
    int rank;
  } worst;
  double amounts[2] = {0.0, physical_memory()};
  MPI_Comm node;
  MPI_TRY(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  const int summed = MPI_Allreduce(&bytes, &amounts[0], 1, MPI_DOUBLE, MPI_SUM, node);
  MPI_Comm_free(&node);
  MPI_Comm_rank(comm, &worst.rank);
  worst.share = amounts[1] > 0.0 ? amounts[0] / amounts[1] : 0.0;
  MPI_TRY(summed);
  MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, &worst, 1, MPI_DOUBLE_INT, MPI_MAXLOC, comm));
  MPI_TRY(MPI_Bcast(amounts, 2, MPI_DOUBLE, worst.rank, comm));
  *needed = amounts[0];
  *available = amounts[1];
  return NTKW_SUCCESS;
}
