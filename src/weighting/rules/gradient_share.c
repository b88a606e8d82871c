/* n_c / sum_k n_k: PINA 0.3.2, NeuralTangentKernelWeighting. More weight to the larger gradient. */
#include "weighting/rules/rules.h"

static void targets(const ntkw_i_moments *moments, double target[]) {
  const double sum = ntkw_i_rule_sum(moments->norm, moments->n);
  for (int c = 0; c < moments->n; c++) target[c] = moments->norm[c] / sum;
}

const ntkw_i_rule ntkw_i_rule_gradient_share = {
    .name = "gradient-share",
    .needs = NTKW_I_NORMS,
    .inverse = false,
    .alpha = 0.5,
    .update_every = 1,
    .targets = targets,
};
