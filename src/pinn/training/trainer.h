/* The trainer: sharded parameters and optimizer, weighted conditions, and the training step.
 *
 * A step gathers the parameters, computes the gradients of this rank's chunks, reduces the exact losses (one small
 * MPI_Allreduce), exchanges the gradient shards along the tree over the chunks, updates the weights if they are due
 * (one MPI_Allreduce), and lets the optimizer (pinn/optimizer/) update this rank's shard. The trajectory depends on
 * problem and seed only, not on the number of ranks. */
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

/* This rank's shard of the parameters, and pointers into the trainer. trainer_visit_state lists the state of a
 * checkpoint. */
typedef struct trainer_state {
  int64_t n_parameters, offset, count;
  void *parameters;          /* count values of the problem's precision */
  ntkw_weighting *weighting; /* NULL if the rule is "none" */
  int64_t *step;             /* number of completed steps */
  blow_up *blow_up;          /* as of the last trainer_step */
} trainer_state;

/* Create a trainer. Collective on comm, which is duplicated. The problem is borrowed. @return the same on every
 * rank. */
ntkw_status trainer_create(MPI_Comm comm, const problem *pde, trainer **out);
/* Set the number of threads that compute the gradients of this rank, in whole chunks. It is 1 at first. It changes no
 * bit and may differ between ranks. Collective. @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT,
 * NTKW_ERR_MEMORY (the trainer can then only be destroyed). */
ntkw_status trainer_set_threads(trainer *t, int n);
/* Set the order of the sums over points; ORDER_FIXED at first. ORDER_FREE is faster by some percent and splits the work
 * evenly over any number of ranks. Trajectories then depend on the number of ranks and threads, by rounding errors that
 * grow. Collective: the same order on every rank. @return as trainer_set_threads. */
typedef enum sum_order { ORDER_FIXED, ORDER_FREE } sum_order;
ntkw_status trainer_set_order(trainer *t, sum_order order);
/* Not collective. */
sum_order trainer_order(const trainer *t);
/* Number of threads of this rank. Not collective. */
int trainer_threads(const trainer *t);
/* Collective. Takes NULL, sets NULL. */
void trainer_destroy(trainer **handle);

/* Do one step. Collective.
 *
 * @param[in,out] stop  in: this rank was asked to stop; out: some rank was. The step is done in both cases.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ZERO_NORM (the step is done, the weights were kept);
 *         NTKW_ERR_NOT_FINITE: a loss or gradient is not finite (the message names condition and step), or the loss has
 *         blown up (blow_up.h); NTKW_ERR_MEMORY, NTKW_ERR_MPI. On error the parameters are those before the step. */
ntkw_status trainer_step(trainer *t, bool *stop);

/* Compute the losses at the current parameters and the points of the current step, without a step. Collective.
 * @return as trainer_step. */
ntkw_status trainer_measure(trainer *t);

/* Give the model the current parameters of all shards. Collective. trainer_step does this itself. */
ntkw_status trainer_refresh(trainer *t);

/* Start a recording of the steps that update the weights: only these have a gradient for each condition. The epoch of a
 * record is the number of its step. The recording begins with the current weights. Collective. The rule must not be
 * "none".
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT (there is no rule); errors of ntkw_recording_create.
 *         trainer_step may then return errors of ntkw_recording_record; the step is not done in that case. */
ntkw_status trainer_record(trainer *t, const char *path, const char *source);
/* Continue the recording of an earlier part of this run. Records from the current step on are removed. Collective.
 * @return as trainer_record, and errors of ntkw_recording_continue: NTKW_ERR_FORMAT (recording of another run). */
ntkw_status trainer_record_continue(trainer *t, const char *path, const char *source);
/* Close the recording. Collective. @return NTKW_SUCCESS or NTKW_ERR_FILE. trainer_destroy also closes it but cannot
 * return an error. */
ntkw_status trainer_record_end(trainer *t);

/* The following functions are not collective. Their results are the same on every rank. */

int64_t trainer_steps_done(const trainer *t);
/* Losses of the last trainer_step or trainer_measure: the mean of r^2 over the condition's points and equations. */
const double *trainer_losses(const trainer *t);
/* Is the sum of the losses above the limit of a blow-up (blow_up.h)? */
bool trainer_loss_is_high(const trainer *t);
/* The current weights; all 1 without weighting. */
const double *trainer_weights(const trainer *t);
/* Name of the current rule, or "none". */
const char *trainer_rule(const trainer *t);
/* Number of ranks without chunks, and number of ranks without parameters. */
int trainer_idle_ranks(const trainer *t);
int trainer_empty_shards(const trainer *t);
int64_t trainer_parameter_count(const trainer *t);
/* Number of chunks; the program calls them lanes. */
int trainer_chunk_count(const trainer *t);

/* All parameters in the problem's precision, as of the last trainer_refresh, trainer_measure or trainer_step (the
 * parameters before the step, or the last ones that the optimizer tried). Not collective. */
const void *trainer_all_parameters(const trainer *t);
const model *trainer_model(const trainer *t);
/* The network of the model. */
const network *trainer_network(const trainer *t);
MPI_Comm trainer_comm(const trainer *t);
trainer_state trainer_get_state(trainer *t);

/* Show the state of the run to a visitor: step, parameters, optimizer, weighting, blow-up counters, and the history,
 * which the caller owns (NULL: none). A visitor that changes entries must see all of them, on every rank.
 * @return the first error of the visitor. */
ntkw_status trainer_visit_state(trainer *t, history *past, state_visitor *v);
/* Find the array of that name in the state, such as "parameters". Not collective. @return does it exist? */
bool trainer_find_array(trainer *t, const char *name, array_entry *array);

#endif
