/* From the initial to the final weights, linearly in the epoch up to a target epoch: PINA 0.3.2, LinearWeighting. */
#include <stddef.h>
#include "weighting/rules/rules.h"

static void targets(const ntkw_i_evaluation *evaluation, double target[]) {
  const double *first = evaluation->first, *final = evaluation->final;
  for (int c = 0; c < evaluation->n; c++) target[c] = first[c] + (final[c] - first[c]) * evaluation->progress;
}

#define LINEAR(a_name, canonical)                                                 \
  {                                                                               \
    .info = {.name = a_name,                                                      \
             .alias_of = canonical,                                               \
             .target = "initial + (final - initial) min(epoch, target) / target", \
             .source = "PINA 0.3.2, LinearWeighting",                             \
             .needs = 0,                                                          \
             .alpha = 0,                                                          \
             .update_every = 1},                                                  \
    .given = true, .interpolates = true, .targets = targets                       \
  }

static const ntkw_i_rule table[] = {LINEAR("linear", NULL), LINEAR("pina.linear", "linear")};
NTKW_I_RULE_FAMILY(linear, table);
