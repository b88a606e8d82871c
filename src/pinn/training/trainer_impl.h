/* The trainer's members and private functions. Only the files of the trainer include this header. */
#ifndef NTKW_PINN_TRAINER_IMPL_H
#define NTKW_PINN_TRAINER_IMPL_H

#include "pinn/training/gradient_engine.h"
#include "pinn/training/sharding.h"
#include "pinn/training/trainer.h"

typedef struct trainer_squares trainer_squares; /* trainer_least_squares.c */

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
  ntkw_recording *recording; /* NULL: no recording */
  int64_t step, n_parameters, count;
  blow_up blow_up;
  size_t width;
  const optimizer_ops *ops;         /* table of the optimizer */
  void *optimizer;                  /* state of the optimizer */
  trainer_squares *squares;         /* NULL: the optimizer does not need them */
  int64_t optimizer_since;          /* its first step; not 0 if the run began with another optimizer */
  void *parameters, *total;         /* shards of the parameters and of their gradient */
  const void *sums[MAX_CONDITIONS]; /* shards of the gradients that were exchanged: of the conditions or of the total */
  void *all;                        /* all parameters */
  ntkw_sum losses[MAX_CONDITIONS];
  partial_sums partials[MAX_CONDITIONS];
  int64_t *message;
  double loss[MAX_CONDITIONS], unit_weights[MAX_CONDITIONS];
};

/* Distribute chunks over ranks and threads, and create engine and sharding. Collective. @return the same on every
 * rank. */
ntkw_status trainer_share_work(trainer *t, int n_threads, sum_order order);
void trainer_free_work(trainer *t);

/* Reduce the losses and the request to stop (NULL: none) over all ranks, in one MPI_Allreduce. A rank with an error in
 * `local` takes part and sends its error flag. Collective. @return the same on every rank: the largest local error, or
 * NTKW_ERR_MPI. */
ntkw_status trainer_reduce(trainer *t, ntkw_status local, bool *stop);
/* The mean of r^2 over the points and equations of a condition, after trainer_reduce. */
double trainer_mean_loss(const trainer *t, int c);
/* A partial_ready_callback that sends final nodes. context: the sharding. */
void trainer_send_ready(void *shards, int group, const partial_sums *partial, int n_final);
/* Allocate what least_squares optimizers need; nothing for others. Collective. @return the same on every rank. */
ntkw_status trainer_squares_create(trainer *t);
void trainer_squares_destroy(trainer *t);
/* What the objective offers; NULL for other optimizers. */
const least_squares *trainer_squares_offered(const trainer *t);
/* Give the model trial parameters, a shard on each rank. Collective. */
ntkw_status trainer_use_parameters(trainer *t, const void *trial);
/* The weighted loss, after trainer_reduce. NaN if a residual is not finite. */
double trainer_weighted_loss(const trainer *t);
/* The inner product of vectors that are spread over the ranks: the exact sum, rounded once; NaN if a value is not
 * finite. count: values of this rank. Collective. */
ntkw_status trainer_dot(const trainer *t, int64_t count, ntkw_dtype dtype, const void *a, const void *b, double *value);

/* The objective of the current step, at its parameters and losses, with the gradient in t->total. */
objective trainer_objective(trainer *t);

static inline shard_layout trainer_layout(const trainer *t) {
  return (shard_layout){t->n_parameters, sharding_offset(t->sharding), t->count, t->pde->network.precision};
}

#endif
