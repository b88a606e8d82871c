#include "ranks/agree.h"
#include "base/check.h"
#include "base/clock.h"
#include "ranks/comm.h"

#include <time.h>

enum { QUICK_PAUSES = 100 }; /* before pauses become long */

/* The status and the rank of a rank in one number, so that a reduction by MPI_MAX finds the largest status, and of the
 * ranks that have it the lowest: the status in the high part, the mirrored rank in the low part. */
static long long ballot_of(ntkw_status status, int rank, int size) {
  return (long long)status * size + (size - 1 - rank);
}

static ntkw_status status_of(long long ballot, int size) {
  return (ntkw_status)(ballot / size);
}

static int rank_of(long long ballot, int size) {
  return size - 1 - (int)(ballot % size);
}

ntkw_status ntkw_status_agree(MPI_Comm comm, ntkw_status local) {
  int rank = 0, size = 0;
  NTKW_TRY(ntkw_i_communicator_check(comm, "the communicator of an agreement"));
  if (MPI_Comm_rank(comm, &rank) != MPI_SUCCESS || MPI_Comm_size(comm, &size) != MPI_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_MPI, "the communicator handed to ntkw_status_agree is not valid");
  long long mine = ballot_of(local, rank, size), winner = 0;
  if (MPI_Allreduce(&mine, &winner, 1, MPI_LONG_LONG, MPI_MAX, comm) != MPI_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_MPI, "MPI_Allreduce failed while the ranks agreed on a status");
  ntkw_i_failure verdict = {0};
  if (ntkw_i_failure_keep(&verdict, status_of(winner, size)) == NTKW_SUCCESS) return NTKW_SUCCESS;
  if (MPI_Bcast(verdict.message, sizeof verdict.message, MPI_CHAR, rank_of(winner, size), comm) != MPI_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_MPI, "MPI_Bcast failed while the ranks agreed on a status");
  return ntkw_i_failure_report(&verdict);
}

static void fail_in_mpi(ntkw_i_agreement *agreement) {
  ntkw_i_failure_keep(&agreement->verdict, ntkw_i_fail(NTKW_ERR_MPI, "MPI failed while the ranks agreed on a status"));
}

void ntkw_i_agree_start(ntkw_i_agreement *agreement, MPI_Comm comm, ntkw_status status, uint64_t sums[], int n) {
  int rank = 0;
  *agreement = (ntkw_i_agreement){.comm = comm, .requests = {MPI_REQUEST_NULL, MPI_REQUEST_NULL}};
  ntkw_i_failure_keep(&agreement->verdict, status);
  agreement->verdict.status = NTKW_SUCCESS;
  bool good = MPI_Comm_rank(comm, &rank) == MPI_SUCCESS && MPI_Comm_size(comm, &agreement->size) == MPI_SUCCESS;
  agreement->mine = ballot_of(status, rank, agreement->size);
  good = good && MPI_Iallreduce(&agreement->mine, &agreement->winner, 1, MPI_LONG_LONG, MPI_MAX, comm,
                                &agreement->requests[0]) == MPI_SUCCESS;
  if (n > 0)
    good = good &&
           MPI_Iallreduce(MPI_IN_PLACE, sums, n, MPI_UINT64_T, MPI_SUM, comm, &agreement->requests[1]) == MPI_SUCCESS;
  if (!good) fail_in_mpi(agreement);
}

/* The codes are known. true: complete; false: the winner's message is on its way to all ranks. */
static bool broadcast_message(ntkw_i_agreement *agreement) {
  ntkw_i_failure *verdict = &agreement->verdict;
  const int root = rank_of(agreement->winner, agreement->size);
  verdict->status = status_of(agreement->winner, agreement->size);
  if (verdict->status == NTKW_SUCCESS || agreement->sends_message) return true;
  agreement->sends_message = true;
  if (MPI_Ibcast(verdict->message, sizeof verdict->message, MPI_CHAR, root, agreement->comm, &agreement->requests[0]) ==
      MPI_SUCCESS)
    return false;
  fail_in_mpi(agreement);
  return true;
}

/* wait: block in MPI. */
static bool complete(ntkw_i_agreement *agreement, bool wait) {
  for (;;) {
    int done = 1;
    if (agreement->verdict.status == NTKW_ERR_MPI && !agreement->sends_message) return true;
    const int failed = wait ? MPI_Waitall(2, agreement->requests, MPI_STATUSES_IGNORE)
                            : MPI_Testall(2, agreement->requests, &done, MPI_STATUSES_IGNORE);
    if (failed != MPI_SUCCESS) {
      fail_in_mpi(agreement);
      return true;
    }
    if (!done) return false;
    if (broadcast_message(agreement)) return true;
  }
}

bool ntkw_i_agree_test(ntkw_i_agreement *agreement) {
  return complete(agreement, false);
}

ntkw_status ntkw_i_agree_verdict(const ntkw_i_agreement *agreement) {
  return ntkw_i_failure_report(&agreement->verdict);
}

ntkw_i_stall_timer ntkw_i_stall_timer_start(const ntkw_i_stall_options *options) {
  return (ntkw_i_stall_timer){.options = options, .start = ntkw_i_clock_seconds()};
}

void ntkw_i_stall_timer_pause(ntkw_i_stall_timer *timer) {
  const ntkw_i_stall_options *options = timer->options;
  const struct timespec pause = {0, timer->pauses < QUICK_PAUSES ? 20000 : 1000000};
  if (timer->pauses < QUICK_PAUSES) timer->pauses++;
  nanosleep(&pause, NULL);
  if (!options->on_stall) return;
  const double waited = ntkw_i_clock_seconds() - timer->start;
  if (waited < options->seconds * (timer->reports + 1)) return;
  timer->reports = (int)(waited / options->seconds);
  options->on_stall(options->data, waited);
}

ntkw_status ntkw_i_agree(MPI_Comm comm, const ntkw_i_stall_options *stall, ntkw_status status, uint64_t sums[], int n) {
  ntkw_i_agreement agreement;
  ntkw_i_agree_start(&agreement, comm, status, sums, n);
  if (!stall->on_stall) {
    complete(&agreement, true);
    return ntkw_i_agree_verdict(&agreement);
  }
  ntkw_i_stall_timer timer = ntkw_i_stall_timer_start(stall);
  while (!ntkw_i_agree_test(&agreement)) ntkw_i_stall_timer_pause(&timer);
  return ntkw_i_agree_verdict(&agreement);
}
