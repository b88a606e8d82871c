/* The arguments of create: defaults and validation. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "status/check.h"
#include "weighting/fingerprint.h"
#include "weighting/handle.h"
#include "weighting/nearest.h"

enum { CONDITIONS_MAX = 4096 };

void ntkw_weighting_options_init(ntkw_weighting_options *options) {
  if (!options) return;
  *options = (ntkw_weighting_options){.rule = NULL,
                                      .alpha = NTKW_RULE_ALPHA,
                                      .update_every = 0,
                                      .dtype = NTKW_FLOAT64,
                                      .parameter_count = 0,
                                      .initial_weights = NULL};
}

static ntkw_status check_names(int n, const char *const names[]) {
  NTKW_CHECK(names, NTKW_ERR_ARGUMENT, "the names of the %d conditions are NULL", n);
  for (int c = 0; c < n; c++) {
    NTKW_CHECK(names[c] && names[c][0], NTKW_ERR_ARGUMENT, "the name of condition %d is %s, expected some characters",
               c, names[c] ? "empty" : "NULL");
    for (int earlier = 0; earlier < c; earlier++)
      NTKW_CHECK(strcmp(names[c], names[earlier]) != 0, NTKW_ERR_ARGUMENT,
                 "conditions %d and %d are both named '%.200s', expected distinct names", earlier, c, names[c]);
  }
  return NTKW_SUCCESS;
}

static ntkw_status check_initial_weights(int n, const char *const names[], const double weights[]) {
  if (!weights) return NTKW_SUCCESS;
  for (int c = 0; c < n; c++)
    NTKW_CHECK(isfinite(weights[c]) && weights[c] >= 0, NTKW_ERR_ARGUMENT,
               "the initial weight of condition '%.200s' is %g, expected a finite number >= 0", names[c], weights[c]);
  return NTKW_SUCCESS;
}

static ntkw_status find_rule(const char *name, const ntkw_i_rule **rule) {
  const char *const *known = ntkw_i_rule_names();
  *rule = ntkw_i_rule_find(name ? name : known[0]);
  NTKW_CHECK(*rule, NTKW_ERR_ARGUMENT, "there is no weighting rule '%.100s', did you mean '%s'?", name,
             ntkw_i_nearest(name, known));
  return NTKW_SUCCESS;
}

static ntkw_status check_options(const ntkw_weighting_options *options) {
  const double alpha = options->alpha;
  NTKW_CHECK(alpha == NTKW_RULE_ALPHA || (alpha >= 0 && alpha <= 1), NTKW_ERR_ARGUMENT,
             "alpha is %g, expected a number in [0, 1], or NTKW_RULE_ALPHA for the rule's default", alpha);
  NTKW_CHECK(options->update_every >= 0, NTKW_ERR_ARGUMENT,
             "update_every is %" PRId64 ", expected 1 or more, or 0 for the rule's default", options->update_every);
  NTKW_CHECK(options->dtype == NTKW_FLOAT32 || options->dtype == NTKW_FLOAT64, NTKW_ERR_ARGUMENT,
             "dtype is %d, expected NTKW_FLOAT32 or NTKW_FLOAT64", (int)options->dtype);
  NTKW_CHECK(options->parameter_count >= 0, NTKW_ERR_ARGUMENT,
             "parameter_count is %" PRId64 ", expected 1 or more, or 0 for no check", options->parameter_count);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_settings_make(int n, const char *const names[], const ntkw_weighting_options *options,
                                 ntkw_i_settings *settings) {
  ntkw_weighting_options defaults;
  ntkw_weighting_options_init(&defaults);
  if (!options) options = &defaults;
  NTKW_CHECK(n >= 1 && n <= CONDITIONS_MAX, NTKW_ERR_ARGUMENT, "the number of conditions is %d, expected 1 to %d", n,
             (int)CONDITIONS_MAX);
  NTKW_TRY(check_names(n, names));
  NTKW_TRY(find_rule(options->rule, &settings->rule));
  NTKW_TRY(check_options(options));
  NTKW_TRY(check_initial_weights(n, names, options->initial_weights));
  settings->alpha = options->alpha == NTKW_RULE_ALPHA ? settings->rule->alpha : options->alpha;
  settings->update_every = options->update_every == 0 ? settings->rule->update_every : options->update_every;
  settings->dtype = options->dtype;
  settings->parameter_count = options->parameter_count;
  settings->initial_weights = options->initial_weights;
  return NTKW_SUCCESS;
}
