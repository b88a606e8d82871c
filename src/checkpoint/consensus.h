/* Agreement on a status without waiting inside MPI, with sums over the ranks: what a publication does after its stages.
 *
 *     ntkw_i_consensus_start(&consensus, comm, status, words, n);    // the same calls on every rank, in the same order
 *     while (!ntkw_i_consensus_test(&consensus)) ...                 // something else, or a pause
 *     status = ntkw_i_consensus_verdict(&consensus);
 */
#ifndef NTKW_CHECKPOINT_CONSENSUS_H
#define NTKW_CHECKPOINT_CONSENSUS_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include "checkpoint/stated.h"

typedef struct ntkw_i_consensus {
  MPI_Comm comm;
  MPI_Request requests[2];
  int size;
  long long mine, winner; /* code and rank in one number */
  bool telling;           /* the codes are known; the sentence is under way */
  ntkw_status verdict;
  char sentence[1024];
} ntkw_i_consensus;

/* Collective, without waiting. status: this rank's, with its sentence. words: are replaced by the sums of all ranks'
 * modulo 2^64; they stay in use until the end. */
void ntkw_i_consensus_start(ntkw_i_consensus *consensus, MPI_Comm comm, ntkw_status status, uint64_t words[], int n);

/* Go on as far as the messages of others allow; true: it is over on this rank. Local. */
bool ntkw_i_consensus_test(ntkw_i_consensus *consensus);

/* The largest status of all ranks, and the sentence of the lowest rank that has it; after the end. NTKW_ERR_MPI: MPI
 * failed, the ranks may have different verdicts. Local. */
ntkw_status ntkw_i_consensus_verdict(const ntkw_i_consensus *consensus);

/* A wait that is not one inside MPI: short pauses, and the checkpoint's stall callback when it has taken too long. */
typedef struct ntkw_i_patience {
  const ntkw_checkpoint *checkpoint;
  double start; /* seconds */
  int pauses, calls;
} ntkw_i_patience;
ntkw_i_patience ntkw_i_patience_begin(const ntkw_checkpoint *checkpoint);
void ntkw_i_patience_pause(ntkw_i_patience *patience);

/* All of it: start, wait, verdict. Without a stall callback it waits inside MPI, for which others need not be the
 * same. Collective. */
ntkw_status ntkw_i_agree(const ntkw_checkpoint *checkpoint, ntkw_status status, uint64_t words[], int n);

#endif
