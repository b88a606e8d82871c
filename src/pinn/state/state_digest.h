/* Digests of the whole state of a run, one for each tensor. Two runs with the same arithmetic have equal digests at
 * every step, for any number of ranks and threads and for all kernels. Otherwise the first step and the first tensor
 * that differ show where to look.
 *
 * The formula is that of the arrays of checkpoints (base/digest.h). The digest of a tensor is the sum of the
 * digests of its shards. */
#ifndef NTKW_PINN_STATE_DIGEST_H
#define NTKW_PINN_STATE_DIGEST_H

#include "pinn/training/history.h"
#include "pinn/training/trainer.h"

/* Losses, weights, history; for every tensor of the model its parameters and up to two arrays of the optimizer. */
enum { MAX_SHARDED = 3, MAX_TENSORS = 3 + MAX_SHARDED * MAX_NETWORK_TENSORS };

typedef struct tensor_digest {
  char name[TENSOR_NAME]; /* such as "losses", "layer0.weights", "layer0.weights.moment1" */
  uint64_t value;
} tensor_digest;

typedef struct state_digest {
  int n;
  tensor_digest tensors[MAX_TENSORS];
} state_digest;

/* Compute the digests of the current state in the order in which a step computes the tensors: losses, weights, then
 * parameters and the optimizer's arrays layer by layer, then the history. NaN and -0.0 count by their bits. Collective:
 * one MPI_Allreduce.
 *
 * @param[in] past  NULL: without a digest of the history.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT (the state has too many arrays), NTKW_ERR_MPI. */
ntkw_status state_digest_make(trainer *t, const problem *pde, history *past, state_digest *out);

#endif
