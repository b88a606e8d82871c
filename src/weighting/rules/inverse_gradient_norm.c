/* sum_k n_k / n_c: Wang, Sankaran, Wang, Perdikaris, arXiv:2308.08468, eq. 2.12 to 2.15. jaxpi has the
 * mean of the norms instead of their sum. */
#include <stddef.h>
#include "weighting/rules/rules.h"

#define COMMON \
  .quantity = "gradient norm", .inverse = true, .measure = ntkw_i_measure_norm, .targets = ntkw_i_targets_inverse

static const ntkw_i_rule table[] = {
    {.info = {.name = "inverse-gradient-norm",
              .target = "sum n / n_c",
              .source = "Wang et al., arXiv:2308.08468, eq. 2.12-2.15",
              .needs = NTKW_NEEDS_NORMS,
              .alpha = 0.9,
              .update_every = 1000},
     COMMON},
    {.info = {.name = "pina.self_adaptive",
              .alias_of = "inverse-gradient-norm",
              .target = "sum n / n_c",
              .source = "PINA 0.3.2, SelfAdaptiveWeighting",
              .needs = NTKW_NEEDS_NORMS,
              .alpha = 0,
              .update_every = 1},
     COMMON},
    {.info = {.name = "jaxpi.grad_norm",
              .alias_of = "inverse-gradient-norm",
              .target = "mean n / n_c",
              .source = "jaxpi, compute_weights",
              .needs = NTKW_NEEDS_NORMS,
              .alpha = 0.9,
              .update_every = 1000},
     .mean = true,
     COMMON},
    {.info = {.name = "jaxpi.pirate.grad_norm",
              .alias_of = "inverse-gradient-norm",
              .target = "mean n / (n_c + 1e-5 mean n)",
              .source = "jaxpi, branch pirate, compute_weights",
              .needs = NTKW_NEEDS_NORMS,
              .alpha = 0.9,
              .update_every = 1000,
              .cap = 1e5},
     .mean = true,
     COMMON},
    {.info = {.name = "jaxpi2.grad_norm",
              .alias_of = "inverse-gradient-norm",
              .target = "mean n / (n_c + 1e-5 mean n)",
              .source = "jaxpi2, compute_loss_weights",
              .needs = NTKW_NEEDS_NORMS,
              .alpha = 0.9,
              .update_every = 1000,
              .update_offset = 100,
              .first_epoch = 100,
              .cap = 1e5},
     .mean = true,
     COMMON},
};
NTKW_I_RULE_FAMILY(inverse_gradient_norm, table);
