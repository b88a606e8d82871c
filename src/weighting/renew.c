#include "weighting/renew.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include "base/check.h"
#include "weighting/handle.h"
#include "weighting/user_rule.h"
#include "weighting/verdict.h"

/* Conditions that had to leave the rule's sum. */
typedef struct leavers {
  int count, first;   /* number of conditions, and the first one that left */
  bool first_is_zero; /* or only too small beside the others */
} leavers;

void ntkw_i_renew_moments(ntkw_weighting *weighting) {
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

/* A zero quantity cannot be divided by, unless something is added to it. */
static bool leaves_if_zero(const ntkw_weighting *weighting) {
  const ntkw_i_rule *rule = weighting->settings.rule;
  return rule->inverse && weighting->settings.cap == 0 && rule->epsilon == 0;
}

static void note_leaver(leavers *left, int condition, bool zero) {
  if (left->count == 0 || condition < left->first) {
    left->first = condition;
    left->first_is_zero = zero;
  }
  left->count++;
}

/* List the conditions that take part, and their quantities; under an inverse rule those with a zero one leave. */
static int list_taking_part(ntkw_weighting *weighting, leavers *left, bool *all_zero) {
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
      if (zero && leaves_if_zero(weighting)) {
        note_leaver(left, c, true);
        continue;
      }
      weighting->workspace.quantity[n] = quantity;
    }
    n++;
  }
  return n;
}

/* The quantities times the power of two that takes the largest to [0.5, 1); returns its exponent. */
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
    double largest;
    memcpy(&largest, &weighting->largest, sizeof largest);
    evaluation.value = workspace->value;
    evaluation.largest = ldexp(largest, -exponent);
    evaluation.epsilon = ldexp(rule->epsilon, -exponent);
  }
  rule->targets(&evaluation, workspace->target);
}

/* Those whose target is beyond the range of double leave; the largest quantity, and a reference, have a target in
 * range, so that they stay. Returns how many stay. */
static int drop_overflowed(ntkw_weighting *weighting, int n, leavers *left) {
  ntkw_i_workspace *workspace = &weighting->workspace;
  int staying = 0;
  for (int i = 0; i < n; i++) {
    if (isfinite(workspace->target[i])) {
      workspace->taking_part[staying] = workspace->taking_part[i];
      workspace->quantity[staying++] = workspace->quantity[i];
    } else {
      note_leaver(left, workspace->taking_part[i], false);
    }
  }
  return staying;
}

static ntkw_status report_leavers(const ntkw_weighting *weighting, const leavers *left) {
  if (left->count == 0) return NTKW_SUCCESS;
  return ntkw_i_fail(NTKW_ZERO_NORM,
                     "the %s of condition '%.200s' is %s: %d condition(s) left the sum and kept their weight",
                     weighting->settings.rule->quantity, weighting->names[left->first],
                     left->first_is_zero ? "zero" : "too small beside the others for a weight", left->count);
}

/* A reference of zero says nothing about the weights of the others. */
static ntkw_status check_reference(const ntkw_weighting *weighting) {
  const ntkw_i_rule *rule = weighting->settings.rule;
  const int reference = weighting->settings.reference;
  NTKW_CHECK(!rule->has_reference || rule->measure(&weighting->reduced[reference]).mantissa > 0, NTKW_ZERO_NORM,
             "the %s of condition '%.200s', the reference, is zero: all weights were kept", rule->quantity,
             weighting->names[reference]);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_evaluate(ntkw_weighting *weighting, int *n) {
  leavers left = {0};
  bool all_zero = false;
  *n = 0;
  const int listed = list_taking_part(weighting, &left, &all_zero);
  if (weighting->settings.own) {
    NTKW_TRY(ntkw_i_own_targets(weighting, listed));
    *n = listed;
    return NTKW_SUCCESS;
  }
  NTKW_CHECK(!all_zero, NTKW_ZERO_NORM, "every %s is zero: all weights were kept", weighting->settings.rule->quantity);
  NTKW_TRY(check_reference(weighting));
  int staying = listed;
  do {
    *n = staying;
    make_targets(weighting, *n);
    staying = drop_overflowed(weighting, *n, &left);
  } while (staying < *n);
  return report_leavers(weighting, &left);
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
