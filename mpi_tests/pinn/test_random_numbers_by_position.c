/* Random numbers agree with the published answers of Philox, have the moments of their distributions, and differ
 * between positions. */
#include "harness.h"
#include "pinn/arithmetic/random.h"

#include <Random123/philox.h>
#include <math.h>

/* Random123, kat_vectors: philox4x64 10. */
typedef struct known_answer {
  uint64_t key[2], counter[4], bits[4];
} known_answer;

#define ONES UINT64_MAX
static const known_answer published[] = {
    {{0, 0}, {0, 0, 0, 0}, {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}},
    {{ONES, ONES},
     {ONES, ONES, ONES, ONES},
     {0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}},
    {{0x452821e638d01377, 0xbe5466cf34e90c6c},
     {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
     {0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}}};

static void the_generator_gives_the_known_answers(void) {
  for (size_t k = 0; k < sizeof published / sizeof *published; k++) {
    const known_answer *a = &published[k];
    const philox4x64_key_t key = {{a->key[0], a->key[1]}};
    const philox4x64_ctr_t counter = {{a->counter[0], a->counter[1], a->counter[2], a->counter[3]}};
    const philox4x64_ctr_t bits = philox4x64(counter, key);
    for (int i = 0; i < 4; i++) CHECK(bits.v[i] == a->bits[i]);
  }
}

/* The key is seed and purpose, the counter is step, condition, index and block, also where all bits are one. */
static void uniform_numbers_are_the_generators(void) {
  static const uint64_t words[] = {0, 1, ONES, 0x243f6a8885a308d3};
  for (int w = 0; w < 4; w++) {
    for (int purpose = 0; purpose <= RANDOM_MEASURES; purpose++) {
      const uint64_t a = words[w];
      const philox4x64_key_t key = {{a, (uint64_t)purpose}};
      const philox4x64_ctr_t counter = {{a, a / 3, a / 5, a / 7}};
      const philox4x64_ctr_t bits = philox4x64(counter, key);
      double out[4];
      random_uniform4(a, (random_purpose)purpose, a, a / 3, a / 5, a / 7, out);
      for (int i = 0; i < 4; i++) CHECK_EQUAL_DOUBLE(out[i], ((double)(bits.v[i] >> 11) + 0.5) * 0x1p-53);
    }
  }
}

/* Seed, step, condition, index and block are words of 64 bits each: no upper half is lost. */
static void every_bit_of_the_position_counts(void) {
  enum { WORDS = 5 };
  double zero[4], out[4];
  random_uniform4(0, RANDOM_POINTS, 0, 0, 0, 0, zero);
  for (int word = 0; word < WORDS; word++) {
    for (int bit = 0; bit < 64; bit++) {
      uint64_t p[WORDS] = {0};
      p[word] = UINT64_C(1) << bit;
      random_uniform4(p[0], RANDOM_POINTS, p[1], p[2], p[3], p[4], out);
      for (int i = 0; i < 4; i++) CHECK(out[i] != zero[i]);
    }
  }
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
  static const test_case cases[] = {TEST(the_generator_gives_the_known_answers),
                                    TEST(uniform_numbers_are_the_generators),
                                    TEST(every_bit_of_the_position_counts),
                                    TEST(uniform_moments),
                                    TEST(normal_moments),
                                    TEST(every_part_of_the_position_counts)};
  return run_suite("random numbers", cases, sizeof cases / sizeof *cases, argc, argv);
}
