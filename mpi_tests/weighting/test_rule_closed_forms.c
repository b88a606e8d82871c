/* Each rule gives the targets of its formula, its defaults are those of its source, and zeros are treated as
 * documented. */
#include "fixtures.h"

#include <math.h>

static const double three[3] = {3, 4, 1};

static void check_weights(const ntkw_weighting *weighting, int n, const double expected[]) {
  for (int c = 0; c < n; c++) CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[c], expected[c]);
  check_same_weights(weighting);
}

static void gradient_share_is_the_share(void) {
  const ntkw_weighting_options options = options_of(NULL, 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
  add_norms(weighting, 3, three);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  check_weights(weighting, 3, (double[]){3. / 8, 4. / 8, 1. / 8});
  CHECK_EQUAL_DOUBLE(ntkw_weighting_norms(weighting)[1], 4);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_squared_norms(weighting)[1], 16);
  CHECK(isnan(ntkw_weighting_ntk_traces(weighting)[1]));
  ntkw_weighting_destroy(&weighting);
}

static void inverse_norm_is_the_inverse_share(void) {
  const ntkw_weighting_options options = options_of("inverse-gradient-norm", 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
  add_norms(weighting, 3, three);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  check_weights(weighting, 3, (double[]){8. / 3, 8. / 4, 8.});
  ntkw_weighting_destroy(&weighting);
}

static void ntk_trace_is_the_inverse_share_of_traces(void) {
  const ntkw_weighting_options options = options_of("ntk-trace", 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
  CHECK(ntkw_weighting_needs_traces(weighting));
  add_traces(weighting, 3, three);
  add_traces(weighting, 3, three); /* a second call adds to the traces; no gradients are needed */
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  check_weights(weighting, 3, (double[]){8. / 3, 8. / 4, 8.});
  CHECK_EQUAL_DOUBLE(ntkw_weighting_ntk_traces(weighting)[0], 6);
  CHECK(isnan(ntkw_weighting_norms(weighting)[0]));
  add_traces(weighting, 3, three);
  add_norms(weighting, 3, three); /* norms are reported under every rule */
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_norms(weighting)[0], 3);
  ntkw_weighting_destroy(&weighting);
}

static void defaults_are_those_of_the_source(void) {
  static const struct {
    const char *rule;
    double alpha;
    int64_t update_every;
  } expected[] = {{"gradient-share", 0.5, 1}, {"inverse-gradient-norm", 0.9, 1000}, {"ntk-trace", 0, 100}};
  for (size_t i = 0; i < CASES(expected); i++) {
    const ntkw_weighting_options options = options_of(expected[i].rule, NTKW_RULE_ALPHA, 0, NTKW_FLOAT64);
    ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 1, &options);
    CHECK_EQUAL_DOUBLE(ntkw_weighting_alpha(weighting), expected[i].alpha);
    CHECK_EQUAL_INT(ntkw_weighting_update_every(weighting), expected[i].update_every);
    CHECK(strcmp(ntkw_weighting_rule(weighting), expected[i].rule) == 0);
    CHECK(ntkw_weighting_due(weighting, 0) && ntkw_weighting_due(weighting, 2 * expected[i].update_every));
    CHECK(!ntkw_weighting_due(weighting, expected[i].update_every + 1) || expected[i].update_every == 1);
    ntkw_weighting_destroy(&weighting);
  }
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, NULL);
  CHECK(strcmp(ntkw_weighting_rule(weighting), "gradient-share") == 0);
  CHECK(strcmp(ntkw_weighting_condition(weighting, 1), "wall") == 0);
  CHECK_EQUAL_INT(ntkw_weighting_size(weighting), 2);
  ntkw_weighting_destroy(&weighting);
  CHECK(weighting == NULL);
  ntkw_weighting_destroy(&weighting);
  ntkw_weighting_destroy(NULL);
}

static void all_zero_keeps_every_weight(void) {
  static const double zeros[3] = {0, 0, 0};
  static const char *const rules[] = {"gradient-share", "inverse-gradient-norm", "ntk-trace"};
  for (size_t i = 0; i < CASES(rules); i++) {
    const ntkw_weighting_options options = options_of(rules[i], 0.25, 1, NTKW_FLOAT64);
    ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
    add_norms(weighting, 3, zeros);
    add_traces(weighting, 3, zeros);
    CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ZERO_NORM);
    CHECK_SENTENCE("every");
    check_weights(weighting, 3, (double[]){1, 1, 1});
    CHECK_EQUAL_DOUBLE(ntkw_weighting_norms(weighting)[2], 0);
    ntkw_weighting_destroy(&weighting);
  }
}

static void single_zero_leaves_an_inverse_sum(void) {
  static const double one_zero[3] = {3, 0, 1};
  const ntkw_weighting_options inverse = options_of("inverse-gradient-norm", 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &inverse);
  add_norms(weighting, 3, one_zero);
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ZERO_NORM);
  CHECK_SENTENCE("gradient norm of condition 'wall' is zero");
  check_weights(weighting, 3, (double[]){4. / 3, 1, 4});
  ntkw_weighting_destroy(&weighting);
  const ntkw_weighting_options share = options_of("gradient-share", 0, 1, NTKW_FLOAT64);
  weighting = weighting_of(MPI_COMM_WORLD, 3, &share);
  add_norms(weighting, 3, one_zero);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  check_weights(weighting, 3, (double[]){0.75, 0, 0.25});
  ntkw_weighting_destroy(&weighting);
}

static void absent_condition_keeps_its_weight(void) {
  const ntkw_weighting_options options = options_of(NULL, 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
  add_norms(weighting, 3, three);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  add_norms(weighting, 2, (double[]){5, 15});
  CHECK_OK(ntkw_weighting_update(weighting, 1));
  check_weights(weighting, 3, (double[]){0.25, 0.75, 1. / 8});
  CHECK_EQUAL_DOUBLE(ntkw_weighting_norms(weighting)[2], 1); /* the last one known */
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {
      TEST(gradient_share_is_the_share),
      TEST(inverse_norm_is_the_inverse_share),
      TEST(ntk_trace_is_the_inverse_share_of_traces),
      TEST(defaults_are_those_of_the_source),
      TEST(all_zero_keeps_every_weight),
      TEST(single_zero_leaves_an_inverse_sum),
      TEST(absent_condition_keeps_its_weight),
  };
  return run_suite("rule closed forms", cases, CASES(cases), argc, argv);
}
