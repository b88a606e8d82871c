/* ntkw_weighting_create refuses bad arguments, and arguments that differ over the ranks. All ranks return the same
 * error, and none hangs. */
#include "fixtures.h"

#include <math.h>
#include <stdio.h>

/* Arguments of ntkw_weighting_create; a case changes those of one rank. */
typedef struct arguments {
  int n;
  const char *names[CONDITIONS];
  const char *const *list;
  ntkw_weighting_options options;
  bool no_pointer;
} arguments;

typedef struct trial {
  void (*spoil)(arguments *given);
  ntkw_status expected;
  const char *sentence;
} trial;

static const double negative_weights[CONDITIONS] = {1, -1, 1, 1}, other_weights[CONDITIONS] = {1, 1, 2, 1};

static void no_conditions(arguments *given) {
  given->n = 0;
}
static void too_many_conditions(arguments *given) {
  given->n = 5000;
}
static void no_list(arguments *given) {
  given->list = NULL;
}
static void null_name(arguments *given) {
  given->names[1] = NULL;
}
static void empty_name(arguments *given) {
  given->names[2] = "";
}
static void same_name_twice(arguments *given) {
  given->names[2] = "residual";
}
static void misspelt_rule(arguments *given) {
  given->options.rule = "gradientshare";
}
static void misspelt_trace_rule(arguments *given) {
  given->options.rule = "nkt-trace";
}
static void alpha_above_one(arguments *given) {
  given->options.alpha = 1.5;
}
static void alpha_nan(arguments *given) {
  given->options.alpha = NAN;
}
static void negative_schedule(arguments *given) {
  given->options.update_every = -1;
}
static void unknown_dtype(arguments *given) {
  given->options.dtype = (ntkw_dtype)5;
}
static void negative_count(arguments *given) {
  given->options.parameter_count = -2;
}
static void negative_weight(arguments *given) {
  given->options.initial_weights = negative_weights;
}
static void small_cap(arguments *given) {
  given->options.rule = "ntk-trace";
  given->options.cap = 0.5;
}
static void cap_of_shares(arguments *given) {
  given->options.cap = 100;
}
static void far_reference(arguments *given) {
  given->options.reference = CONDITIONS;
}
static void negative_offset(arguments *given) {
  given->options.update_offset = -2;
}
static void negative_first_epoch(arguments *given) {
  given->options.first_epoch = -3;
}
static void linear_to_nowhere(arguments *given) {
  given->options.rule = "linear";
}
static void linear_to_nan(arguments *given) {
  static const double final[CONDITIONS] = {1, NAN, 0, 0};
  given->options.rule = "linear";
  given->options.final_weights = final;
  given->options.target_epoch = 4;
}
static void final_weights_of_shares(arguments *given) {
  given->options.final_weights = other_weights;
}
static void no_pointer(arguments *given) {
  given->no_pointer = true;
}
static void fewer_conditions(arguments *given) {
  given->n = CONDITIONS - 1;
}
static void other_order(arguments *given) {
  given->names[0] = condition_names[1];
  given->names[1] = condition_names[0];
}
static void other_rule(arguments *given) {
  given->options.rule = "ntk-trace";
  given->options.alpha = 0.5;
  given->options.update_every = 1;
}
static void other_alpha(arguments *given) {
  given->options.alpha = nextafter(0.5, 1);
}
static void other_schedule(arguments *given) {
  given->options.update_every = 2;
}
static void other_dtype(arguments *given) {
  given->options.dtype = NTKW_FLOAT32;
}
static void other_count(arguments *given) {
  given->options.parameter_count = 17;
}
static void other_offset(arguments *given) {
  given->options.update_offset = 1;
}
static void other_first_epoch(arguments *given) {
  given->options.first_epoch = 5;
}
static void other_reference(arguments *given) {
  given->options.reference = 1;
}
static void without_norms(arguments *given) {
  given->options.norms = false;
}
static void other_initial_weights(arguments *given) {
  given->options.initial_weights = other_weights;
}

static void attempt(const trial *t, bool spoilt) {
  arguments given = {.n = CONDITIONS, .list = given.names, .options = options_of(NULL, 0.5, 0, NTKW_FLOAT64)};
  memcpy(given.names, condition_names, sizeof given.names);
  if (spoilt) t->spoil(&given);
  ntkw_weighting *weighting = NULL;
  CHECK_STATUS(
      ntkw_weighting_create(MPI_COMM_WORLD, given.n, given.list, &given.options, given.no_pointer ? NULL : &weighting),
      t->expected);
  CHECK(weighting == NULL);
  CHECK_SENTENCE(t->sentence);
}

static void bad_arguments_of_one_rank(void) {
  static const trial trials[] = {
      {no_conditions, NTKW_ERR_ARGUMENT, "number of conditions is 0, expected 1 to 4096"},
      {too_many_conditions, NTKW_ERR_ARGUMENT, "number of conditions is 5000"},
      {no_list, NTKW_ERR_ARGUMENT, "names of the 4 conditions are NULL"},
      {null_name, NTKW_ERR_ARGUMENT, "name of condition 1 is NULL"},
      {empty_name, NTKW_ERR_ARGUMENT, "name of condition 2 is empty"},
      {same_name_twice, NTKW_ERR_ARGUMENT, "conditions 0 and 2 are both named 'residual'"},
      {misspelt_rule, NTKW_ERR_ARGUMENT, "'gradientshare', did you mean 'gradient-share'?"},
      {misspelt_trace_rule, NTKW_ERR_ARGUMENT, "did you mean 'ntk-trace'?"},
      {alpha_above_one, NTKW_ERR_ARGUMENT, "alpha is 1.5"},
      {alpha_nan, NTKW_ERR_ARGUMENT, "alpha is"},
      {negative_schedule, NTKW_ERR_ARGUMENT, "update_every is -1"},
      {unknown_dtype, NTKW_ERR_ARGUMENT, "dtype is 5"},
      {negative_count, NTKW_ERR_ARGUMENT, "parameter_count is -2"},
      {negative_weight, NTKW_ERR_ARGUMENT, "initial weight of condition 'wall' is -1"},
      {small_cap, NTKW_ERR_ARGUMENT, "cap is 0.5"},
      {cap_of_shares, NTKW_ERR_ARGUMENT, "cap is 100, but the rule 'gradient-share' has no cap"},
      {far_reference, NTKW_ERR_ARGUMENT, "the reference is condition 4, expected 0 to 3"},
      {negative_offset, NTKW_ERR_ARGUMENT, "update_offset is -2"},
      {negative_first_epoch, NTKW_ERR_ARGUMENT, "first_epoch is -3"},
      {linear_to_nowhere, NTKW_ERR_ARGUMENT, "'linear' was given no final weights"},
      {linear_to_nan, NTKW_ERR_ARGUMENT, "the final weight of condition 'wall' is"},
      {final_weights_of_shares, NTKW_ERR_ARGUMENT, "which the rule 'gradient-share' does not use"},
      {no_pointer, NTKW_ERR_ARGUMENT, "pointer for the new weighting is NULL"},
  };
  for (size_t i = 0; i < CASES(trials); i++) {
    attempt(&trials[i], true); /* on every rank */
    attempt(&trials[i], world_rank() == world_size() - 1);
    char who[32];
    snprintf(who, sizeof who, "rank %d:", world_size() - 1);
    CHECK_SENTENCE(who);
  }
}

static void arguments_that_differ(void) {
  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  static const trial trials[] = {
      {fewer_conditions, NTKW_ERR_DISAGREE, "number of conditions"},
      {other_order, NTKW_ERR_DISAGREE, "names"},
      {other_rule, NTKW_ERR_DISAGREE, "rule"},
      {other_alpha, NTKW_ERR_DISAGREE, "alpha"},
      {other_schedule, NTKW_ERR_DISAGREE, "update_every: "},
      {other_dtype, NTKW_ERR_DISAGREE, "dtype"},
      {other_count, NTKW_ERR_DISAGREE, "parameter_count: "},
      {other_offset, NTKW_ERR_DISAGREE, "update_offset: "},
      {other_first_epoch, NTKW_ERR_DISAGREE, "first_epoch: "},
      {other_reference, NTKW_ERR_DISAGREE, "the reference condition: "},
      {without_norms, NTKW_ERR_DISAGREE, "the option norms: "},
      {other_initial_weights, NTKW_ERR_DISAGREE, "initial weights"},
  };
  for (size_t i = 0; world_size() > 1 && i < CASES(trials); i++) {
    attempt(&trials[i], world_rank() == 0);
    attempt(&trials[i], world_rank() == world_size() - 1);
  }
}

static void no_communicator(void) {
  ntkw_weighting *weighting = NULL;
  CHECK_STATUS(ntkw_weighting_create(MPI_COMM_NULL, CONDITIONS, condition_names, NULL, &weighting), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "MPI_COMM_NULL");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(bad_arguments_of_one_rank), TEST(arguments_that_differ),
                                    TEST(no_communicator)};
  return run_suite("create agrees", cases, CASES(cases), argc, argv);
}
