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
 *       for (int c = 0; c < n; c++) ntkw_weighting_add_gradient(weighting, c, shard[c], n_local, NTKW_FLOAT64);
 *       ntkw_weighting_update(weighting, epoch);                                  // collective: one MPI_Allreduce
 *     }
 *     ntkw_weighting_combine(weighting, shards, n_local, NTKW_FLOAT64, total);     // sum_c w_c g_c of the own shard
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
 * The rule (ntkw_weighting_options.rule, or a rule of one's own in user_rule) decides what is needed and what the
 * weights become; ntkw/rule.h has the table. The default is PINA's `gradient-share`; for training PINNs
 * `mean-ntk-trace` is what we recommend. ntkw_weighting_needs says what to add:
 *
 * | needs                       | add                                                                             |
 * | --------------------------- | ------------------------------------------------------------------------------- |
 * | NTKW_NEEDS_NORMS            | ntkw_weighting_add_gradient, _add_gradient_copy or _merge_gradient              |
 * | NTKW_NEEDS_MAGNITUDES,      | the same; ntkw_weighting_merge_magnitudes beside _merge_gradient                |
 * |   NTKW_NEEDS_LARGEST        |                                                                                 |
 * | NTKW_NEEDS_TRACES           | ntkw_weighting_add_ntk_diagonal or _merge_ntk_diagonal                          |
 * | NTKW_NEEDS_LOSSES           | ntkw_weighting_add_residuals or _merge_residuals (exact), or _set_loss          |
 *
 * A condition takes part in an update if some rank added to it each thing that the rule needs. What a rule does not
 * need may be left out. Gradients that a rule does not need are still counted, and their norms reported (option
 * `norms`); other unneeded input is ignored and not communicated.
 *
 * A rank whose arguments were bad still takes part in the update, with zeros, and every rank gets the error. The
 * library duplicates comm, never prints, never ends the program, allocates nothing after create. The weights do not
 * depend on the floating-point environment (rounding mode, flush-to-zero) of any rank. One weighting must not be used
 * by two threads at once; threads keep an ntkw_sum each and hand it over by ntkw_weighting_merge_gradient.
 */
#ifndef NTKW_WEIGHTING_H
#define NTKW_WEIGHTING_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ntkw/api.h"
#include "ntkw/dtype.h"
#include "ntkw/rule.h"
#include "ntkw/status.h"
#include "ntkw/sum.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The weights of n conditions, and the moments added since the last update. */
typedef struct ntkw_weighting ntkw_weighting;

/** In alpha: take the rule's own default. */
#define NTKW_RULE_ALPHA (-1.0)
/** In update_offset and first_epoch: take the rule's own default. */
#define NTKW_RULE_EPOCH (-1)

/** Options of a weighting. Start from ntkw_weighting_options_init. All members but size must agree over the ranks; of
 * user_rule, see there. The library adds new members at the end only. */
typedef struct ntkw_weighting_options {
  size_t size;             /**< bytes of this struct, as the program was compiled; set by ntkw_weighting_options_init */
  const char *rule;        /**< name of a rule or alias (ntkw/rule.h); NULL: "gradient-share" */
  double alpha;            /**< share of the old weight, in [0, 1]; NTKW_RULE_ALPHA: the rule's default */
  int64_t update_every;    /**< epochs between updates, >= 1; 0: the rule's default */
  int64_t update_offset;   /**< due iff epoch - update_offset is divisible by update_every ... */
  int64_t first_epoch;     /**< ... and epoch >= first_epoch; both >= 0, NTKW_RULE_EPOCH: the rule's default */
  ntkw_dtype dtype;        /**< widest type of gradient pieces; fixes the size of the message. NTKW_FLOAT64, the
                                      default, takes all types; the others take all but float64 */
  int64_t parameter_count; /**< if > 0: values that must be counted for every condition with a gradient */
  const double *initial_weights; /**< n finite values >= 0 (any sign for `constant`, `linear`); NULL: all 1 */
  double cap;                    /**< bound of an inverse rule's target, >= 1; INFINITY: none; 0: the rule's default */
  int reference;                 /**< condition r of `learning-rate-annealing` (default 0, the first) */
  const double *final_weights;   /**< of `linear`: n finite values */
  int64_t target_epoch;          /**< of `linear`: from here on the weights are the final ones; >= 1 */
  bool norms;                    /**< report norms of gradients also if the rule needs none (default true) */
  const ntkw_user_rule *user_rule; /**< a rule of the user's own; `rule` must then be NULL. Copied */
  MPI_Comm replica_comm;           /**< the ranks with the same shard in other replicas of the model, which safe mode
                                      compares; create is then collective over it as well. Default MPI_COMM_NULL */
} ntkw_weighting_options;

/** Fill in the defaults of options that have size bytes; what ntkw_weighting_options_init does. Not collective.
 *
 * It is a function of its own so that a program with a smaller struct, compiled for an older version, runs with this
 * library, and one with a larger struct as long as the additional options are zero.
 * @param[out] options  NULL is allowed.
 * @param[in]  size     sizeof(ntkw_weighting_options). */
NTKW_API void ntkw_weighting_options_init_sized(ntkw_weighting_options *options, size_t size);

/** Fill in the defaults, and the size. Not collective.
 * @param[out] options  NULL is allowed. */
static inline void ntkw_weighting_options_init(ntkw_weighting_options *options) {
  ntkw_weighting_options_init_sized(options, sizeof *options);
}

/** Make a weighting. Collective on comm (it is duplicated, and the arguments are compared over the ranks).
 *
 * @param[in]  comm     the ranks over which the shards of the model are spread (see the table above).
 * @param[in]  n        number of conditions, 1 to 4096.
 * @param[in]  names    n distinct, non-empty names, used in messages; copied.
 * @param[in]  options  NULL: the defaults. Copied.
 * @param[out] out      the new weighting, to be freed by ntkw_weighting_destroy; NULL on error.
 * @return NTKW_SUCCESS, or on every rank: NTKW_ERR_ARGUMENT (names the argument; for an unknown rule the nearest name),
 *         NTKW_ERR_DISAGREE (names, rule or options differ over the ranks), NTKW_ERR_MEMORY, NTKW_ERR_MPI.
 *
 * **Safe mode.** If the environment variable NTKW_SAFE_MODE is set (to anything but 0) on every rank when a weighting
 * is created, each of its collective calls first compares what the ranks call it with: which function, epoch, updates
 * so far, states put back, weights. A difference is NTKW_ERR_DISAGREE on every rank, in a sentence that names argument,
 * ranks and values, also where the ranks are in different functions and would otherwise hang; what was added or begun
 * is then given up. With replica_comm, each update also compares weights and new moments with those of replica 0,
 * before anything is changed. It costs an MPI_Allgather of 56 bytes a call and, with replicas, two MPI_Bcast and some
 * small reductions.
 */
NTKW_API ntkw_status ntkw_weighting_create(MPI_Comm comm, int n, const char *const names[],
                                           const ntkw_weighting_options *options, ntkw_weighting **out);

/** Free a weighting and set the pointer to NULL. Collective (it frees a communicator). Completes a pending update.
 * NULL, or a pointer to NULL, is allowed. After MPI_Finalize it is local and only frees memory. */
NTKW_API void ntkw_weighting_destroy(ntkw_weighting **weighting);

/** Is an update due at this epoch: epoch >= first_epoch and epoch - update_offset divisible by update_every? With most
 * rules epoch 0 is due. Local, the same on all ranks. */
NTKW_API bool ntkw_weighting_due(const ntkw_weighting *weighting, int64_t epoch);

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
NTKW_API ntkw_status ntkw_weighting_add_gradient(ntkw_weighting *weighting, int condition, const void *piece,
                                                 size_t count, ntkw_dtype dtype);

/** Add a piece of which several ranks hold the same copy, such as a replicated bias. Local.
 * @param[in] copy  index of this rank's copy, from 0: the copy 0 is counted, the others are not. As
 *                  ntkw_weighting_add_gradient otherwise. */
NTKW_API ntkw_status ntkw_weighting_add_gradient_copy(ntkw_weighting *weighting, int condition, const void *piece,
                                                      size_t count, ntkw_dtype dtype, int copy);

/** Add a sum of squares that another thread or a device computed. Local.
 * @param[in] squares  its count counts towards parameter_count.
 * @return as ntkw_weighting_add_gradient. */
NTKW_API ntkw_status ntkw_weighting_merge_gradient(ntkw_weighting *weighting, int condition, const ntkw_sum *squares);

/** Add a sum of absolute values made elsewhere, beside ntkw_weighting_merge_gradient with the squares of the same
 * values. Local.
 *
 * Needed by rules with NTKW_NEEDS_MAGNITUDES or NTKW_NEEDS_LARGEST; ignored by the others.
 * @param[in] magnitudes  made by ntkw_sum_add_magnitudes.
 * @param[in] largest     the largest of them, finite and >= 0; matters for the reference condition alone.
 * @return as ntkw_weighting_add_gradient; NTKW_ERR_COUNT at the update if squares and magnitudes are not of as many
 * values. */
NTKW_API ntkw_status ntkw_weighting_merge_magnitudes(ntkw_weighting *weighting, int condition,
                                                     const ntkw_sum *magnitudes, double largest);

/** Add diagonal entries K_ii = |dr_i/dtheta|^2 of the condition's NTK block, for points that no other rank adds. Local.
 *
 * Needed by rules with NTKW_NEEDS_TRACES; ignored by the others (then the entries are not looked at). N_c is the number
 * of entries.
 * @param[in] diagonal  count values >= 0.
 * @return NTKW_SUCCESS or NTKW_ERR_ARGUMENT (a negative entry), remembered as in ntkw_weighting_add_gradient. */
NTKW_API ntkw_status ntkw_weighting_add_ntk_diagonal(ntkw_weighting *weighting, int condition, const double *diagonal,
                                                     size_t count);

/** Add a sum of such entries made elsewhere, which are not added one by one; its count is their number. Local.
 * @param[in] diagonal  made by ntkw_sum_add_magnitudes in the range of NTKW_FLOAT64.
 * @return as ntkw_weighting_add_gradient. */
NTKW_API ntkw_status ntkw_weighting_merge_ntk_diagonal(ntkw_weighting *weighting, int condition,
                                                       const ntkw_sum *diagonal);

/** Add residuals r_i of a condition, for points that no other rank adds: its loss is the mean of r_i^2 over all ranks'
 * residuals, of an exact sum rounded once. Local.
 *
 * Needed by rules with NTKW_NEEDS_LOSSES; ignored by the others. Any number of times; count 0 says "present".
 * @param[in] residuals  count values of any dtype, whatever the option dtype says.
 * @return NTKW_SUCCESS or NTKW_ERR_ARGUMENT, remembered as in ntkw_weighting_add_gradient. */
NTKW_API ntkw_status ntkw_weighting_add_residuals(ntkw_weighting *weighting, int condition, const void *residuals,
                                                  size_t count, ntkw_dtype dtype);

/** Add a sum of squared residuals made elsewhere; its count is the number of points. Local. As
 * ntkw_weighting_add_residuals. */
NTKW_API ntkw_status ntkw_weighting_merge_residuals(ntkw_weighting *weighting, int condition, const ntkw_sum *squares);

/** Set this rank's part of a condition's loss, and replace what it set or added before. Local.
 *
 * The loss is the sum of all ranks' local_sum, exact, by the sum of their local_count. But each local_sum was rounded
 * by the caller: its bits, and so those of the weights, depend on how the points are cut. Prefer
 * ntkw_weighting_add_residuals.
 * @param[in] local_sum    this rank's sum over its points, >= 0.
 * @param[in] local_count  the number of these points, >= 0.
 * @return NTKW_SUCCESS or NTKW_ERR_ARGUMENT, remembered as in ntkw_weighting_add_gradient. */
NTKW_API ntkw_status ntkw_weighting_set_loss(ntkw_weighting *weighting, int condition, double local_sum,
                                             int64_t local_count);

/** Reduce the moments added since the last update and renew the weights.
 *
 * Collective on the weighting's communicator: one MPI_Allreduce of a size fixed at create; one more of 8 bytes if the
 * rule has NTKW_NEEDS_LARGEST; one MPI_Bcast under a rule of the user's own, if due. It takes place whether or not an
 * update is due; ask ntkw_weighting_due first to save it.
 *
 * @param[in,out] weighting  The moments are cleared. The norms and other moments of present conditions are renewed;
 *                           the weights too if the epoch is due.
 * @param[in]     epoch      >= 0, the same on every rank; ntkw_weighting_due says whether it is due. A due epoch may be
 *                           updated several times (several batches): each renews the weights, as in PINA.
 * @return the same on every rank, sentence included:
 *         NTKW_SUCCESS;
 *         NTKW_ZERO_NORM (only if due): every norm (trace, ...) is zero, or the reference's is, and every weight was
 *           kept; or, under an inverse rule without cap, some are, or are so small beside the others that their target
 *           is beyond double: those conditions left the sum and kept their weight, the others were renewed (where PINA
 *           has NaN). A loss of zero counts as a norm of zero under `root-loss-norm`, a mean over no values is zero;
 *         NTKW_ERR_ABSENT: due, but no condition, or not the reference, has all that the rule needs;
 *         NTKW_ERR_NOT_FINITE: names the condition and the number of NaN or Inf values; or a rule of the user's own
 *           made a target that is not finite;
 *         NTKW_ERR_COUNT: a condition with a gradient has not parameter_count values (expected and found are named): a
 *           replica counted twice, a lost shard, an unreduced data-parallel gradient;
 *         NTKW_ERR_ARGUMENT: remembered from an add, or a negative epoch; names the one rank and its fault, or how
 *           many;
 *         NTKW_ERR_DISAGREE: epoch, number of updates or present weights differ over the ranks (safe mode says how);
 *         NTKW_ERR_MPI (ranks may differ); any code that a rule of the user's own returned.
 *         If several apply, the largest code is returned. A condition to which no rank added is absent: it keeps its
 *         weight. On error weights and norms are unchanged, and the moments and faults are cleared all the same.
 *         NTKW_ERR_ORDER, if a begun update is not ended, and NTKW_ERR_ARGUMENT, if weighting is NULL, are returned at
 *         once, without communication and on this rank only; nothing is changed.
 */
NTKW_API ntkw_status ntkw_weighting_update(ntkw_weighting *weighting, int64_t epoch);

/** Begin an update: post the reduction (or both). Collective (MPI_Iallreduce; does not wait). Arguments as
 * ntkw_weighting_update.
 * @return NTKW_SUCCESS, NTKW_ERR_ORDER, NTKW_ERR_MPI; a bad epoch is remembered and told by ntkw_weighting_update_end.
 */
NTKW_API ntkw_status ntkw_weighting_update_begin(ntkw_weighting *weighting, int64_t epoch);

/** Advance the begun update without blocking. Local; call it repeatedly, like MPI_Test. NTKW_ERR_ORDER if none was
 * begun.
 * @param[out] done  true once the reduction is complete; ntkw_weighting_update_end then does not wait. */
NTKW_API ntkw_status ntkw_weighting_update_test(ntkw_weighting *weighting, bool *done);

/** Wait for the begun update and renew the weights. Collective (under a rule of the user's own with one MPI_Bcast);
 * returns what ntkw_weighting_update would, or
 * NTKW_ERR_ORDER, on this rank only, if none was begun. */
NTKW_API ntkw_status ntkw_weighting_update_end(ntkw_weighting *weighting);

/** Discard everything added since the last update, and remembered errors. Local. A begun update continues. */
NTKW_API ntkw_status ntkw_weighting_discard(ntkw_weighting *weighting);

/** Number of conditions. Local. */
NTKW_API int ntkw_weighting_size(const ntkw_weighting *weighting);
/** Name of a condition. Local. Owned by the weighting. */
NTKW_API const char *ntkw_weighting_condition(const ntkw_weighting *weighting, int condition);
/** Name of the rule in force. Local. */
NTKW_API const char *ntkw_weighting_rule(const ntkw_weighting *weighting);
/** The alpha in force. Local. */
NTKW_API double ntkw_weighting_alpha(const ntkw_weighting *weighting);
/** The update_every in force. Local. */
NTKW_API int64_t ntkw_weighting_update_every(const ntkw_weighting *weighting);
/** What the rule in force needs: NTKW_NEEDS_... or-ed. Local. */
NTKW_API unsigned ntkw_weighting_needs(const ntkw_weighting *weighting);
/** Does the rule in force use traces (ntkw_weighting_add_ntk_diagonal), rather than or beside gradient norms? Local. */
NTKW_API bool ntkw_weighting_needs_traces(const ntkw_weighting *weighting);

/** The n weights. Local; the same bits on every rank. Owned by the weighting, valid until it is destroyed. */
NTKW_API const double *ntkw_weighting_weights(const ntkw_weighting *weighting);
/** The n norms |g_c| of the last update, correctly rounded; of an absent condition the last ones known, NaN before any.
 * Local; the same bits on every rank. Owned by the weighting. */
NTKW_API const double *ntkw_weighting_norms(const ntkw_weighting *weighting);
/** The n sums of squares |g_c|^2 of the last update, correctly rounded. Local. As ntkw_weighting_norms. */
NTKW_API const double *ntkw_weighting_squared_norms(const ntkw_weighting *weighting);
/** The n traces of the last update, correctly rounded; NaN where the rule does not use them. Local. As
 * ntkw_weighting_norms. */
NTKW_API const double *ntkw_weighting_ntk_traces(const ntkw_weighting *weighting);
/** The n losses L_c of the last update; NaN where the rule does not use them. Local. As ntkw_weighting_norms. */
NTKW_API const double *ntkw_weighting_losses(const ntkw_weighting *weighting);
/** The n means |g_c| of the gradients' absolute values of the last update; NaN where the rule does not use them. Local.
 * As ntkw_weighting_norms. */
NTKW_API const double *ntkw_weighting_mean_magnitudes(const ntkw_weighting *weighting);

/** sum_c w_c L_c, in double, conditions in order. Local.
 * @param[in]  losses  n global losses (the same on every rank, or the ranks' totals differ).
 * @param[out] total   the weighted sum. @return NTKW_SUCCESS, NTKW_ERR_NOT_FINITE (names the condition; total is set).
 */
NTKW_API ntkw_status ntkw_weighting_aggregate(const ntkw_weighting *weighting, const double losses[], double *total);

/** total[i] = sum_c w_c pieces[c][i], in double, conditions in order, rounded once to dtype; one pass. Local.
 * @param[in]  pieces  n pointers to count values of dtype; NULL: the condition is absent and left out.
 * @param[out] total   count values of dtype; may be one of the pieces, but not overlap one otherwise.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT. What is not finite in the pieces is not finite in the total. */
NTKW_API ntkw_status ntkw_weighting_combine(const ntkw_weighting *weighting, const void *const pieces[], size_t count,
                                            ntkw_dtype dtype, void *total);

/** Bytes of the state (weights, moments, number of updates, memory of a rule of the user's own), for codes with their
 * own checkpoints. Local. */
NTKW_API size_t ntkw_weighting_state_size(const ntkw_weighting *weighting);
/** Copy the state out. Local; the same bytes on every rank and every kind of machine. What was added since the last
 * update, or belongs to a begun one, is not part of it. */
NTKW_API ntkw_status ntkw_weighting_state_get(const ntkw_weighting *weighting, void *state);
/** Put back a state made by a weighting with the same number of conditions and rule. Local; all ranks must do it alike
 * (if not, the next update returns NTKW_ERR_DISAGREE). What was added since the last update is left alone.
 * @return NTKW_SUCCESS; NTKW_ERR_FORMAT (not a state, damaged, or of another rule or number of conditions);
 *         NTKW_ERR_ORDER (an update is begun). On error nothing is changed. */
NTKW_API ntkw_status ntkw_weighting_state_set(ntkw_weighting *weighting, const void *state, size_t size);

#ifdef __cplusplus
}
#endif
#endif
