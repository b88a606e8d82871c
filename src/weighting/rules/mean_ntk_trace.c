/* sum_k (T_k / N_k) / (T_c / N_c): the rule of ntk_trace.c for losses that are means over the N_c residuals of a
 * condition, as in this library. The paper's losses are sums. With means a weight does not depend on the number of
 * points of its condition. */
#include <stddef.h>
#include "weighting/rules/rules.h"

static const ntkw_i_rule table[] = {
    {.info = {.name = "mean-ntk-trace",
              .target = "sum(T / N) / (T_c / N_c)",
              .source =
                  "Wang, Yu, Perdikaris, J. Comput. Phys. 449 (2022) 110768, Algorithm 1, for losses that are means",
              .needs = NTKW_NEEDS_TRACES,
              .alpha = 0,
              .update_every = 100,
              .by_count = true},
     .quantity = "mean NTK diagonal",
     .inverse = true,
     .measure = ntkw_i_measure_mean_trace,
     .targets = ntkw_i_targets_inverse},
};
NTKW_I_RULE_FAMILY(mean_ntk_trace, table);
