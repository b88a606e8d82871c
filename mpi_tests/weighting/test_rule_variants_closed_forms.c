/* Aliases, and rules that need losses or magnitudes, give the targets of their sources' formulas from the first step
 * on. */
#include "fixtures.h"

#include <math.h>

static const double three[3] = {3, 4, 1};

static ntkw_weighting *made(const ntkw_weighting_options *options) {
  return weighting_of(MPI_COMM_WORLD, 3, options);
}

static void check_weights(ntkw_weighting *weighting, const double expected[]) {
  for (int c = 0; c < 3; c++) CHECK_NEAR(ntkw_weighting_weights(weighting)[c] / expected[c], 1, 4e-16);
  check_same_weights(weighting);
  ntkw_weighting_destroy(&weighting);
}

/* Set the losses on rank 0, over four points each. */
static void add_losses(ntkw_weighting *weighting, const double losses[]) {
  for (int c = 0; c < 3; c++)
    CHECK_OK(ntkw_weighting_set_loss(weighting, c, world_rank() == 0 ? 4 * losses[c] : 0, world_rank() == 0 ? 4 : 0));
}

static void pina_rules_are_the_seed(void) {
  ntkw_weighting_options options = options_of("pina.ntk", NTKW_RULE_ALPHA, 0, NTKW_FLOAT64);
  ntkw_weighting *weighting = made(&options);
  add_norms(weighting, 3, three);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  check_weights(weighting, (double[]){0.5 + 0.5 * 3 / 8, 0.75, 0.5 + 0.5 / 8});
  options.rule = "pina.self_adaptive";
  weighting = made(&options);
  add_norms(weighting, 3, three);
  CHECK_OK(ntkw_weighting_update(weighting, 7));
  check_weights(weighting, (double[]){8. / 3, 2, 8});
}

/* The initial weights are averaged in at step 0. jaxpi scales by the mean, not by the sum. */
static void jaxpi_blends_with_the_initial_weights(void) {
  ntkw_weighting_options options = options_of("jaxpi.grad_norm", NTKW_RULE_ALPHA, 0, NTKW_FLOAT64);
  options.initial_weights = (double[]){1, 100, 10};
  ntkw_weighting *weighting = made(&options);
  CHECK(ntkw_weighting_due(weighting, 0) && !ntkw_weighting_due(weighting, 999));
  add_norms(weighting, 3, three);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  const double new_share = 1 - 0.9, mean = 8. / 3;
  check_weights(weighting, (double[]){0.9 + new_share * mean / 3, 90 + new_share * mean / 4, 9 + new_share * mean});
}

static void cap_bounds_small_gradients(void) {
  ntkw_weighting_options options = options_of("jaxpi.pirate.grad_norm", 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = made(&options);
  add_norms(weighting, 3, (double[]){3, 0, 1.5});
  CHECK_OK(ntkw_weighting_update(weighting, 0)); /* a zero norm is allowed: mean / (0 + 1e-5 mean) */
  check_weights(weighting, (double[]){1.5 / (3 + 1.5e-5), 1e5, 1.5 / (1.5 + 1.5e-5)});
  options.rule = "ntk-trace"; /* an option of every inverse rule */
  options.cap = 4;
  weighting = made(&options);
  add_traces(weighting, 3, three);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  check_weights(weighting, (double[]){8. / 5, 8. / 6, 8. / 3});
  options.rule = "jaxpi2.grad_norm";
  options.cap = INFINITY; /* removes the rule's default cap */
  weighting = made(&options);
  add_norms(weighting, 3, three);
  CHECK_OK(ntkw_weighting_update(weighting, 100));
  check_weights(weighting, (double[]){8. / 9, 8. / 12, 8. / 3});
}

/* Means over entries do not change if all points are added twice, as values or as a sum. */
static void weigh_by_means(const char *rule, double scale) {
  const ntkw_weighting_options options = options_of(rule, 0, 1, NTKW_FLOAT64);
  for (int way = 0; way < 3; way++) {
    ntkw_weighting *weighting = made(&options);
    if (world_rank() == 0) {
      ntkw_sum sum;
      ntkw_sum_zero(&sum, NTKW_FLOAT64);
      CHECK_OK(ntkw_sum_add_magnitudes(&sum, (double[]){16}, 1, NTKW_FLOAT64));
      sum.count = 4;
      if (way < 2) CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, 0, (double[]){2, 4, 6, 4}, 4)); /* mean 4 */
      if (way == 2) CHECK_OK(ntkw_weighting_merge_ntk_diagonal(weighting, 0, &sum));
      CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, 1, (double[]){1}, 1));
      if (way == 1) CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, 1, (double[]){1}, 1));
    }
    const int last = world_rank() == world_size() - 1;
    CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, 2, (double[]){3, 1}, last ? 2 : 0)); /* mean 2 */
    CHECK_OK(ntkw_weighting_update(weighting, 0));
    CHECK_EQUAL_DOUBLE(ntkw_weighting_ntk_traces(weighting)[0], 16);
    check_weights(weighting, (double[]){scale / 4, scale, scale / 2});
  }
}

static void rules_by_means_do_not_count_points(void) {
  weigh_by_means("jaxpi.ntk", 7. / 3);
  weigh_by_means("mean-ntk-trace", 7);
}

/* If each condition has one point, losses are both sums and means, and both rules are that of the paper. */
static void both_forms_agree_for_one_point_each(void) {
  static const char *const rules[] = {"ntk-trace", "mean-ntk-trace"};
  for (int i = 0; i < 2; i++) {
    const ntkw_weighting_options options = options_of(rules[i], NTKW_RULE_ALPHA, 0, NTKW_FLOAT64);
    ntkw_weighting *weighting = made(&options);
    for (int c = 0; c < 3; c++) CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, c, &three[c], world_rank() == 0));
    CHECK_OK(ntkw_weighting_update(weighting, 100));
    check_weights(weighting, (double[]){8. / 3, 8. / 4, 8.});
  }
}

static void root_loss_norms(void) {
  const ntkw_weighting_options options = options_of("physicsnemo.ntk", NTKW_RULE_ALPHA, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = made(&options);
  CHECK_EQUAL_INT(ntkw_weighting_needs(weighting), NTKW_NEEDS_NORMS | NTKW_NEEDS_LOSSES);
  CHECK(!ntkw_weighting_due(weighting, 0) && ntkw_weighting_due(weighting, 1));
  add_norms(weighting, 3, three);
  add_losses(weighting, (double[]){4, 1, 0.25}); /* m = 3/4, 2, 1 */
  CHECK_OK(ntkw_weighting_update(weighting, 1));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_losses(weighting)[2], 0.25);
  check_weights(weighting, (double[]){5, 3.75 / 2, 3.75});
  const ntkw_weighting_options plain = options_of("root-loss-norm", 0, 1, NTKW_FLOAT64);
  weighting = made(&plain);
  CHECK(ntkw_weighting_due(weighting, 0));
  add_norms(weighting, 3, three);
  add_losses(weighting, (double[]){4, 0, 0.25});
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ZERO_NORM);
  CHECK_SENTENCE("norm of the gradient of the loss's root of condition 'wall' is zero");
  check_weights(weighting, (double[]){1.75 / 0.75, 1, 1.75});
}

/* The quotient of a norm and a root of a loss is right even if these are far from 1. */
static void root_loss_norms_in_any_range(void) {
  const ntkw_weighting_options options = options_of("root-loss-norm", 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = made(&options);
  add_norms(weighting, 3, (double[]){0x1p-500, 0x1p400, 1});
  add_losses(weighting, (double[]){0x1p-1000, 0x1p800, 1}); /* m = 1/2 each */
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  check_weights(weighting, (double[]){3, 3, 3});
}

/* Gradients of two values: condition 0 has mean 2 and largest 3, condition 1 mean 1/2, condition 2 mean 8. */
static void add_pairs(ntkw_weighting *weighting) {
  static const double pairs[3][2] = {{-3, 1}, {0.25, -0.75}, {10, 6}};
  for (int c = 0; c < 3; c++) {
    CHECK_OK(ntkw_weighting_add_gradient(weighting, c, &pairs[c][0], world_rank() == 0, NTKW_FLOAT64));
    CHECK_OK(ntkw_weighting_add_gradient(weighting, c, &pairs[c][1], world_rank() == world_size() - 1, NTKW_FLOAT64));
    CHECK_OK(ntkw_weighting_add_gradient_copy(weighting, c, (double[]){1000}, 1, NTKW_FLOAT64, 1)); /* not counted */
  }
}

static void annealing_by_the_largest(void) {
  ntkw_weighting_options options = options_of("learning-rate-annealing", 0.5, 1, NTKW_FLOAT64);
  options.initial_weights = (double[]){7, 1, 1};
  ntkw_weighting *weighting = made(&options);
  add_pairs(weighting);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_mean_magnitudes(weighting)[2], 8);
  check_weights(weighting, (double[]){7, 3.5, 0.5 + 0.5 * 3 / 8}); /* the reference's stays */
  options.reference = 2;
  options.alpha = 0;
  weighting = made(&options);
  add_pairs(weighting);
  CHECK_OK(ntkw_weighting_update_begin(weighting, 0));
  CHECK_OK(ntkw_weighting_update_end(weighting));
  check_weights(weighting, (double[]){5, 20, 1});
}

static void annealing_by_means(void) {
  const ntkw_weighting_options options = options_of("physicsnemo.lr_annealing", 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = made(&options);
  add_pairs(weighting);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  check_weights(weighting, (double[]){2 / (2 + 1e-8), 2 / (0.5 + 1e-8), 2 / (8 + 1e-8)});
}

static void annealing_needs_its_reference(void) {
  const ntkw_weighting_options options = options_of("learning-rate-annealing", 0.5, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = made(&options);
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 1, three, 3, NTKW_FLOAT64));
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_ABSENT);
  CHECK_SENTENCE("condition 'residual', the reference");
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 0, (double[]){0, 0}, 2, NTKW_FLOAT64));
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 1, three, 3, NTKW_FLOAT64));
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ZERO_NORM);
  CHECK_SENTENCE("'residual', the reference, is zero: all weights were kept");
  check_weights(weighting, (double[]){1, 1, 1});
}

static void given_weights(void) {
  ntkw_weighting_options options = options_of("constant", NTKW_RULE_ALPHA, 0, NTKW_FLOAT64);
  options.initial_weights = (double[]){0.125, -2, 3};
  ntkw_weighting *weighting = made(&options);
  CHECK_EQUAL_INT(ntkw_weighting_needs(weighting), 0);
  CHECK_OK(ntkw_weighting_update(weighting, 5));
  check_weights(weighting, options.initial_weights);
  options.rule = "linear";
  options.final_weights = (double[]){1.125, 2, 3};
  options.target_epoch = 4;
  weighting = made(&options);
  CHECK_OK(ntkw_weighting_update(weighting, 3));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 0.875);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[1], 1);
  CHECK_OK(ntkw_weighting_update(weighting, 400));
  check_weights(weighting, options.final_weights);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {
      TEST(pina_rules_are_the_seed),
      TEST(jaxpi_blends_with_the_initial_weights),
      TEST(cap_bounds_small_gradients),
      TEST(rules_by_means_do_not_count_points),
      TEST(both_forms_agree_for_one_point_each),
      TEST(root_loss_norms),
      TEST(root_loss_norms_in_any_range),
      TEST(annealing_by_the_largest),
      TEST(annealing_by_means),
      TEST(annealing_needs_its_reference),
      TEST(given_weights),
  };
  return run_suite("rule variants closed forms", cases, CASES(cases), argc, argv);
}
