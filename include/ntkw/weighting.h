/** @file weighting.h
 * Loss weights from the gradients of a model whose parameters are sharded over MPI ranks.
 *
 * A loss is a weighted sum of conditions, L = sum_c w_c L_c. A rule makes the weights w_c out of moments of the
 * conditions' gradients: their Euclidean norms n_c, or the traces T_c of their NTK blocks. Each rank hands over *its
 * shard* of each condition's gradient; one MPI_Allreduce makes the moments those of the global gradient; the weights
 * that come out have the same bits on every rank, for every number of ranks and every cut of the model. Workflow, per
 * step:
 *
 *     if (ntkw_weighting_due(weighting, epoch)) {
 *       for (int c = 0; c < n; c++) ntkw_gradient_add(weighting, c, shard[c], n_local, NTKW_FLOAT64);
 *       ntkw_weighting_update(weighting, epoch);                                  // collective: one MPI_Allreduce
 *     }
 *     ntkw_gradient_combine(weighting, shards, n_local, NTKW_FLOAT64, total);     // sum_c w_c g_c of the own shard
 *
 * What to add, by layout of the model. `comm` is the communicator handed to ntkw_weighting_create; it must span exactly
 * the ranks over which the *shards* are spread, so that every parameter is counted once:
 *
 * | layout              | comm                       | reduced before                  | each rank adds            |
 * | ------------------- | -------------------------- | ------------------------------- | ------------------------- |
 * | flat / FSDP / ZeRO  | all shard ranks            | the K gradients, reduce-scatter | its shard of each         |
 * | tensor parallel     | the tensor-parallel group  | -                               | its slices; replicated    |
 * |                     |                            |                                 | biases with add_copy      |
 * | hybrid (HSDP, ...)  | the shard group            | the K gradients, over replicas  | as above                  |
 * | plain data parallel | any one-rank communicator  | the K gradients, by Allreduce   | everything                |
 *
 * Rules (ntkw_weighting_options.rule); alpha is always the share of the *old* weight, w <- alpha w + (1-alpha) target:
 *
 * | name                    | target of c | alpha / every | source                                                  |
 * | ----------------------- | ----------- | ------------- | ------------------------------------------------------- |
 * | `gradient-share`        | n_c / sum n | 0.5 / 1       | PINA 0.3.2, NeuralTangentKernelWeighting; the default   |
 * | `inverse-gradient-norm` | sum n / n_c | 0.9 / 1000    | Wang et al., arXiv:2308.08468, eq. 2.12-2.15            |
 * | `ntk-trace`             | sum T / T_c | 0 / 100       | Wang, Yu, Perdikaris, JCP 449 (2022) 110768, Alg. 1     |
 *
 * A condition takes part in an update if some rank added to it what the rule needs: a gradient, or for `ntk-trace`
 * trace entries (gradients may then be left out). The gradients' norms are reported under every rule, where gradients
 * were added.
 *
 * Note the direction: `gradient-share` gives *more* weight to the condition with the *larger* gradient, the other two
 * give it less. For training PINNs `ntk-trace` is what we recommend.
 *
 * A rank whose arguments were bad still takes part in the update, with zeros, and every rank gets the error. The
 * library duplicates comm, never prints, never ends the program, allocates nothing after create. The weights do not
 * depend on the floating-point environment (rounding mode, flush-to-zero) of any rank. One weighting must not be used
 * by two threads at once; threads keep an ntkw_sum each and hand it over by ntkw_gradient_merge.
 */
#ifndef NTKW_WEIGHTING_H
#define NTKW_WEIGHTING_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ntkw/status.h"
#include "ntkw/sum.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The weights of n conditions, and the moments added since the last update. */
typedef struct ntkw_weighting ntkw_weighting;

/** In alpha: take the rule's own default. */
#define NTKW_RULE_ALPHA (-1.0)

/** What a weighting is made of. Start from ntkw_weighting_options_init; all fields must agree over the ranks. */
typedef struct ntkw_weighting_options {
  const char *rule;              /**< name of a rule; NULL: "gradient-share" */
  double alpha;                  /**< share of the old weight, in [0, 1]; NTKW_RULE_ALPHA: the rule's default */
  int64_t update_every;          /**< epochs between updates, >= 1; 0: the rule's default */
  ntkw_dtype dtype;              /**< widest type of gradient pieces; fixes the size of the message (default float64) */
  int64_t parameter_count;       /**< if > 0: values that must be counted for every condition with a gradient */
  const double *initial_weights; /**< n finite values >= 0; NULL: all 1 */
} ntkw_weighting_options;

/** Fill in the defaults. Local. */
void ntkw_weighting_options_init(ntkw_weighting_options *options);

/** Make a weighting. Collective on comm (it is duplicated, and the arguments are compared over the ranks).
 *
 * @param[in]  comm     the ranks over which the shards of the model are spread (see the table above).
 * @param[in]  n        number of conditions, 1 to 4096.
 * @param[in]  names    n distinct, non-empty names, used in messages; copied.
 * @param[in]  options  NULL: the defaults. Copied.
 * @param[out] out      the new weighting, to be freed by ntkw_weighting_destroy; NULL on error.
 * @return NTKW_SUCCESS, or on every rank: NTKW_ERR_ARGUMENT (names the argument; for an unknown rule the nearest name),
 *         NTKW_ERR_DISAGREE (names, rule or options differ over the ranks), NTKW_ERR_MEMORY, NTKW_ERR_MPI.
 */
ntkw_status ntkw_weighting_create(MPI_Comm comm, int n, const char *const names[],
                                  const ntkw_weighting_options *options, ntkw_weighting **out);

/** Free a weighting and set the pointer to NULL. Collective (it frees a communicator). Completes a pending update.
 * NULL, or a pointer to NULL, is allowed. */
void ntkw_weighting_destroy(ntkw_weighting **weighting);

/** Is an update due at this epoch: epoch % update_every == 0 (PINA, so epoch 0 is due)? Local, the same on all ranks.
 */
bool ntkw_weighting_due(const ntkw_weighting *weighting, int64_t epoch);

/** Add a piece of this rank's shard of the gradient of one condition's unweighted loss. Local.
 *
 * Any number of pieces, in any order; count 0 says "present, but nothing of it here". Every parameter must be added by
 * exactly one rank. Pieces added between begin and end belong to the next update.
 *
 * @param[in] condition  0 <= condition < n.
 * @param[in] piece      count values of dtype; only read. May be NULL if count is 0.
 * @return NTKW_SUCCESS or NTKW_ERR_ARGUMENT. An error is remembered: the next update returns it on every rank. NaN or
 * Inf is no error here, it shows at the update.
 */
ntkw_status ntkw_gradient_add(ntkw_weighting *weighting, int condition, const void *piece, size_t count,
                              ntkw_dtype dtype);

/** Add a piece of which several ranks hold the same copy, such as a replicated bias. Local.
 * @param[in] copy  index of this rank's copy, from 0: the copy 0 is counted, the others are not. As ntkw_gradient_add
 *                  otherwise. */
ntkw_status ntkw_gradient_add_copy(ntkw_weighting *weighting, int condition, const void *piece, size_t count,
                                   ntkw_dtype dtype, int copy);

/** Add a sum of squares made elsewhere (by another thread or a device). Local.
 * @param[in] squares  its count counts towards parameter_count. */
ntkw_status ntkw_gradient_merge(ntkw_weighting *weighting, int condition, const ntkw_sum *squares);

/** Add diagonal entries K_ii = |dr_i/dtheta|^2 of the condition's NTK block, for points that no other rank adds. Local.
 *
 * Needed by `ntk-trace`; ignored by rules that do not use traces (then the entries are not looked at).
 * @param[in] diagonal  count values >= 0.
 * @return NTKW_SUCCESS or NTKW_ERR_ARGUMENT (a negative entry), remembered as in ntkw_gradient_add. */
ntkw_status ntkw_trace_add(ntkw_weighting *weighting, int condition, const double *diagonal, size_t count);

/** Reduce the moments added since the last update and renew the weights.
 *
 * Collective on the weighting's communicator: one MPI_Allreduce of a size fixed at create. It takes place whether or
 * not an update is due; ask ntkw_weighting_due first to save it.
 *
 * @param[in,out] weighting  The moments are cleared. The norms (and traces) of present conditions are renewed; the
 *                           weights too if the epoch is due.
 * @param[in]     epoch      >= 0, the same on every rank; due iff epoch % update_every == 0. A due epoch may be updated
 *                           several times (several batches): each renews the weights, as in PINA.
 * @return the same on every rank, sentence included:
 *         NTKW_SUCCESS;
 *         NTKW_ZERO_NORM (only if due): all norms (traces) are zero, and every weight was kept; or, under an inverse
 *           rule, some are, or are so small beside the others that their target is beyond double: those conditions left
 *           the sum and kept their weight, the others were renewed (where PINA has NaN);
 *         NTKW_ERR_ABSENT: due, but no rank added to any condition;
 *         NTKW_ERR_NOT_FINITE: names the condition and the number of NaN or Inf values;
 *         NTKW_ERR_COUNT: a condition with a gradient has not parameter_count values (expected and found are named): a
 *           replica counted twice, a lost shard, an unreduced data-parallel gradient;
 *         NTKW_ERR_ARGUMENT: remembered from an add, or a negative epoch; names the rank and its fault, or the
 *           number of such ranks;
 *         NTKW_ERR_DISAGREE: epoch, number of updates or present weights differ over the ranks;
 *         NTKW_ERR_MPI (ranks may differ).
 *
 *         If several apply, the largest code is returned. A condition to which no rank added is absent: it keeps its
 *         weight. On error weights and norms are unchanged, and the moments and faults are cleared all the same.
 *         NTKW_ERR_ORDER, if a begun update is not ended, and NTKW_ERR_ARGUMENT, if weighting is NULL, are returned at
 *         once, without communication and on this rank only; nothing is changed.
 */
ntkw_status ntkw_weighting_update(ntkw_weighting *weighting, int64_t epoch);

/** Begin an update: post the reduction. Collective (MPI_Iallreduce; does not wait). Arguments as ntkw_weighting_update.
 * @return NTKW_SUCCESS, NTKW_ERR_ORDER, NTKW_ERR_MPI; a bad epoch is remembered and told by ntkw_weighting_update_end.
 */
ntkw_status ntkw_weighting_update_begin(ntkw_weighting *weighting, int64_t epoch);

/** Give MPI a chance to progress the begun update. Local. NTKW_ERR_ORDER if none was begun.
 * @param[out] done  true once the reduction is complete; ntkw_weighting_update_end then does not wait. */
ntkw_status ntkw_weighting_update_test(ntkw_weighting *weighting, bool *done);

/** Wait for the begun update and renew the weights. Collective; returns what ntkw_weighting_update would, or
 * NTKW_ERR_ORDER, on this rank only, if none was begun. */
ntkw_status ntkw_weighting_update_end(ntkw_weighting *weighting);

/** Give up what was added since the last update (the step was abandoned), remembered errors too. Local; a begun update
 * is not touched. */
ntkw_status ntkw_weighting_discard(ntkw_weighting *weighting);

/** Number of conditions. Local. */
int ntkw_weighting_size(const ntkw_weighting *weighting);
/** Name of a condition. Local. Owned by the weighting. */
const char *ntkw_weighting_condition(const ntkw_weighting *weighting, int condition);
/** Name of the rule in force. Local. */
const char *ntkw_weighting_rule(const ntkw_weighting *weighting);
/** The alpha in force. Local. */
double ntkw_weighting_alpha(const ntkw_weighting *weighting);
/** The update_every in force. Local. */
int64_t ntkw_weighting_update_every(const ntkw_weighting *weighting);
/** Does the rule in force use traces (ntkw_trace_add), rather than or beside gradient norms? Local. */
bool ntkw_weighting_needs_traces(const ntkw_weighting *weighting);

/** The n weights. Local; the same bits on every rank. Owned by the weighting, valid until it is destroyed. */
const double *ntkw_weights(const ntkw_weighting *weighting);
/** The n norms |g_c| of the last update, correctly rounded; of an absent condition the last ones known, NaN before any.
 * Local; the same bits on every rank. Owned by the weighting. */
const double *ntkw_norms(const ntkw_weighting *weighting);
/** The n sums of squares |g_c|^2 of the last update, correctly rounded. Local. As ntkw_norms. */
const double *ntkw_squared_norms(const ntkw_weighting *weighting);
/** The n traces of the last update, correctly rounded; NaN where the rule does not use them. Local. As ntkw_norms. */
const double *ntkw_traces(const ntkw_weighting *weighting);

/** sum_c w_c L_c, in double, conditions in order. Local.
 * @param[in]  losses  n global losses (the same on every rank, or the ranks' totals differ).
 * @param[out] total   the weighted sum. @return NTKW_SUCCESS, NTKW_ERR_NOT_FINITE (names the condition; total is set).
 */
ntkw_status ntkw_aggregate(const ntkw_weighting *weighting, const double losses[], double *total);

/** total[i] = sum_c w_c pieces[c][i], in double, conditions in order, rounded once to dtype; one pass. Local.
 * @param[in]  pieces  n pointers to count values of dtype; NULL: the condition is absent and left out.
 * @param[out] total   count values of dtype; may be one of the pieces, but not overlap one otherwise.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT. What is not finite in the pieces is not finite in the total. */
ntkw_status ntkw_gradient_combine(const ntkw_weighting *weighting, const void *const pieces[], size_t count,
                                  ntkw_dtype dtype, void *total);

/** Bytes of the state (weights, norms, traces, number of updates), for codes with their own checkpoints. Local. */
size_t ntkw_weighting_state_size(const ntkw_weighting *weighting);
/** Copy the state out. Local; the same bytes on every rank and every kind of machine. What was added since the last
 * update, or belongs to a begun one, is not part of it. */
ntkw_status ntkw_weighting_state_get(const ntkw_weighting *weighting, void *state);
/** Put back a state made by a weighting with the same number of conditions and rule. Local; all ranks must do it alike
 * (if not, the next update returns NTKW_ERR_DISAGREE). What was added since the last update is left alone.
 * @return NTKW_SUCCESS; NTKW_ERR_FORMAT (not a state, damaged, or of another rule or number of conditions);
 *         NTKW_ERR_ORDER (an update is begun). On error nothing is changed. */
ntkw_status ntkw_weighting_state_set(ntkw_weighting *weighting, const void *state, size_t size);

#ifdef __cplusplus
}
#endif
#endif
