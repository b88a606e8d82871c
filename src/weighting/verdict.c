#include "weighting/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include "status/check.h"
#include "weighting/handle.h"

static ntkw_status judge_agreement(const ntkw_weighting *weighting, const ntkw_i_trouble *trouble) {
  static const char *const topics[NTKW_I_TOPICS] = {
      [NTKW_I_TOPIC_EPOCH] = "the epoch of the update",
      [NTKW_I_TOPIC_UPDATES] = "the number of updates so far (was a state put back on some ranks only?)",
      [NTKW_I_TOPIC_OPTIONS] = "the rule, its options or the names of the conditions",
      [NTKW_I_TOPIC_WEIGHTS] = "the present weights (was a state put back on some ranks only?)",
  };
  const int64_t healthy = weighting->size - trouble->ranks;
  for (int t = 0; t < NTKW_I_TOPICS; t++)
    NTKW_CHECK(ntkw_i_message_agrees(weighting, (ntkw_i_topic)t, healthy), NTKW_ERR_DISAGREE,
               "the %d ranks of a weighting disagree on %s; expected the same on all", weighting->size, topics[t]);
  return NTKW_SUCCESS;
}

static ntkw_status judge_trouble(const ntkw_weighting *weighting, const ntkw_i_trouble *trouble) {
  if (trouble->ranks == 0) return NTKW_SUCCESS;
  NTKW_CHECK(trouble->ranks == 1, trouble->code,
             "%" PRId64
             " of the %d ranks of a weighting were given bad arguments since the last update; the calls that "
             "were given them said which",
             trouble->ranks, weighting->size);
  char text[512];
  ntkw_i_fault_describe(weighting, &trouble->fault, text, sizeof text);
  return ntkw_i_fail(trouble->code, "rank %" PRId64 ": %s", trouble->culprit, text);
}

/* What users mostly did when the count is wrong. */
static void guess_why(int64_t counted, int64_t expected, char text[], size_t size) {
  if (counted < expected)
    snprintf(text, size, "a shard is missing");
  else if (counted % expected == 0)
    snprintf(text, size,
             "each parameter is counted %" PRId64 " times, as happens with replicas, or with data-parallel gradients "
             "that were not reduced",
             counted / expected);
  else
    snprintf(text, size, "some parameters are counted more than once");
}

static ntkw_status judge_counts(const ntkw_weighting *weighting) {
  const int64_t expected = weighting->parameter_count;
  for (int c = 0; expected > 0 && c < weighting->n; c++) {
    const ntkw_i_reduced *reduced = &weighting->reduced[c];
    if (reduced->gradient_ranks == 0 || reduced->counted == expected) continue;
    char why[200];
    guess_why(reduced->counted, expected, why, sizeof why);
    return ntkw_i_fail(NTKW_ERR_COUNT,
                       "condition '%.200s': %" PRId64 " gradient values were counted over all ranks, expected "
                       "parameter_count = %" PRId64 ": %s",
                       weighting->names[c], reduced->counted, expected, why);
  }
  return NTKW_SUCCESS;
}

static ntkw_status judge_finiteness(const ntkw_weighting *weighting) {
  int first = -1, others = 0;
  for (int c = 0; c < weighting->n; c++) {
    if (weighting->reduced[c].gradient_not_finite + weighting->reduced[c].trace_not_finite == 0) continue;
    if (first < 0)
      first = c;
    else
      others++;
  }
  if (first < 0) return NTKW_SUCCESS;
  const ntkw_i_reduced *reduced = &weighting->reduced[first];
  const bool gradient = reduced->gradient_not_finite > 0;
  char more[64] = "";
  if (others > 0) snprintf(more, sizeof more, " (and %d other condition%s)", others, others > 1 ? "s" : "");
  return ntkw_i_fail(NTKW_ERR_NOT_FINITE, "the %s of condition '%.200s' holds NaN or Inf in %" PRId64 " value(s)%s",
                     gradient ? "gradient" : "NTK diagonal", weighting->names[first],
                     gradient ? reduced->gradient_not_finite : reduced->trace_not_finite, more);
}

bool ntkw_i_takes_part(const ntkw_weighting *weighting, int condition) {
  const ntkw_i_reduced *reduced = &weighting->reduced[condition];
  const unsigned needs = weighting->rule->needs;
  return (!(needs & NTKW_I_NORMS) || reduced->gradient_ranks > 0) &&
         (!(needs & NTKW_I_TRACES) || reduced->trace_ranks > 0);
}

static ntkw_status judge_presence(const ntkw_weighting *weighting) {
  for (int c = 0; c < weighting->n; c++)
    if (ntkw_i_takes_part(weighting, c)) return NTKW_SUCCESS;
  const unsigned needs = weighting->rule->needs;
  return ntkw_i_fail(NTKW_ERR_ABSENT, "no rank added %s to any of the %d conditions, which the rule '%s' needs",
                     needs == NTKW_I_NORMS    ? "a gradient (ntkw_gradient_add)"
                     : needs == NTKW_I_TRACES ? "NTK diagonal entries (ntkw_trace_add)"
                                              : "both a gradient and NTK diagonal entries",
                     weighting->n, weighting->rule->name);
}

ntkw_status ntkw_i_verdict(const ntkw_weighting *weighting, bool due) {
  const ntkw_i_trouble trouble = ntkw_i_message_trouble(weighting);
  NTKW_TRY(judge_agreement(weighting, &trouble));
  NTKW_TRY(judge_trouble(weighting, &trouble));
  NTKW_TRY(judge_counts(weighting));
  NTKW_TRY(judge_finiteness(weighting));
  return due ? judge_presence(weighting) : NTKW_SUCCESS;
}
