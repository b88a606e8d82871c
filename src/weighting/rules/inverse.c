/* Functions that several inverse rules share. */
#include "weighting/rules/rules.h"

ntkw_i_split ntkw_i_measure_norm(const ntkw_i_reduced *reduced) {
  return reduced->norm_split;
}

ntkw_i_split ntkw_i_measure_mean_trace(const ntkw_i_reduced *reduced) {
  return ntkw_i_total_mean(&reduced->total[NTKW_I_DIAGONAL]);
}

void ntkw_i_targets_inverse(const ntkw_i_evaluation *evaluation, double target[]) {
  double scale = ntkw_i_rule_sum(evaluation->value, evaluation->n);
  if (evaluation->rule->mean) scale /= evaluation->n;
  const double least = evaluation->cap > 0 ? scale / evaluation->cap : 0;
  for (int c = 0; c < evaluation->n; c++) target[c] = scale / (evaluation->value[c] + least);
}
