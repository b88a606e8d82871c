/* Rules: they compute targets of the weights from moments of the conditions.
 *
 * To add a rule, add a file to this folder, with a table of the rule and its aliases, and a line to NTKW_I_RULE_LIST. A
 * rule has two functions. Both are pure, use + - * / sqrt only and take the conditions in ascending order, so that the
 * bits are the same everywhere. Both are called in the default floating-point environment:
 *
 * measure  the quantity of a condition, with any exponent; zero if the condition cannot be measured;
 * targets  the targets of the conditions that take part. Their quantities are scaled by a common power of two, the
 *          largest to [0.5, 1), so that nothing overflows: targets must not depend on the unit.
 */
#ifndef NTKW_WEIGHTING_RULES_H
#define NTKW_WEIGHTING_RULES_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/rule.h"
#include "weighting/moments.h"

typedef struct ntkw_i_rule ntkw_i_rule;

/* The input of targets. */
typedef struct ntkw_i_evaluation {
  const ntkw_i_rule *rule;
  int n;                       /* conditions that take part, in order */
  const double *value;         /* their quantities, scaled; NULL if the rule measures nothing */
  double max_abs;              /* max|g_r| on the same scale, if the rule needs it; else 0 */
  double epsilon;              /* the rule's, on the same scale */
  double cap;                  /* bound of a target; 0: none */
  int reference;               /* which of the n is the reference; -1: none of them */
  double progress;             /* of `linear`: min(epoch, target_epoch) / target_epoch */
  const double *first, *final; /* initial and final weights, of all conditions */
} ntkw_i_evaluation;

struct ntkw_i_rule {
  ntkw_rule_info info;
  const char *quantity; /* what is measured, for messages */
  bool inverse;         /* divides by the quantities; without cap or epsilon, zero quantities are excluded */
  bool mean;            /* scaled by the mean over the conditions, not the sum */
  bool has_reference;   /* compares with the reference, which must take part and not be zero */
  bool reference_stays; /* the reference keeps its weight */
  bool given;           /* the user gives the weights, of any sign */
  bool interpolates;    /* between initial and final weights */
  double epsilon;       /* added to the divisor, in the unit of the quantity */
  ntkw_i_split (*measure)(const ntkw_i_reduced *reduced);
  void (*targets)(const ntkw_i_evaluation *evaluation, double target[]);
};

/* A rule and its aliases. */
typedef struct ntkw_i_rule_family {
  const ntkw_i_rule *rules;
  int n;
} ntkw_i_rule_family;

#define NTKW_I_RULE_LIST(X)  \
  X(gradient_share)          \
  X(inverse_gradient_norm)   \
  X(ntk_trace)               \
  X(mean_ntk_trace)          \
  X(root_loss_norm)          \
  X(learning_rate_annealing) \
  X(constant)                \
  X(linear)

#define NTKW_I_RULE_DECLARATION(id) extern const ntkw_i_rule_family ntkw_i_rules_##id;
NTKW_I_RULE_LIST(NTKW_I_RULE_DECLARATION)
#undef NTKW_I_RULE_DECLARATION

/* Define the rule family of a file from its table. */
#define NTKW_I_RULE_FAMILY(id, table) \
  const ntkw_i_rule_family ntkw_i_rules_##id = {(table), (int)(sizeof(table) / sizeof *(table))}

/* The rule of that name or alias, or NULL. */
const ntkw_i_rule *ntkw_i_rule_find(const char *name);

/* Norm of the loss gradient. */
ntkw_i_split ntkw_i_measure_norm(const ntkw_i_reduced *reduced);
/* The mean over the entries of the NTK block's diagonal. */
ntkw_i_split ntkw_i_measure_mean_trace(const ntkw_i_reduced *reduced);
/* Targets of the inverse rules: S / (q_c + S / cap), without a cap S / q_c. S: the sum or mean of the quantities q. */
void ntkw_i_targets_inverse(const ntkw_i_evaluation *evaluation, double target[]);

/* values[0] + values[1] + ..., in this order. */
static inline double ntkw_i_rule_sum(const double values[], int n) {
  double sum = 0;
  for (int c = 0; c < n; c++) sum += values[c];
  return sum;
}

#endif
