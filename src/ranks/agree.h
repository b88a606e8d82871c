/* Agree on a status, and add up numbers over the ranks, without blocking in MPI. The verdict is that of
 * ntkw_status_agree (ntkw/status.h), which blocks.
 *
 *     ntkw_i_agree_start(&agreement, comm, status, sums, n);       // the same calls in the same order on every rank
 *     while (!ntkw_i_agree_test(&agreement)) ...                   // other work, or a pause
 *     status = ntkw_i_agree_verdict(&agreement);
 */
#ifndef NTKW_RANKS_AGREE_H
#define NTKW_RANKS_AGREE_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/failure.h"
#include "ntkw/checkpoint.h"

typedef struct ntkw_i_agreement {
  MPI_Comm comm;
  MPI_Request requests[2];
  int size;
  long long mine, winner; /* ballots */
  bool sends_message;     /* the codes are known; the message of the winner is being broadcast */
  ntkw_i_failure verdict; /* before the codes are known, its message is that of this rank */
} ntkw_i_agreement;

/* Start. Collective, does not block.
 *
 * @param[in]     status  This rank's status; its message is ntkw_last_error().
 * @param[in,out] sums    n numbers, replaced by their sums over the ranks modulo 2^64; in use until the end. */
void ntkw_i_agree_start(ntkw_i_agreement *agreement, MPI_Comm comm, ntkw_status status, uint64_t sums[], int n);

/* Make progress without blocking. Not collective; true: complete on this rank. */
bool ntkw_i_agree_test(ntkw_i_agreement *agreement);

/* The result of a complete agreement. Not collective. @return the largest status of all ranks, with the message of the
 * lowest rank that has it; NTKW_ERR_MPI: MPI failed, and the ranks may have different results. */
ntkw_status ntkw_i_agree_verdict(const ntkw_i_agreement *agreement);

/* Whom to call when a wait takes longer than this many seconds: ntkw_checkpoint_set_stall. */
typedef struct ntkw_i_stall_options {
  ntkw_stall on_stall; /* NULL: nobody */
  double seconds;
  void *data;
} ntkw_i_stall_options;

/* Poll with short sleeps instead of blocking in MPI, and report a stall after too long. Not collective. */
typedef struct ntkw_i_stall_timer {
  const ntkw_i_stall_options *options; /* borrowed */
  double start;                        /* seconds */
  int pauses, reports;
} ntkw_i_stall_timer;
ntkw_i_stall_timer ntkw_i_stall_timer_start(const ntkw_i_stall_options *options);
void ntkw_i_stall_timer_pause(ntkw_i_stall_timer *timer);

/* Agree and wait for the end. Collective. Without a stall callback this rank blocks in MPI; other ranks may have one.
 */
ntkw_status ntkw_i_agree(MPI_Comm comm, const ntkw_i_stall_options *stall, ntkw_status status, uint64_t sums[], int n);

#endif
