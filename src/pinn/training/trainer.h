/* The training loop's state and its step: sharded parameters and optimizer, weighted conditions.
 *
 * Per step: gather the parameters, gradients of own chunks, exact losses (one small MPI_Allreduce), gradient shards
 * (tree over the chunks), weights if due (one MPI_Allreduce), the optimizer (pinn/optimizer/) on the own shard. The
 * trajectory is a function of problem and seed; the number of ranks does not enter. */
#ifndef NTKW_PINN_TRAINER_H
#define NTKW_PINN_TRAINER_H

#include <mpi.h>
#include "ntkw/recording.h"
#include "ntkw/weighting.h"
#include "pinn/model/model.h"
#include "pinn/problem/problem.h"
#include "pinn/state/state.h"
#include "pinn/training/blow_up.h"
#include "pinn/training/history.h"

typedef struct trainer trainer;

/* This rank's shard of the parameters, and pointers into the trainer. What a checkpoint holds: trainer_visit_state. */
typedef struct trainer_state {
  int64_t n_parameters, offset, count;
  void *parameters;          /* count values of the problem's precision */
  ntkw_weighting *weighting; /* NULL if the rule is "none" */
  int64_t *step;             /* steps done */
  blow_up *blow_up;          /* as of the last trainer_step */
} trainer_state;

/* Collective on comm (it is duplicated). The problem is borrowed. @return the same on every rank. */
ntkw_status trainer_create(MPI_Comm comm, const problem *pde, trainer **out);
/* Let n threads of this rank make its gradients, whole chunks each; 1 until then, and any number anywhere gives the
 * same bits. n may differ from rank to rank. Collective. @return the same on every rank: NTKW_SUCCESS;
 * NTKW_ERR_ARGUMENT, NTKW_ERR_MEMORY (the trainer can then only be destroyed). */
ntkw_status trainer_set_threads(trainer *t, int n);
/* The order of the sums over points, ORDER_FIXED until this is called. ORDER_FREE is faster by some percent, and the
 * work is cut evenly for any number of ranks; trajectories then depend, by rounding errors that grow, on the number of
 * ranks and threads. Collective; the same order on every rank. @return as trainer_set_threads. */
typedef enum sum_order { ORDER_FIXED, ORDER_FREE } sum_order;
ntkw_status trainer_set_order(trainer *t, sum_order order);
sum_order trainer_order(const trainer *t);
/* Threads of this rank. Local. */
int trainer_threads(const trainer *t);
/* Collective. */
void trainer_destroy(trainer **handle);

/* One step. Collective.
 * @param[in,out] stop  in: this rank was asked to stop; out: some rank was. The step is done all the same.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ZERO_NORM (the step is done; weights were kept);
 * NTKW_ERR_NOT_FINITE: a loss or gradient is not finite (condition and step are named), or the loss has blown up
 * (blow_up.h); parameters are those before the step; NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status trainer_step(trainer *t, bool *stop);

/* The losses at the present parameters and the points of the present step, without a step. Collective. As trainer_step.
 */
ntkw_status trainer_measure(trainer *t);

/* Give the model the present parameters of all shards. Collective; trainer_step does it itself. */
ntkw_status trainer_refresh(trainer *t);

/* Make a trace of the steps still to come, at which the weights are renewed: only there every condition has a gradient
 * of its own; their number is the epoch. Weights are recorded as they are now, and as renewed. Collective. The rule
 * must not be "none". @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT (there is no rule); what
 * ntkw_recording_create returns. trainer_step may then return what ntkw_recording_record does, and has not done the
 * step. */
ntkw_status trainer_record(trainer *t, const char *path, const char *source);
/* Go on with the trace of an earlier part of this run, without the steps that it has from the present one on.
 * Collective. @return as trainer_record, and what ntkw_recording_continue returns: NTKW_ERR_FORMAT if it is
 * another's. */
ntkw_status trainer_record_continue(trainer *t, const char *path, const char *source);
/* Close the trace. Collective. NTKW_ERR_FILE. trainer_destroy does it, too, but cannot tell. */
ntkw_status trainer_record_end(trainer *t);

/* Local, the same on every rank. */
int64_t trainer_steps_done(const trainer *t);
/* Losses of the last trainer_step or trainer_measure: the mean of r^2 over the condition's points and equations. */
const double *trainer_losses(const trainer *t);
/* Is their sum one that would be a blow-up if it stayed (blow_up.h)? */
bool trainer_loss_is_high(const trainer *t);
/* The weights in force; all 1 without weighting. */
const double *trainer_weights(const trainer *t);
/* Name of the rule in force, or "none". */
const char *trainer_rule(const trainer *t);
/* Ranks that have no chunk, and ranks that have no parameter. */
int trainer_idle_ranks(const trainer *t);
int trainer_empty_shards(const trainer *t);
int64_t trainer_parameter_count(const trainer *t);
int trainer_chunk_count(const trainer *t);

/* All parameters, of the problem's precision, as of the last trainer_refresh, trainer_step (those before it, or the
 * last ones that the optimizer tried) or trainer_measure. Local. */
const void *trainer_all_parameters(const trainer *t);
const model *trainer_model(const trainer *t);
/* The network of the model. */
const network *trainer_network(const trainer *t);
MPI_Comm trainer_comm(const trainer *t);
trainer_state trainer_get_state(trainer *t);

/* Show the state of the run to a visitor: step, parameters, optimizer, weighting, what a blow-up is told by, and the
 * history, which is the caller's (NULL: none). A visitor that changes entries is to see all of them, on every rank.
 * @return the first error of the visitor. */
ntkw_status trainer_visit_state(trainer *t, history *past, state_visitor *v);
/* The array of that name in the state, such as "parameters". Local. @return is there one? */
bool trainer_find_array(trainer *t, const char *name, array_entry *array);

#endif
