#include "weighting/apply_rule.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include "base/check.h"
#include "weighting/weighting_impl.h"
#include "weighting/user_rule.h"
#include "weighting/validate.h"

/* Conditions excluded from the rule's sum. */
typedef struct exclusions {
  int count, first;   /* number of conditions; the first of them */
  bool first_is_zero; /* false: its quantity is only too small compared with the others */
} exclusions;

void ntkw_i_apply_moments(ntkw_weighting *weighting) {
  for (int c = 0; c < weighting->n; c++) {
    const ntkw_i_reduced *reduced = &weighting->reduced[c];
    const ntkw_i_total *total = reduced->total;
    if (total[NTKW_I_SQUARES].ranks > 0 && weighting->layout.limbs[NTKW_I_SQUARES] > 0) {
      weighting->norms[c] = reduced->norm;
      weighting->squared_norms[c] = total[NTKW_I_SQUARES].value;
    }
    if (total[NTKW_I_DIAGONAL].ranks > 0) weighting->traces[c] = total[NTKW_I_DIAGONAL].value;
    if (total[NTKW_I_LOSSES].ranks > 0)
      weighting->losses[c] = ntkw_i_split_value(ntkw_i_total_mean(&total[NTKW_I_LOSSES]));
    if (total[NTKW_I_MAGNITUDES].ranks > 0)
      weighting->magnitudes[c] = ntkw_i_split_value(ntkw_i_total_mean(&total[NTKW_I_MAGNITUDES]));
  }
}

/* A zero quantity cannot be divided by, unless a cap or an epsilon is added to it. */
static bool excluded_if_zero(const ntkw_weighting *weighting) {
  const ntkw_i_rule *rule = weighting->settings.rule;
  return rule->inverse && weighting->settings.cap == 0 && rule->epsilon == 0;
}

static void exclude(exclusions *excluded, int condition, bool zero) {
  if (excluded->count == 0 || condition < excluded->first) {
    excluded->first = condition;
    excluded->first_is_zero = zero;
  }
  excluded->count++;
}

/* List the conditions that take part, and their quantities. An inverse rule excludes those with a zero quantity. */
static int list_taking_part(ntkw_weighting *weighting, exclusions *excluded, bool *all_zero) {
  const ntkw_i_rule *rule = weighting->settings.rule;
  int n = 0;
  *all_zero = rule && rule->measure;
  for (int c = 0; c < weighting->n; c++) {
    if (!ntkw_i_takes_part(weighting, c)) continue;
    weighting->workspace.taking_part[n] = c;
    if (rule && rule->measure) {
      const ntkw_i_split quantity = rule->measure(&weighting->reduced[c]);
      const bool zero = quantity.mantissa == 0;
      *all_zero = *all_zero && zero;
      if (zero && excluded_if_zero(weighting)) {
        exclude(excluded, c, true);
        continue;
      }
      weighting->workspace.quantity[n] = quantity;
    }
    n++;
  }
  return n;
}

/* Multiply the quantities by the power of two that moves the largest to [0.5, 1). Returns the exponent of the largest.
 */
static int scale(const ntkw_i_split quantity[], int n, double value[]) {
  int largest = INT_MIN;
  for (int i = 0; i < n; i++)
    if (quantity[i].mantissa > 0 && quantity[i].exponent > largest) largest = quantity[i].exponent;
  for (int i = 0; i < n; i++)
    value[i] = quantity[i].mantissa > 0 ? ldexp(quantity[i].mantissa, quantity[i].exponent - largest) : 0;
  return largest;
}

static int find_reference(const ntkw_weighting *weighting, int n) {
  int i = n - 1;
  while (i >= 0 && weighting->workspace.taking_part[i] != weighting->settings.reference) i--;
  return i;
}

static double progress(const ntkw_weighting *weighting) {
  const int64_t target = weighting->settings.target_epoch;
  if (target == 0) return 0;
  return (double)(weighting->epoch < target ? weighting->epoch : target) / (double)target;
}

static void make_targets(ntkw_weighting *weighting, int n) {
  const ntkw_i_rule *rule = weighting->settings.rule;
  ntkw_i_workspace *workspace = &weighting->workspace;
  ntkw_i_evaluation evaluation = {.rule = rule,
                                  .n = n,
                                  .cap = weighting->settings.cap,
                                  .reference = find_reference(weighting, n),
                                  .progress = progress(weighting),
                                  .first = weighting->first,
                                  .final = weighting->final};
  if (rule->measure) {
    const int exponent = scale(workspace->quantity, n, workspace->value);
    double max_abs;
    memcpy(&max_abs, &weighting->max_abs, sizeof max_abs);
    evaluation.value = workspace->value;
    evaluation.max_abs = ldexp(max_abs, -exponent);
    evaluation.epsilon = ldexp(rule->epsilon, -exponent);
  }
  rule->targets(&evaluation, workspace->target);
}

/* Exclude the conditions whose target is beyond the range of double. The condition with the largest quantity and the
 * reference have a target in range. Returns the number of conditions that remain. */
static int drop_overflowed(ntkw_weighting *weighting, int n, exclusions *excluded) {
  ntkw_i_workspace *workspace = &weighting->workspace;
  int remaining = 0;
  for (int i = 0; i < n; i++) {
    if (isfinite(workspace->target[i])) {
      workspace->taking_part[remaining] = workspace->taking_part[i];
      workspace->quantity[remaining++] = workspace->quantity[i];
    } else {
      exclude(excluded, workspace->taking_part[i], false);
    }
  }
  return remaining;
}

static ntkw_status report_excluded(const ntkw_weighting *weighting, const exclusions *excluded) {
  if (excluded->count == 0) return NTKW_SUCCESS;
  return ntkw_i_fail(NTKW_ZERO_NORM,
                     "the %s of condition '%.200s' is %s: %d condition(s) left the sum and kept their weight",
                     weighting->settings.rule->quantity, weighting->names[excluded->first],
                     excluded->first_is_zero ? "zero" : "too small beside the others for a weight", excluded->count);
}

/* With a zero reference no weight is defined. */
static ntkw_status check_reference(const ntkw_weighting *weighting) {
  const ntkw_i_rule *rule = weighting->settings.rule;
  const int reference = weighting->settings.reference;
  NTKW_CHECK(!rule->has_reference || rule->measure(&weighting->reduced[reference]).mantissa > 0, NTKW_ZERO_NORM,
             "the %s of condition '%.200s', the reference, is zero: all weights were kept", rule->quantity,
             weighting->names[reference]);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_evaluate(ntkw_weighting *weighting, int *n) {
  exclusions excluded = {0};
  bool all_zero = false;
  *n = 0;
  const int listed = list_taking_part(weighting, &excluded, &all_zero);
  if (weighting->settings.own) {
    NTKW_TRY(ntkw_i_user_rule_targets(weighting, listed));
    *n = listed;
    return NTKW_SUCCESS;
  }
  NTKW_CHECK(!all_zero, NTKW_ZERO_NORM, "every %s is zero: all weights were kept", weighting->settings.rule->quantity);
  NTKW_TRY(check_reference(weighting));
  int remaining = listed;
  do {
    *n = remaining;
    make_targets(weighting, *n);
    remaining = drop_overflowed(weighting, *n, &excluded);
  } while (remaining < *n);
  return report_excluded(weighting, &excluded);
}

void ntkw_i_smooth(ntkw_weighting *weighting, int n) {
  const ntkw_i_rule *rule = weighting->settings.rule;
  const double old_share = weighting->settings.alpha, new_share = 1.0 - weighting->settings.alpha;
  for (int i = 0; i < n; i++) {
    const int c = weighting->workspace.taking_part[i];
    if (rule && rule->reference_stays && c == weighting->settings.reference) continue;
    weighting->weights[c] = old_share * weighting->weights[c] + new_share * weighting->workspace.target[i];
  }
}
