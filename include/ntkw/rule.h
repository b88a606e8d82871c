/** @file rule.h
 * Rules: how an update computes the weights of the conditions from their reduced moments.
 *
 * A rule gives a target t_c for the weight of each condition. An update moves the weights towards the targets,
 *
 *     w_c <- alpha w_c + (1 - alpha) t_c,        alpha = share of the *old* weight,
 *
 * at the epochs that are due: epoch >= first_epoch and (epoch - update_offset) divisible by update_every. The symbols
 * of the table: g_c is the gradient of condition c's unweighted loss L_c (a mean over points), n_c = |g_c| its
 * Euclidean norm and mean|g_c| the mean of its absolute values over all parameters; T_c is the trace of the condition's
 * NTK block and N_c the number of diagonal entries of the block; m_c = |grad sqrt(L_c)| = n_c / (2 sqrt(L_c)); r is the
 * reference condition.
 *
 * | name (aliases)                 | target                        | alpha | every | source                           |
 * | ------------------------------ | ----------------------------- | ----- | ----- | -------------------------------- |
 * | `gradient-share`, the default  | n_c / sum n                   | 0.5   | 1     | PINA 0.3.2                       |
 * |   `pina.ntk`                   | the same                      | 0.5   | 1     | NeuralTangentKernelWeighting     |
 * | `inverse-gradient-norm`        | sum n / n_c                   | 0.9   | 1000  | Wang et al., arXiv:2308.08468,   |
 * |                                |                               |       |       | eq. 2.12-2.15                    |
 * |   `pina.self_adaptive`         | the same                      | 0     | 1     | SelfAdaptiveWeighting            |
 * |   `jaxpi.grad_norm`            | mean n / n_c                  | 0.9   | 1000  | jaxpi                            |
 * |   `jaxpi.pirate.grad_norm`     | the same, cap 1e5             | 0.9   | 1000  | jaxpi, branch pirate             |
 * |   `jaxpi2.grad_norm`           | the same, cap 1e5             | 0.9   | 1000  | jaxpi2; due at 100, 1100, ...    |
 * | `ntk-trace`                    | sum T / T_c                   | 0     | 100   | Wang, Yu, Perdikaris, J. Comput. |
 * |                                |                               |       |       | Phys. 449 (2022) 110768, Alg. 1  |
 * |   `jaxpi.ntk`                  | mean(T / N) / (T_c / N_c)     | 0.9   | 1000  | jaxpi                            |
 * | `mean-ntk-trace`               | sum(T / N) / (T_c / N_c)      | 0     | 100   | the same, for losses that are    |
 * |                                |                               |       |       | means; the trainer's default     |
 * | `root-loss-norm`               | sum m / m_c                   | 0     | 1000  | PhysicsNeMo-Sym, NTK             |
 * |   `physicsnemo.ntk`            | the same                      | 0     | 1000  | the same; epoch 0 is not due     |
 * | `learning-rate-annealing`      | max|g_r| / mean|g_c|; w_r     | 0.9   | 10    | Wang, Teng, Perdikaris, SIAM J.  |
 * |                                | stays                         |       |       | Sci. Comput. 43 (2021) A3055     |
 * |   `physicsnemo.lr_annealing`   | mean|g_r| / (mean|g_c| + e)   | 0.99  | 1     | PhysicsNeMo-Sym; e = 1e-8        |
 * | `constant`, `pina.scalar`      | the initial weight            | 0     | 1     | PINA ScalarWeighting             |
 * | `linear`, `pina.linear`        | initial + (final - initial) p,| 0     | 1     | PINA LinearWeighting             |
 * |                                | p = min(epoch, target)/target |       |       |                                  |
 *
 * Mind the points: T_c is a sum over the N_c residuals of condition c, and the losses that the weights multiply are
 * means over them, here and in most programs; the paper's losses are sums. So `ntk-trace` gives a condition with one
 * point 64 times the weight that it would give the same condition with 64 points, and lets the loss of a point on a
 * boundary outweigh all others. `mean-ntk-trace` divides by N_c: with twice as many points its weights change only
 * because the points are others. N_c counts residuals (points times equations), as the mean of the loss does: it is the
 * number of entries that were passed to ntkw_weighting_add_ntk_diagonal.
 *
 * Mind the direction: `gradient-share`, though PINA names it after the neural tangent kernel, gives *more* weight to
 * the condition with the *larger* gradient; the inverse rules (norm, trace, root-loss) give it less. A cap C bounds an
 * inverse target: t_c = S / (q_c + S / C) instead of S / q_c, where S is the sum or mean, q_c the condition's quantity.
 *
 * Where an alias differs from its origin: PINA and jaxpi are undefined for zero norms, here the weights stay (see
 * ntkw_weighting_update); PhysicsNeMo's NTK has weights 0 up to its first update, here they are the initial ones; its
 * means leave out parameters that a loss does not reach, here they count as zeros. jaxpi and PhysicsNeMo count steps,
 * PINA epochs: `epoch` here is whatever the caller counts. jaxpi uses new weights from the next step on: it updates
 * after its optimizer's step.
 */
#ifndef NTKW_RULE_H
#define NTKW_RULE_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/api.h"
#include "ntkw/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Bits for the moments that a rule needs, with the functions that add each moment. Combine them by |. */
enum {
  NTKW_NEEDS_NORMS = 1,      /**< Euclidean norms of the gradients: ntkw_weighting_add_gradient */
  NTKW_NEEDS_MAGNITUDES = 2, /**< means of the gradients' absolute values: ntkw_weighting_add_gradient */
  NTKW_NEEDS_TRACES = 4,     /**< traces of the NTK blocks: ntkw_weighting_add_ntk_diagonal */
  NTKW_NEEDS_LOSSES =
      8, /**< losses: ntkw_weighting_add_residuals, ntkw_weighting_set_loss or ntkw_weighting_merge_residuals */
  NTKW_NEEDS_LARGEST = 16 /**< largest absolute value in the reference's gradient (a second, 8-byte reduction) */
};

/** Description of a rule. Its numbers are defaults, which the options of a weighting may replace. */
typedef struct ntkw_rule_info {
  const char *name;      /**< such as "ntk-trace" or "jaxpi.ntk" */
  const char *alias_of;  /**< the rule of which this alias is a variant; NULL if this is no alias */
  const char *target;    /**< the formula, as in the table above */
  const char *source;    /**< who published or wrote it */
  unsigned needs;        /**< NTKW_NEEDS_...; 0: the rule needs only the epoch */
  double alpha;          /**< share of the old weight */
  int64_t update_every;  /**< epochs between updates */
  int64_t update_offset; /**< due iff epoch - update_offset is divisible by update_every ... */
  int64_t first_epoch;   /**< ... and epoch is not below first_epoch */
  double cap;            /**< bound of the target, or 0: none */
  bool by_count;         /**< the rule needs N_c and T_c; ntkw_weighting_merge_ntk_diagonal takes both */
} ntkw_rule_info;

/** The names of all rules and aliases, the default first. Local.
 * @param[out] n  their number; may be NULL (the list also ends with a NULL).
 * @return a list that lives as long as the calling thread; the names live as long as the program. */
NTKW_API const char *const *ntkw_rule_names(int *n);

/** Find the description of a rule. Local.
 * @param[in] name  a name or alias.
 * @return its description, which lives as long as the program; NULL if there is no such rule. */
NTKW_API const ntkw_rule_info *ntkw_rule_find(const char *name);

/** Reduced moments, the input of a user rule.
 *
 * A condition takes part in an update if some rank added each moment that the rule declares in `needs`. Arrays have n
 * entries, one for each condition that takes part; arrays of undeclared moments are NULL. The values are moments of the
 * whole model, rounded once (means: twice). They do not depend on the number of ranks or on how the model is cut. */
typedef struct ntkw_moments {
  int n;                    /**< conditions that take part, at least 1 */
  const int *condition;     /**< their indices in the weighting, ascending */
  int64_t epoch;            /**< of the update */
  int64_t updates;          /**< reductions before this one */
  const double *weight;     /**< the present weights */
  const double *norm;       /**< NTKW_NEEDS_NORMS: |g_c| */
  const double *magnitude;  /**< NTKW_NEEDS_MAGNITUDES: mean|g_c| */
  const double *trace;      /**< NTKW_NEEDS_TRACES: T_c */
  const double *mean_trace; /**< NTKW_NEEDS_TRACES: T_c / N_c */
  const double *loss;       /**< NTKW_NEEDS_LOSSES: L_c, a mean over points */
  double largest;           /**< NTKW_NEEDS_LARGEST: max|g_r| of the option `reference`; otherwise 0 */
} ntkw_moments;

/** A user rule: a rule that the program defines, passed in ntkw_weighting_options.user_rule. examples/user_rule.c
 * implements SoftAdapt.
 *
 * Rank 0 of the weighting evaluates the rule and broadcasts the targets. The rule may therefore use exp, log or random
 * numbers, and all ranks still have the same bits. All members except `targets` and `context` must agree over the
 * ranks. */
typedef struct ntkw_user_rule {
  const char *name;     /**< for messages and the state; not the name of a rule of the library */
  unsigned needs;       /**< the moments that the rule needs, NTKW_NEEDS_... or-ed; 0: none */
  double alpha;         /**< default share of the old weight, in [0, 1] */
  int64_t update_every; /**< default epochs between updates, >= 1 */
  int memory_count;     /**< doubles that the rule keeps between updates, 0 to 65536; part of the state */
  /** Compute the targets from the moments. Called on rank 0 only, in the default floating-point environment.
   *
   * It must not communicate. memory has memory_count values, zeros before the first update.
   * @return NTKW_SUCCESS, or a code that the update then returns on every rank; weights and memory are unchanged. If a
   *         target is not finite, the update returns NTKW_ERR_NOT_FINITE. */
  ntkw_status (*targets)(void *context, const ntkw_moments *moments, double *memory, double *target);
  void *context; /**< passed to targets; used on rank 0 only */
} ntkw_user_rule;

#ifdef __cplusplus
}
#endif
#endif
