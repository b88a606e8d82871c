/* Rules: how targets of the weights are made of moments of the conditions.
 *
 * A rule is one file here, defining one const ntkw_i_rule, and one line in NTKW_I_RULE_LIST. Its function is pure, in
 * + - * / sqrt only, conditions in ascending order, so that its bits are the same everywhere. It is called in the
 * default floating-point environment, with the conditions that take part: those that have every moment the rule needs,
 * and, for an inverse rule, none that is zero. It must not depend on the unit of a moment: each kind of moment is
 * scaled by a power of two common to all conditions, the largest one to [0.5, 1).
 */
#ifndef NTKW_WEIGHTING_RULES_H
#define NTKW_WEIGHTING_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* The moments a rule can ask for. */
enum { NTKW_I_NORMS = 1, NTKW_I_TRACES = 2 };

/* The moments of the n conditions that take part, in order; those not asked for are NULL. */
typedef struct ntkw_i_moments {
  int n;
  const double *norm;  /* Euclidean norm of the loss's gradient */
  const double *trace; /* trace of the condition's block of the neural tangent kernel */
} ntkw_i_moments;

typedef struct ntkw_i_rule {
  const char *name;
  unsigned needs;       /* NTKW_I_NORMS, NTKW_I_TRACES or both */
  bool inverse;         /* divides by the moments: a condition with a zero moment cannot take part */
  double alpha;         /* default share of the old weight */
  int64_t update_every; /* default epochs between updates */
  void (*targets)(const ntkw_i_moments *moments, double target[]);
} ntkw_i_rule;

#define NTKW_I_RULE_LIST(X) \
  X(gradient_share)         \
  X(inverse_gradient_norm)  \
  X(ntk_trace)

#define NTKW_I_RULE_DECLARATION(id) extern const ntkw_i_rule ntkw_i_rule_##id;
NTKW_I_RULE_LIST(NTKW_I_RULE_DECLARATION)
#undef NTKW_I_RULE_DECLARATION

/* The rule of that name, or NULL. */
const ntkw_i_rule *ntkw_i_rule_find(const char *name);
/* The names of all rules, the default first, ended by NULL. */
const char *const *ntkw_i_rule_names(void);

/* values[0] + values[1] + ..., in this order. */
static inline double ntkw_i_rule_sum(const double values[], int n) {
  double sum = 0;
  for (int c = 0; c < n; c++) sum += values[c];
  return sum;
}

#endif
