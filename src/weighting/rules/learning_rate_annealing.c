/* max|g_r| / mean|g_c|: Wang, Teng, Perdikaris, SIAM J. Sci. Comput. 43 (2021) A3055, eq. 40 and 41. The reference r
 * keeps its weight. alpha is the share of the old weight, as in the authors' code. PhysicsNeMo-Sym, LRAnnealing, has
 * mean|g_r| / (mean|g_c| + e), for all conditions. */
#include <stddef.h>
#include "weighting/rules/rules.h"

static ntkw_i_split mean_magnitude(const ntkw_i_reduced *reduced) {
  return ntkw_i_total_mean(&reduced->total[NTKW_I_MAGNITUDES]);
}

static void divide(const ntkw_i_evaluation *evaluation, double numerator, double target[]) {
  const double least = evaluation->epsilon + (evaluation->cap > 0 ? numerator / evaluation->cap : 0);
  for (int c = 0; c < evaluation->n; c++) target[c] = numerator / (evaluation->value[c] + least);
}

static void by_largest(const ntkw_i_evaluation *evaluation, double target[]) {
  divide(evaluation, evaluation->max_abs, target);
}

static void by_mean(const ntkw_i_evaluation *evaluation, double target[]) {
  divide(evaluation, evaluation->value[evaluation->reference], target);
}

static const ntkw_i_rule table[] = {
    {.info = {.name = "learning-rate-annealing",
              .target = "max|g_r| / mean|g_c|",
              .source = "Wang, Teng, Perdikaris, SIAM J. Sci. Comput. 43 (2021) A3055",
              .needs = NTKW_NEEDS_MAGNITUDES | NTKW_NEEDS_LARGEST,
              .alpha = 0.9,
              .update_every = 10},
     .quantity = "mean magnitude of the gradient",
     .inverse = true,
     .has_reference = true,
     .reference_stays = true,
     .measure = mean_magnitude,
     .targets = by_largest},
    {.info = {.name = "physicsnemo.lr_annealing",
              .alias_of = "learning-rate-annealing",
              .target = "mean|g_r| / (mean|g_c| + 1e-8)",
              .source = "PhysicsNeMo-Sym, LRAnnealing",
              .needs = NTKW_NEEDS_MAGNITUDES,
              .alpha = 0.99,
              .update_every = 1},
     .quantity = "mean magnitude of the gradient",
     .inverse = true,
     .has_reference = true,
     .epsilon = 1e-8,
     .measure = mean_magnitude,
     .targets = by_mean},
};
NTKW_I_RULE_FAMILY(learning_rate_annealing, table);
