/* sum_k T_k / T_c: Wang, Yu, Perdikaris, J. Comput. Phys. 449 (2022) 110768, Algorithm 1. */
#include "weighting/rules/rules.h"

static void targets(const ntkw_i_moments *moments, double target[]) {
  const double sum = ntkw_i_rule_sum(moments->trace, moments->n);
  for (int c = 0; c < moments->n; c++) target[c] = sum / moments->trace[c];
}

const ntkw_i_rule ntkw_i_rule_ntk_trace = {
    .name = "ntk-trace",
    .needs = NTKW_I_TRACES,
    .inverse = true,
    .alpha = 0,
    .update_every = 100,
    .targets = targets,
};
