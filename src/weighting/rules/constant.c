/* The weights that the user gives: PINA 0.3.2, ScalarWeighting. */
#include <stddef.h>
#include "weighting/rules/rules.h"

static void targets(const ntkw_i_evaluation *evaluation, double target[]) {
  for (int c = 0; c < evaluation->n; c++) target[c] = evaluation->first[c];
}

#define CONSTANT(a_name, canonical)                   \
  {                                                   \
    .info = {.name = a_name,                          \
             .alias_of = canonical,                   \
             .target = "the initial weight",          \
             .source = "PINA 0.3.2, ScalarWeighting", \
             .needs = 0,                              \
             .alpha = 0,                              \
             .update_every = 1},                      \
    .given = true, .targets = targets                 \
  }

static const ntkw_i_rule table[] = {CONSTANT("constant", NULL), CONSTANT("pina.scalar", "constant")};
NTKW_I_RULE_FAMILY(constant, table);
