#include "checkpoint/consensus.h"
#include "base/clock.h"
#include "base/check.h"

#include <stdio.h>
#include <time.h>

enum { QUICK_PAUSES = 100 }; /* before pauses become long */

static void fail_in_mpi(ntkw_i_consensus *consensus) {
  consensus->verdict = NTKW_ERR_MPI;
  snprintf(consensus->sentence, sizeof consensus->sentence, "MPI failed while the ranks agreed on a checkpoint");
}

void ntkw_i_consensus_start(ntkw_i_consensus *consensus, MPI_Comm comm, ntkw_status status, uint64_t words[], int n) {
  int rank = 0;
  *consensus = (ntkw_i_consensus){.comm = comm, .requests = {MPI_REQUEST_NULL, MPI_REQUEST_NULL}};
  if (status != NTKW_SUCCESS) snprintf(consensus->sentence, sizeof consensus->sentence, "%s", ntkw_last_error());
  bool good = MPI_Comm_rank(comm, &rank) == MPI_SUCCESS && MPI_Comm_size(comm, &consensus->size) == MPI_SUCCESS;
  /* as in ntkw_status_agree: the largest code wins, then the lowest rank */
  consensus->mine = (long long)status * consensus->size + (consensus->size - 1 - rank);
  good = good && MPI_Iallreduce(&consensus->mine, &consensus->winner, 1, MPI_LONG_LONG, MPI_MAX, comm,
                                &consensus->requests[0]) == MPI_SUCCESS;
  if (n > 0)
    good = good &&
           MPI_Iallreduce(MPI_IN_PLACE, words, n, MPI_UINT64_T, MPI_SUM, comm, &consensus->requests[1]) == MPI_SUCCESS;
  if (!good) fail_in_mpi(consensus);
}

/* The codes are known: done if all is well, else the sentence of the winner is sent to all. */
static bool go_on_to_the_sentence(ntkw_i_consensus *consensus) {
  const int size = consensus->size, root = size - 1 - (int)(consensus->winner % size);
  consensus->verdict = (ntkw_status)(consensus->winner / size);
  if (consensus->verdict == NTKW_SUCCESS || consensus->telling) return true;
  consensus->telling = true;
  if (MPI_Ibcast(consensus->sentence, sizeof consensus->sentence, MPI_CHAR, root, consensus->comm,
                 &consensus->requests[0]) == MPI_SUCCESS)
    return false;
  fail_in_mpi(consensus);
  return true;
}

/* wait: inside MPI. */
static bool complete(ntkw_i_consensus *consensus, bool wait) {
  for (;;) {
    int done = 1;
    if (consensus->verdict == NTKW_ERR_MPI && !consensus->telling) return true;
    const int failed = wait ? MPI_Waitall(2, consensus->requests, MPI_STATUSES_IGNORE)
                            : MPI_Testall(2, consensus->requests, &done, MPI_STATUSES_IGNORE);
    if (failed != MPI_SUCCESS) {
      fail_in_mpi(consensus);
      return true;
    }
    if (!done) return false;
    if (go_on_to_the_sentence(consensus)) return true;
  }
}

bool ntkw_i_consensus_test(ntkw_i_consensus *consensus) {
  return complete(consensus, false);
}

ntkw_status ntkw_i_consensus_verdict(const ntkw_i_consensus *consensus) {
  if (consensus->verdict == NTKW_SUCCESS) return NTKW_SUCCESS;
  return ntkw_i_fail(consensus->verdict, "%s", consensus->sentence);
}

ntkw_i_patience ntkw_i_patience_begin(const ntkw_checkpoint *checkpoint) {
  return (ntkw_i_patience){.checkpoint = checkpoint, .start = ntkw_i_clock_seconds()};
}

void ntkw_i_patience_pause(ntkw_i_patience *patience) {
  const ntkw_checkpoint *checkpoint = patience->checkpoint;
  const struct timespec pause = {0, patience->pauses < QUICK_PAUSES ? 20000 : 1000000};
  if (patience->pauses < QUICK_PAUSES) patience->pauses++;
  nanosleep(&pause, NULL);
  if (!checkpoint->on_stall) return;
  const double waited = ntkw_i_clock_seconds() - patience->start;
  if (waited < checkpoint->stall_seconds * (patience->calls + 1)) return;
  patience->calls = (int)(waited / checkpoint->stall_seconds);
  checkpoint->on_stall(checkpoint->stall_data, waited);
}

ntkw_status ntkw_i_agree(const ntkw_checkpoint *checkpoint, ntkw_status status, uint64_t words[], int n) {
  ntkw_i_consensus consensus;
  ntkw_i_consensus_start(&consensus, checkpoint->comm, status, words, n);
  if (!checkpoint->on_stall) {
    complete(&consensus, true);
    return ntkw_i_consensus_verdict(&consensus);
  }
  ntkw_i_patience patience = ntkw_i_patience_begin(checkpoint);
  while (!ntkw_i_consensus_test(&consensus)) ntkw_i_patience_pause(&patience);
  return ntkw_i_consensus_verdict(&consensus);
}
