/* sum_k T_k / T_c: Wang, Yu, Perdikaris, J. Comput. Phys. 449 (2022) 110768, Algorithm 1, for losses that are sums.
 * jaxpi divides each trace by its number of entries, so that its targets do not depend on the number of points. */
#include <stddef.h>
#include "weighting/rules/rules.h"

static ntkw_i_split trace(const ntkw_i_reduced *reduced) {
  return reduced->total[NTKW_I_DIAGONAL].split;
}

static const ntkw_i_rule table[] = {
    {.info = {.name = "ntk-trace",
              .target = "sum T / T_c",
              .source = "Wang, Yu, Perdikaris, J. Comput. Phys. 449 (2022) 110768, Algorithm 1",
              .needs = NTKW_NEEDS_TRACES,
              .alpha = 0,
              .update_every = 100},
     .quantity = "NTK trace",
     .inverse = true,
     .measure = trace,
     .targets = ntkw_i_targets_inverse},
    {.info = {.name = "jaxpi.ntk",
              .alias_of = "ntk-trace",
              .target = "mean(T / N) / (T_c / N_c)",
              .source = "jaxpi, compute_weights",
              .needs = NTKW_NEEDS_TRACES,
              .alpha = 0.9,
              .update_every = 1000,
              .by_count = true},
     .quantity = "mean NTK diagonal",
     .inverse = true,
     .mean = true,
     .measure = ntkw_i_measure_mean_trace,
     .targets = ntkw_i_targets_inverse},
};
NTKW_I_RULE_FAMILY(ntk_trace, table);
