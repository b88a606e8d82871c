/* Gradients whose squares leave the range of their type, or of double, give exact norms and weights. */
#include "fixtures.h"

#include <math.h>

/* Two conditions of one value each, on the last rank. */
static void check_pair(const char *rule, ntkw_dtype dtype, double first, double second, const double expected[2]) {
  const ntkw_weighting_options options = options_of(rule, 0, 1, dtype);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, &options);
  const double values[2] = {first, second};
  for (int c = 0; c < 2; c++) {
    const float single = (float)values[c];
    const void *piece = dtype == NTKW_FLOAT32 ? (const void *)&single : &values[c];
    CHECK_OK(ntkw_weighting_add_gradient(weighting, c, piece, world_rank() + 1 == world_size(), dtype));
    CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, c, &values[c], world_rank() + 1 == world_size()));
  }
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  for (int c = 0; c < 2; c++) {
    CHECK_EQUAL_DOUBLE(ntkw_weighting_norms(weighting)[c], dtype == NTKW_FLOAT32 ? (float)values[c] : values[c]);
    CHECK_NEAR(ntkw_weighting_weights(weighting)[c] / expected[c], 1, 1e-6);
  }
  check_same_weights(weighting);
  ntkw_weighting_destroy(&weighting);
}

static void float32_tiny_and_huge(void) {
  check_pair("gradient-share", NTKW_FLOAT32, 1e-22, 3e-22, (double[]){0.25, 0.75});
  check_pair("gradient-share", NTKW_FLOAT32, 1e20, 3e20, (double[]){0.25, 0.75});
  check_pair("gradient-share", NTKW_FLOAT32, 1e-22, 1e20, (double[]){1e-42, 1});
  check_pair("inverse-gradient-norm", NTKW_FLOAT32, 1e-22, 1e20, (double[]){1e42, 1});
}

static void float64_tiny_and_huge(void) {
  check_pair("gradient-share", NTKW_FLOAT64, 1e-200, 3e-200, (double[]){0.25, 0.75});
  check_pair("gradient-share", NTKW_FLOAT64, 1e200, 3e200, (double[]){0.25, 0.75});
  check_pair("gradient-share", NTKW_FLOAT64, 0x1p-1074, 0x1.8p-1073, (double[]){0.25, 0.75});
  check_pair("gradient-share", NTKW_FLOAT64, 0x1p1023, 0x1p1023, (double[]){0.5, 0.5});
  check_pair("inverse-gradient-norm", NTKW_FLOAT64, 1e-150, 1e150, (double[]){1e300, 1});
  check_pair("ntk-trace", NTKW_FLOAT64, 1e308, 1.5e308, (double[]){2.5, 2.5 / 1.5});
  check_pair("ntk-trace", NTKW_FLOAT64, 0x1p-1074, 0x1p-1074, (double[]){2, 2});
}

/* If a quotient of norms is beyond the range of double, the small norm is treated like zero. No weight becomes Inf. */
static void quotient_beyond_double_leaves(void) {
  const ntkw_weighting_options options = options_of("inverse-gradient-norm", 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
  add_norms(weighting, 3, (double[]){1e200, 1e-200, 3e200});
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ZERO_NORM);
  CHECK_SENTENCE("condition 'wall' is too small");
  CHECK_NEAR(ntkw_weighting_weights(weighting)[0], 4, 1e-15);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[1], 1);
  CHECK_NEAR(ntkw_weighting_weights(weighting)[2], 4. / 3, 1e-15);
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(float32_tiny_and_huge), TEST(float64_tiny_and_huge),
                                    TEST(quotient_beyond_double_leaves)};
  return run_suite("weights of any range", cases, CASES(cases), argc, argv);
}
