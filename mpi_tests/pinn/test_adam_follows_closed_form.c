/* Adam agrees with closed forms for the first step, a constant gradient and the decay; shards agree with the whole. */
#include "pinn/optimizer/adam.h"
#include "training_fixture.h"

#include <math.h>

static const double options[] = {0.9, 0.999, 1e-8};

static adam_step factors_of(const learning_rate *rate, int64_t step) {
  return adam_step_after(step, learning_rate_at(rate, step), options);
}

static void constant_gradient_moves_by_the_rate(void) {
  /* m / (1 - beta1^t) = g and v / (1 - beta2^t) = g^2 for a constant g: each step is rate * g / (|g| + epsilon) */
  const learning_rate rate = {1e-3, 1.0, 1};
  static const double gradient[] = {3.0, -0.02, 1e5, 0.0};
  double parameters[4] = {0}, moment1[4] = {0}, moment2[4] = {0};
  for (int64_t step = 0; step < 2000; step++) {
    const adam_step factors = factors_of(&rate, step);
    adam_update(&factors, 4, NTKW_FLOAT64, gradient, parameters, moment1, moment2);
  }
  for (int i = 0; i < 4; i++) CHECK_NEAR(parameters[i], -2000 * 1e-3 * gradient[i] / (fabs(gradient[i]) + 1e-8), 1e-10);
}

static void rate_decays_continuously(void) {
  const learning_rate rate = {1e-3, 0.9, 1000};
  CHECK_EQUAL_DOUBLE(learning_rate_at(&rate, 0), 1e-3);
  CHECK_NEAR(learning_rate_at(&rate, 1000) / 9e-4, 1.0, 1e-15);
  CHECK_NEAR(learning_rate_at(&rate, 500) / (1e-3 * sqrt(0.9)), 1.0, 1e-15);
  CHECK_NEAR(learning_rate_at(&rate, 80000) / (1e-3 * pow(0.9, 80)), 1.0, 1e-13);
}

static void corrections_are_powers(void) {
  const learning_rate rate = {1e-3, 1.0, 1};
  for (int64_t step = 0; step < 100000; step = 3 * step + 1) {
    const adam_step factors = factors_of(&rate, step);
    CHECK_NEAR(factors.correction1, 1.0 - pow(0.9, (double)(step + 1)), 1e-13);
    CHECK_NEAR(factors.correction2, 1.0 - pow(0.999, (double)(step + 1)), 1e-13);
  }
}

static void shards_equal_the_whole(void) {
  enum { N = 37 };
  const learning_rate rate = {1e-3, 0.9, 10};
  float gradient[N], whole[3][N] = {{0}}, cut[3][N] = {{0}};
  uint64_t state = 1;
  for (int64_t step = 0; step < 50; step++) {
    const adam_step factors = factors_of(&rate, step);
    const size_t at = (size_t)step % N;
    for (int i = 0; i < N; i++) gradient[i] = (float)random_uniform(&state) - 0.5f;
    adam_update(&factors, N, NTKW_FLOAT32, gradient, whole[0], whole[1], whole[2]);
    adam_update(&factors, at, NTKW_FLOAT32, gradient, cut[0], cut[1], cut[2]);
    adam_update(&factors, N - at, NTKW_FLOAT32, gradient + at, cut[0] + at, cut[1] + at, cut[2] + at);
  }
  CHECK(memcmp(whole, cut, sizeof whole) == 0);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(constant_gradient_moves_by_the_rate), TEST(rate_decays_continuously),
                                    TEST(corrections_are_powers), TEST(shards_equal_the_whole)};
  return run_suite("adam", cases, sizeof cases / sizeof *cases, argc, argv);
}
