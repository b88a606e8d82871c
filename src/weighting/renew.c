#include "weighting/renew.h"

#include <limits.h>
#include <math.h>
#include "status/check.h"
#include "weighting/handle.h"
#include "weighting/verdict.h"

/* Conditions that had to leave the rule's sum. */
typedef struct leavers {
  int count, first;   /* number of conditions, and the first one that left */
  bool first_is_zero; /* or only too small beside the others */
} leavers;

void ntkw_i_renew_norms(ntkw_weighting *weighting) {
  for (int c = 0; c < weighting->n; c++) {
    const ntkw_i_reduced *reduced = &weighting->reduced[c];
    if (reduced->gradient_ranks > 0) {
      weighting->norms[c] = reduced->norm;
      weighting->squared_norms[c] = reduced->squared_norm;
    }
    if (reduced->trace_ranks > 0) weighting->traces[c] = reduced->trace;
  }
}

static const ntkw_i_split *moment(const ntkw_weighting *weighting, unsigned kind, int condition) {
  const ntkw_i_reduced *reduced = &weighting->reduced[condition];
  return kind == NTKW_I_NORMS ? &reduced->norm_split : &reduced->trace_split;
}

static bool is_zero(const ntkw_weighting *weighting, int condition) {
  for (unsigned kind = NTKW_I_NORMS; kind <= NTKW_I_TRACES; kind <<= 1)
    if ((weighting->rule->needs & kind) && moment(weighting, kind, condition)->mantissa == 0) return true;
  return false;
}

/* The moments of the conditions that take part, times the power of two that takes the largest to [0.5, 1). */
static const double *scaled(ntkw_weighting *weighting, unsigned kind, int n, double values[]) {
  if (!(weighting->rule->needs & kind)) return NULL;
  const int *taking_part = weighting->workspace.taking_part;
  int largest = INT_MIN;
  for (int i = 0; i < n; i++) {
    const ntkw_i_split *split = moment(weighting, kind, taking_part[i]);
    if (split->mantissa > 0 && split->exponent > largest) largest = split->exponent;
  }
  for (int i = 0; i < n; i++) {
    const ntkw_i_split *split = moment(weighting, kind, taking_part[i]);
    values[i] = split->mantissa > 0 ? ldexp(split->mantissa, split->exponent - largest) : 0;
  }
  return values;
}

static void evaluate(ntkw_weighting *weighting, int n) {
  ntkw_i_workspace *workspace = &weighting->workspace;
  const ntkw_i_moments moments = {
      .n = n,
      .norm = scaled(weighting, NTKW_I_NORMS, n, workspace->norm),
      .trace = scaled(weighting, NTKW_I_TRACES, n, workspace->trace),
  };
  weighting->rule->targets(&moments, workspace->target);
}

static void note_leaver(leavers *left, int condition, bool zero) {
  if (left->count == 0 || condition < left->first) {
    left->first = condition;
    left->first_is_zero = zero;
  }
  left->count++;
}

/* List the conditions that take part; under an inverse rule those with a zero moment leave. */
static int list_taking_part(ntkw_weighting *weighting, leavers *left, bool *all_zero) {
  int n = 0;
  *all_zero = true;
  for (int c = 0; c < weighting->n; c++) {
    if (!ntkw_i_takes_part(weighting, c)) continue;
    const bool zero = is_zero(weighting, c);
    *all_zero = *all_zero && zero;
    if (zero && weighting->rule->inverse)
      note_leaver(left, c, true);
    else
      weighting->workspace.taking_part[n++] = c;
  }
  return n;
}

/* Those whose target is beyond the range of double leave; the largest moment has a target of at most n, so that it
 * stays. Returns how many stay. */
static int drop_overflowed(ntkw_weighting *weighting, int n, leavers *left) {
  ntkw_i_workspace *workspace = &weighting->workspace;
  int staying = 0;
  for (int i = 0; i < n; i++) {
    if (isfinite(workspace->target[i]))
      workspace->taking_part[staying++] = workspace->taking_part[i];
    else
      note_leaver(left, workspace->taking_part[i], false);
  }
  return staying;
}

static void smooth(ntkw_weighting *weighting, int n) {
  const double old_share = weighting->alpha, new_share = 1.0 - weighting->alpha;
  for (int i = 0; i < n; i++) {
    double *weight = &weighting->weights[weighting->workspace.taking_part[i]];
    *weight = old_share * *weight + new_share * weighting->workspace.target[i];
  }
}

static const char *moment_word(const ntkw_weighting *weighting) {
  return weighting->rule->needs == NTKW_I_TRACES ? "NTK trace" : "gradient norm";
}

static ntkw_status report_leavers(const ntkw_weighting *weighting, const leavers *left) {
  if (left->count == 0) return NTKW_SUCCESS;
  return ntkw_i_fail(NTKW_ZERO_NORM,
                     "the %s of condition '%.200s' is %s: %d condition(s) left the sum and kept their weight",
                     moment_word(weighting), weighting->names[left->first],
                     left->first_is_zero ? "zero" : "too small beside the others for a weight", left->count);
}

ntkw_status ntkw_i_renew_weights(ntkw_weighting *weighting) {
  leavers left = {0};
  bool all_zero = false;
  int n = list_taking_part(weighting, &left, &all_zero);
  NTKW_CHECK(!all_zero, NTKW_ZERO_NORM, "every %s is zero: all weights were kept", moment_word(weighting));
  for (int staying = 0;; n = staying) {
    evaluate(weighting, n);
    staying = drop_overflowed(weighting, n, &left);
    if (staying == n) break;
  }
  smooth(weighting, n);
  return report_leavers(weighting, &left);
}
