/* Random numbers agree with the published answers of Philox, have the moments of their distributions, and differ
 * between positions. */
#include "harness.h"
#include "pinn/arithmetic/random.h"

#include <math.h>

/* Random123, kat_vectors: philox4x64 10 with counter and key zero. */
static void known_answers(void) {
  static const uint64_t zeros[4] = {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b};
  double out[4];
  random_uniform4(0, (random_purpose)0, 0, 0, 0, 0, out);
  for (int i = 0; i < 4; i++) CHECK_EQUAL_DOUBLE(out[i], ((double)(zeros[i] >> 11) + 0.5) * 0x1p-53);
}

static void uniform_moments(void) {
  enum { N = 50000 };
  double sum = 0, squares = 0, least = 1, most = 0;
  for (uint64_t i = 0; i < N; i++) {
    double out[4];
    random_uniform4(8, RANDOM_POINTS, 2, 1, i, 0, out);
    for (int k = 0; k < 4; k++) {
      sum += out[k];
      squares += out[k] * out[k];
      least = fmin(least, out[k]);
      most = fmax(most, out[k]);
    }
  }
  CHECK_NEAR(sum / (4 * N), 0.5, 5 * sqrt(1.0 / 12 / (4 * N)));
  CHECK_NEAR(squares / (4 * N), 1.0 / 3, 5 * sqrt(4.0 / 45 / (4 * N)));
  CHECK(least > 0 && least < 1e-3 && most < 1 && most > 1 - 1e-3);
}

static void normal_moments(void) {
  enum { N = 100000 };
  double moment[5] = {0};
  int inside = 0;
  for (uint64_t i = 0; i < N; i++) {
    const double x = random_normal(4, RANDOM_PARAMETERS, 0, 0, i);
    for (int k = 1; k < 5; k++) moment[k] += pow(x, k) / N;
    inside += fabs(x) < 1;
  }
  CHECK_NEAR(moment[1], 0, 5 * sqrt(1.0 / N));
  CHECK_NEAR(moment[2], 1, 5 * sqrt(2.0 / N));
  CHECK_NEAR(moment[3], 0, 5 * sqrt(15.0 / N));
  CHECK_NEAR(moment[4] / 3, 1, 5 * sqrt(96.0 / N) / 3);
  CHECK_NEAR((double)inside / N, 0.6826894921, 5 * sqrt(0.22 / N));
}

static void every_part_of_the_position_counts(void) {
  const double one = random_normal(1, RANDOM_POINTS, 2, 3, 4);
  CHECK_EQUAL_DOUBLE(random_normal(1, RANDOM_POINTS, 2, 3, 4), one);
  CHECK(random_normal(2, RANDOM_POINTS, 2, 3, 4) != one);
  CHECK(random_normal(1, RANDOM_PARAMETERS, 2, 3, 4) != one);
  CHECK(random_normal(1, RANDOM_POINTS, 3, 3, 4) != one);
  CHECK(random_normal(1, RANDOM_POINTS, 2, 4, 4) != one);
  CHECK(random_normal(1, RANDOM_POINTS, 2, 3, 5) != one);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(known_answers), TEST(uniform_moments), TEST(normal_moments),
                                    TEST(every_part_of_the_position_counts)};
  return run_suite("random numbers", cases, sizeof cases / sizeof *cases, argc, argv);
}
