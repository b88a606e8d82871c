/* n_c / sum_k n_k: PINA 0.3.2, NeuralTangentKernelWeighting. A larger gradient gets a larger weight. */
#include <stddef.h>
#include "weighting/rules/rules.h"

static void targets(const ntkw_i_evaluation *evaluation, double target[]) {
  const double sum = ntkw_i_rule_sum(evaluation->value, evaluation->n);
  for (int c = 0; c < evaluation->n; c++) target[c] = evaluation->value[c] / sum;
}

#define SHARE(a_name, canonical)                                                    \
  {                                                                                 \
    .info = {.name = a_name,                                                        \
             .alias_of = canonical,                                                 \
             .target = "n_c / sum n",                                               \
             .source = "PINA 0.3.2, NeuralTangentKernelWeighting",                  \
             .needs = NTKW_NEEDS_NORMS,                                             \
             .alpha = 0.5,                                                          \
             .update_every = 1},                                                    \
    .quantity = "gradient norm", .measure = ntkw_i_measure_norm, .targets = targets \
  }

static const ntkw_i_rule table[] = {SHARE("gradient-share", NULL), SHARE("pina.ntk", "gradient-share")};
NTKW_I_RULE_FAMILY(gradient_share, table);
