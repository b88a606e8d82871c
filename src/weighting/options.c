/* The arguments of create: defaults and validation. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "base/check.h"
#include "base/nearest_word.h"
#include "base/versioned_options.h"
#include "weighting/weighting_impl.h"

enum { CONDITIONS_MAX = 4096, MEMORY_MAX = 65536, NAME_MAX_LENGTH = 63 };
static const unsigned all_needs =
    NTKW_NEEDS_NORMS | NTKW_NEEDS_MAGNITUDES | NTKW_NEEDS_TRACES | NTKW_NEEDS_LOSSES | NTKW_NEEDS_LARGEST;

static const ntkw_weighting_options defaults = {.size = sizeof(ntkw_weighting_options),
                                                .alpha = NTKW_RULE_ALPHA,
                                                .update_offset = NTKW_RULE_EPOCH,
                                                .first_epoch = NTKW_RULE_EPOCH,
                                                .dtype = NTKW_FLOAT64,
                                                .norms = true,
                                                .replica_comm = MPI_COMM_NULL};

void ntkw_weighting_options_init_sized(ntkw_weighting_options *options, size_t size) {
  ntkw_i_options_init(options, size, &defaults, sizeof defaults);
}

ntkw_status ntkw_i_weighting_options_read(const ntkw_weighting_options *given, ntkw_weighting_options *all) {
  *all = defaults;
  return given ? ntkw_i_options_read(all, sizeof *all, given, "ntkw_weighting_options") : NTKW_SUCCESS;
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

static ntkw_status check_weights(int n, const char *const names[], const double weights[], const char *which,
                                 bool any_sign) {
  if (!weights) return NTKW_SUCCESS;
  for (int c = 0; c < n; c++)
    NTKW_CHECK(isfinite(weights[c]) && (any_sign || weights[c] >= 0), NTKW_ERR_ARGUMENT,
               "the %s weight of condition '%.200s' is %g, expected a finite number%s", which, names[c], weights[c],
               any_sign ? "" : " >= 0");
  return NTKW_SUCCESS;
}

static ntkw_status check_own(const ntkw_user_rule *own, const char *rule) {
  NTKW_CHECK(!rule, NTKW_ERR_ARGUMENT, "both a rule ('%.100s') and user_rule are given, expected one of them", rule);
  NTKW_CHECK(own->name && own->name[0] && strlen(own->name) <= NAME_MAX_LENGTH, NTKW_ERR_ARGUMENT,
             "the name of user_rule is %s, expected 1 to %d characters",
             !own->name      ? "NULL"
             : !own->name[0] ? "empty"
                             : "too long",
             (int)NAME_MAX_LENGTH);
  NTKW_CHECK(!ntkw_i_rule_find(own->name), NTKW_ERR_ARGUMENT,
             "user_rule is named '%s', which is a rule of the library; expected another name", own->name);
  NTKW_CHECK(own->targets, NTKW_ERR_ARGUMENT, "the function of the own rule '%s' is NULL", own->name);
  NTKW_CHECK((own->needs & ~all_needs) == 0, NTKW_ERR_ARGUMENT,
             "the needs of the own rule '%s' are %#x, expected some of NTKW_NEEDS_... or-ed", own->name, own->needs);
  NTKW_CHECK(own->alpha >= 0 && own->alpha <= 1 && own->update_every >= 1, NTKW_ERR_ARGUMENT,
             "the own rule '%s' has alpha %g and update_every %" PRId64 ", expected [0, 1] and 1 or more", own->name,
             own->alpha, own->update_every);
  NTKW_CHECK(own->memory_count >= 0 && own->memory_count <= MEMORY_MAX, NTKW_ERR_ARGUMENT,
             "the memory_count of the own rule '%s' is %d, expected 0 to %d", own->name, own->memory_count,
             (int)MEMORY_MAX);
  return NTKW_SUCCESS;
}

static ntkw_status refuse_rule(const char *name) {
  int n;
  const char *const *known = ntkw_rule_names(&n), *near = ntkw_i_nearest_word(name, known, n);
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "there is no weighting rule '%.100s', did you mean '%s'?", name,
                     near ? near : known[0]);
}

/* Copy the properties and defaults of the library's rule or of the user's rule. */
static ntkw_status adopt_rule(const ntkw_weighting_options *options, ntkw_i_settings *settings) {
  if (options->user_rule) {
    NTKW_TRY(check_own(options->user_rule, options->rule));
    settings->own = options->user_rule;
    settings->name = settings->own->name;
    settings->needs = settings->own->needs;
    settings->alpha = settings->own->alpha;
    settings->update_every = settings->own->update_every;
    return NTKW_SUCCESS;
  }
  settings->rule = ntkw_i_rule_find(options->rule ? options->rule : ntkw_rule_names(NULL)[0]);
  if (!settings->rule) return refuse_rule(options->rule);
  const ntkw_rule_info *info = &settings->rule->info;
  settings->name = info->name;
  settings->needs = info->needs;
  settings->alpha = info->alpha;
  settings->cap = info->cap;
  settings->update_every = info->update_every;
  settings->update_offset = info->update_offset;
  settings->first_epoch = info->first_epoch;
  return NTKW_SUCCESS;
}

static ntkw_status check_schedule(const ntkw_weighting_options *options) {
  NTKW_CHECK(options->update_every >= 0, NTKW_ERR_ARGUMENT,
             "update_every is %" PRId64 ", expected 1 or more, or 0 for the rule's default", options->update_every);
  NTKW_CHECK(options->update_offset >= 0 || options->update_offset == NTKW_RULE_EPOCH, NTKW_ERR_ARGUMENT,
             "update_offset is %" PRId64 ", expected 0 or more, or NTKW_RULE_EPOCH for the rule's default",
             options->update_offset);
  NTKW_CHECK(options->first_epoch >= 0 || options->first_epoch == NTKW_RULE_EPOCH, NTKW_ERR_ARGUMENT,
             "first_epoch is %" PRId64 ", expected 0 or more, or NTKW_RULE_EPOCH for the rule's default",
             options->first_epoch);
  return NTKW_SUCCESS;
}

static ntkw_status check_options(const ntkw_weighting_options *options, int n) {
  const double alpha = options->alpha;
  NTKW_CHECK(alpha == NTKW_RULE_ALPHA || (alpha >= 0 && alpha <= 1), NTKW_ERR_ARGUMENT,
             "alpha is %g, expected a number in [0, 1], or NTKW_RULE_ALPHA for the rule's default", alpha);
  NTKW_TRY(check_schedule(options));
  NTKW_CHECK((int)options->dtype >= 0 && options->dtype <= NTKW_BFLOAT16, NTKW_ERR_ARGUMENT,
             "dtype is %d, expected NTKW_FLOAT64, NTKW_FLOAT32, NTKW_FLOAT16 or NTKW_BFLOAT16", (int)options->dtype);
  NTKW_CHECK(options->parameter_count >= 0, NTKW_ERR_ARGUMENT,
             "parameter_count is %" PRId64 ", expected 1 or more, or 0 for no check", options->parameter_count);
  NTKW_CHECK(options->cap == 0 || options->cap >= 1, NTKW_ERR_ARGUMENT,
             "cap is %g, expected 1 or more (INFINITY: none), or 0 for the rule's default", options->cap);
  NTKW_CHECK(options->reference >= 0 && options->reference < n, NTKW_ERR_ARGUMENT,
             "the reference is condition %d, expected 0 to %d", options->reference, n - 1);
  return NTKW_SUCCESS;
}

/* Options that only some rules take: a cap, initial weights of any sign, final weights. */
static ntkw_status check_against_rule(const ntkw_weighting_options *options, int n, const char *const names[],
                                      const ntkw_i_settings *settings) {
  const ntkw_i_rule *rule = settings->rule;
  NTKW_CHECK(options->cap == 0 || (rule && rule->inverse), NTKW_ERR_ARGUMENT,
             "cap is %g, but the rule '%s' has no cap; expected an inverse rule, or 0", options->cap, settings->name);
  NTKW_TRY(check_weights(n, names, options->initial_weights, "initial", rule && rule->given));
  if (!rule || !rule->interpolates) {
    NTKW_CHECK(!options->final_weights && options->target_epoch == 0, NTKW_ERR_ARGUMENT,
               "final weights or a target epoch are given, which the rule '%s' does not use; expected the rule "
               "'linear'",
               settings->name);
    return NTKW_SUCCESS;
  }
  NTKW_CHECK(options->final_weights && options->target_epoch >= 1, NTKW_ERR_ARGUMENT,
             "the rule '%s' was given %s final weights and the target epoch %" PRId64
             ", expected final weights and 1 or more",
             settings->name, options->final_weights ? "some" : "no", options->target_epoch);
  return check_weights(n, names, options->final_weights, "final", true);
}

static void override_numbers(const ntkw_weighting_options *options, ntkw_i_settings *settings) {
  if (options->alpha != NTKW_RULE_ALPHA) settings->alpha = options->alpha;
  if (options->update_every != 0) settings->update_every = options->update_every;
  if (options->update_offset != NTKW_RULE_EPOCH) settings->update_offset = options->update_offset;
  if (options->first_epoch != NTKW_RULE_EPOCH) settings->first_epoch = options->first_epoch;
  if (options->cap != 0) settings->cap = isinf(options->cap) ? 0 : options->cap;
}

ntkw_status ntkw_i_settings_make(int n, const char *const names[], const ntkw_weighting_options *given,
                                 ntkw_i_settings *settings) {
  ntkw_weighting_options all;
  const ntkw_weighting_options *options = &all;
  NTKW_TRY(ntkw_i_weighting_options_read(given, &all));
  NTKW_CHECK(n >= 1 && n <= CONDITIONS_MAX, NTKW_ERR_ARGUMENT, "the number of conditions is %d, expected 1 to %d", n,
             (int)CONDITIONS_MAX);
  *settings = (ntkw_i_settings){.dtype = options->dtype == NTKW_FLOAT64 ? NTKW_FLOAT64 : NTKW_FLOAT32,
                                .parameter_count = options->parameter_count,
                                .norms = options->norms,
                                .reference = options->reference,
                                .target_epoch = options->target_epoch,
                                .initial_weights = options->initial_weights,
                                .final_weights = options->final_weights,
                                .replica_comm = options->replica_comm};
  NTKW_TRY(check_names(n, names));
  NTKW_TRY(adopt_rule(options, settings));
  NTKW_TRY(check_options(options, n));
  NTKW_TRY(check_against_rule(options, n, names, settings));
  override_numbers(options, settings);
  return NTKW_SUCCESS;
}
