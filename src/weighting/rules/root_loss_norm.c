/* sum_k m_k / m_c with m_c = |grad sqrt(L_c)| = n_c / (2 sqrt(L_c)): PhysicsNeMo-Sym, NTK. It is the square root of the
 * trace rule's quantity where a condition has one point. */
#include <stddef.h>
#include "weighting/rules/rules.h"

static ntkw_i_split root_loss_norm(const ntkw_i_reduced *reduced) {
  const ntkw_i_split loss = ntkw_i_total_mean(&reduced->total[NTKW_I_LOSSES]);
  if (loss.mantissa == 0 || reduced->norm_split.mantissa == 0) return (ntkw_i_split){0, 0};
  ntkw_i_split m = ntkw_i_split_over_root(reduced->norm_split, loss);
  m.exponent--;
  return m;
}

#define ROOT_LOSS(a_name, canonical, first)                                                            \
  {                                                                                                    \
    .info = {.name = a_name,                                                                           \
             .alias_of = canonical,                                                                    \
             .target = "sum m / m_c, m_c = n_c / (2 sqrt L_c)",                                        \
             .source = "PhysicsNeMo-Sym, NTK",                                                         \
             .needs = NTKW_NEEDS_NORMS | NTKW_NEEDS_LOSSES,                                            \
             .alpha = 0,                                                                               \
             .update_every = 1000,                                                                     \
             .first_epoch = first},                                                                    \
    .quantity = "norm of the gradient of the loss's root", .inverse = true, .measure = root_loss_norm, \
    .targets = ntkw_i_targets_inverse                                                                  \
  }

static const ntkw_i_rule table[] = {ROOT_LOSS("root-loss-norm", NULL, 0),
                                    ROOT_LOSS("physicsnemo.ntk", "root-loss-norm", 1)};
NTKW_I_RULE_FAMILY(root_loss_norm, table);
