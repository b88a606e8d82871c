#include "weighting/validate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/check.h"
#include "weighting/weighting_impl.h"

static ntkw_status check_agreement(const ntkw_weighting *weighting, const ntkw_i_trouble *trouble) {
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

static ntkw_status check_trouble(const ntkw_weighting *weighting, const ntkw_i_trouble *trouble) {
  if (trouble->ranks == 0) return NTKW_SUCCESS;
  NTKW_CHECK(trouble->ranks == 1, trouble->code,
             "%" PRId64
             " of the %d ranks of a weighting were given bad arguments since the last update; the calls that "
             "were given them said which",
             trouble->ranks, weighting->size);
  char text[512];
  ntkw_i_argument_error_describe(weighting, &trouble->argument_error, text, sizeof text);
  return ntkw_i_fail(trouble->code, "rank %" PRId64 ": %s", trouble->culprit, text);
}

/* The most likely cause of a wrong count. */
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

/* If magnitudes are sent, as many gradient values must be counted for them as for the squares. */
static ntkw_status check_magnitudes(const ntkw_weighting *weighting, int condition) {
  const ntkw_i_total *total = weighting->reduced[condition].total;
  if (weighting->layout.slot[NTKW_I_MAGNITUDES] < 0) return NTKW_SUCCESS;
  NTKW_CHECK(total[NTKW_I_SQUARES].count == total[NTKW_I_MAGNITUDES].count, NTKW_ERR_COUNT,
             "condition '%.200s': magnitudes of %" PRId64 " gradient values were counted and squares of %" PRId64
             "; expected as many: to each ntkw_weighting_merge_gradient belongs an ntkw_weighting_merge_magnitudes "
             "under the rule '%s'",
             weighting->names[condition], total[NTKW_I_MAGNITUDES].count, total[NTKW_I_SQUARES].count,
             weighting->settings.name);
  return NTKW_SUCCESS;
}

static ntkw_status check_counts(const ntkw_weighting *weighting) {
  const int64_t expected = weighting->settings.parameter_count;
  for (int c = 0; c < weighting->n; c++) {
    const ntkw_i_total *squares = &weighting->reduced[c].total[NTKW_I_SQUARES];
    NTKW_TRY(check_magnitudes(weighting, c));
    if (expected == 0 || squares->ranks == 0 || squares->count == expected) continue;
    char why[200];
    guess_why(squares->count, expected, why, sizeof why);
    return ntkw_i_fail(NTKW_ERR_COUNT,
                       "condition '%.200s': %" PRId64 " gradient values were counted over all ranks, expected "
                       "parameter_count = %" PRId64 ": %s",
                       weighting->names[c], squares->count, expected, why);
  }
  return NTKW_SUCCESS;
}

/* The first kind of sum with values that are not finite; NTKW_I_KINDS: none. */
static int first_not_finite(const ntkw_i_reduced *reduced) {
  int kind = 0;
  while (kind < NTKW_I_KINDS && reduced->total[kind].not_finite == 0) kind++;
  return kind;
}

static ntkw_status check_finiteness(const ntkw_weighting *weighting) {
  static const char *const words[NTKW_I_KINDS] = {"gradient", "gradient", "NTK diagonal", "loss"};
  int first = -1, others = 0;
  for (int c = 0; c < weighting->n; c++) {
    if (first_not_finite(&weighting->reduced[c]) == NTKW_I_KINDS) continue;
    if (first < 0)
      first = c;
    else
      others++;
  }
  if (first < 0) return NTKW_SUCCESS;
  const int kind = first_not_finite(&weighting->reduced[first]);
  char more[64] = "";
  if (others > 0) snprintf(more, sizeof more, " (and %d other condition%s)", others, others > 1 ? "s" : "");
  return ntkw_i_fail(NTKW_ERR_NOT_FINITE, "the %s of condition '%.200s' holds NaN or Inf in %" PRId64 " value(s)%s",
                     words[kind], weighting->names[first], weighting->reduced[first].total[kind].not_finite, more);
}

/* The needs of rules, and the calls that provide them. */
static const struct {
  unsigned needs;
  ntkw_i_kind kind;
  const char *words;
} addable[] = {
    {NTKW_NEEDS_NORMS, NTKW_I_SQUARES, "a gradient (ntkw_weighting_add_gradient)"},
    {NTKW_NEEDS_MAGNITUDES | NTKW_NEEDS_LARGEST, NTKW_I_MAGNITUDES, "a gradient (ntkw_weighting_add_gradient)"},
    {NTKW_NEEDS_TRACES, NTKW_I_DIAGONAL, "NTK diagonal entries (ntkw_weighting_add_ntk_diagonal)"},
    {NTKW_NEEDS_LOSSES, NTKW_I_LOSSES, "a loss (ntkw_weighting_add_residuals)"},
};
enum { ADDABLE = sizeof addable / sizeof *addable };

bool ntkw_i_takes_part(const ntkw_weighting *weighting, int condition) {
  for (int i = 0; i < ADDABLE; i++)
    if ((weighting->settings.needs & addable[i].needs) &&
        weighting->reduced[condition].total[addable[i].kind].ranks == 0)
      return false;
  return true;
}

static ntkw_status check_presence(const ntkw_weighting *weighting) {
  for (int c = 0; c < weighting->n; c++)
    if (ntkw_i_takes_part(weighting, c)) return NTKW_SUCCESS;
  char needed[256] = "";
  for (int i = 0; i < ADDABLE; i++) {
    const size_t used = strlen(needed);
    if ((weighting->settings.needs & addable[i].needs) && !strstr(needed, addable[i].words))
      snprintf(needed + used, sizeof needed - used, "%s%s", used > 0 ? " and " : "", addable[i].words);
  }
  return ntkw_i_fail(NTKW_ERR_ABSENT, "no rank added %s to any of the %d conditions, which the rule '%s' needs", needed,
                     weighting->n, weighting->settings.name);
}

static ntkw_status check_reference(const ntkw_weighting *weighting) {
  const int reference = weighting->settings.reference;
  const bool needed = (weighting->settings.rule && weighting->settings.rule->has_reference) ||
                      (weighting->settings.needs & NTKW_NEEDS_LARGEST);
  NTKW_CHECK(
      !needed || ntkw_i_takes_part(weighting, reference), NTKW_ERR_ABSENT,
      "no rank added a gradient (ntkw_weighting_add_gradient) to condition '%.200s', the reference of the rule '%s'",
      weighting->names[reference], weighting->settings.name);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_validate(const ntkw_weighting *weighting, bool due) {
  const ntkw_i_trouble trouble = ntkw_i_message_trouble(weighting);
  NTKW_TRY(check_agreement(weighting, &trouble));
  NTKW_TRY(check_trouble(weighting, &trouble));
  NTKW_TRY(check_counts(weighting));
  NTKW_TRY(check_finiteness(weighting));
  if (!due) return NTKW_SUCCESS;
  NTKW_TRY(check_presence(weighting));
  return check_reference(weighting);
}
