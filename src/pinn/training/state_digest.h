/* Digests of the whole state of a run, tensor by tensor: two runs that do the same arithmetic have equal ones at every
 * step, however many ranks, whichever kernels and threads they have; if not, the first step and the first tensor that
 * differ tell where to look.
 *
 * The formula is that of the checkpoint's arrays (checkpoint/digest.h): the digests of shards add up to the tensor's. */
#ifndef NTKW_PINN_STATE_DIGEST_H
#define NTKW_PINN_STATE_DIGEST_H

#include "pinn/training/history.h"
#include "pinn/training/trainer.h"

/* Losses, weights, history; of every tensor of the model the parameters and up to two arrays of the optimizer. */
enum { MAX_SHARDED = 3, MAX_TENSORS = 3 + MAX_SHARDED * MAX_NETWORK_TENSORS };

typedef struct tensor_digest {
  char name[TENSOR_NAME]; /* such as "losses", "layer0.weights", "layer0.weights.moment1" */
  uint64_t value;
} tensor_digest;

typedef struct state_digest {
  int n;
  tensor_digest tensors[MAX_TENSORS];
} state_digest;

/* The digests of the state as it is, in the order in which a step makes the tensors: losses, weights, then parameters
 * and the optimizer's arrays layer by layer, then the history. NaN and -0.0 count by their bits. Collective: one MPI_Allreduce.
 * @param[in] past  NULL: there is no history, and no digest of it.
 * @return the same on every rank: NTKW_SUCCESS or NTKW_ERR_MPI. */
ntkw_status state_digest_make(trainer *t, const problem *pde, history *past, state_digest *out);

/* The first tensor that differs, by name or value, or -1. Local. */
int state_digest_first_difference(const state_digest *a, const state_digest *b);

#endif
