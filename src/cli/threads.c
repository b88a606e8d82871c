#include "cli/threads.h"
#include "base/check.h"

static ntkw_status check_support(int n) {
  int level = MPI_THREAD_SINGLE;
  MPI_Query_thread(&level);
  NTKW_CHECK(n == 1 || level >= MPI_THREAD_FUNNELED, NTKW_ERR_MPI,
             "%d threads a rank were asked for, but this MPI provides less than MPI_THREAD_FUNNELED", n);
  return NTKW_SUCCESS;
}

ntkw_status set_threads(trainer *t, int64_t wanted) {
  const int n = wanted > 0 ? (int)wanted : thread_pool_size_wanted();
  NTKW_TRY(ntkw_status_agree(trainer_comm(t), check_support(n)));
  int most;
  MPI_Allreduce(&n, &most, 1, MPI_INT, MPI_MAX, trainer_comm(t));
  return most == 1 ? NTKW_SUCCESS : trainer_set_threads(t, n);
}
