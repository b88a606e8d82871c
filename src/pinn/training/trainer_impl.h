/* What a trainer holds: for the files that make up the trainer, and for no other. */
#ifndef NTKW_PINN_TRAINER_IMPL_H
#define NTKW_PINN_TRAINER_IMPL_H

#include "pinn/training/gradient_engine.h"
#include "pinn/training/sharding.h"
#include "pinn/training/trainer.h"

struct trainer {
  MPI_Comm comm;
  int rank, size;
  const problem *pde;
  model *model;
  sum_order order;
  chunk_plan plan;
  group_layout combined, separate;
  sharding *sharding;
  gradient_engine *engine;
  ntkw_weighting *weighting;
  ntkw_recording *recording; /* NULL: nothing is recorded */
  int64_t step, n_parameters, count;
  blow_up blow_up;
  size_t width;
  const optimizer_ops *ops;     /* of the optimizer */
  void *optimizer;              /* what it keeps */
  int64_t optimizer_since;      /* the first step that it does: not 0 if the run began with another one */
  void *parameters, *total;     /* shards: the parameters, and their gradient */
  void *shards[MAX_CONDITIONS]; /* of the conditions' gradients */
  void *all;                    /* all parameters */
  ntkw_sum losses[MAX_CONDITIONS];
  partial_sums partials[MAX_CONDITIONS];
  int64_t *message;
  double loss[MAX_CONDITIONS], unit_weights[MAX_CONDITIONS];
};

/* The losses of all ranks, and whether one was asked to stop (NULL: nobody is asked), in one reduction; a rank in
 * trouble takes part and is heard. Collective. @return the same on every rank: the trouble, or NTKW_ERR_MPI. */
ntkw_status trainer_reduce(trainer *t, ntkw_status made, bool *stop);
/* The mean of r^2 over the points and equations of a condition, after trainer_reduce. */
double trainer_mean_loss(const trainer *t, int c);
/* A partial_ready_callback that has nodes sent; context: the sharding. */
void trainer_send_ready(void *shards, int group, const partial_sums *partial, int n_final);
/* What the optimizer may ask in the step under way: at the parameters and losses there, with the gradient in total. */
objective trainer_objective(trainer *t);

static inline shard_layout trainer_layout(const trainer *t) {
  return (shard_layout){t->n_parameters, sharding_offset(t->sharding), t->count, t->pde->network.precision};
}

#endif
