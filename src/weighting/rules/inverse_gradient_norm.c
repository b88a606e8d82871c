/* sum_k n_k / n_c: Wang, Sankaran, Wang, Perdikaris, arXiv:2308.08468, eq. 2.12 to 2.15. */
#include "weighting/rules/rules.h"

static void targets(const ntkw_i_moments *moments, double target[]) {
  const double sum = ntkw_i_rule_sum(moments->norm, moments->n);
  for (int c = 0; c < moments->n; c++) target[c] = sum / moments->norm[c];
}

const ntkw_i_rule ntkw_i_rule_inverse_gradient_norm = {
    .name = "inverse-gradient-norm",
    .needs = NTKW_I_NORMS,
    .inverse = true,
    .alpha = 0.9,
    .update_every = 1000,
    .targets = targets,
};
