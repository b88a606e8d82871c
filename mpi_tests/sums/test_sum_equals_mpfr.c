/* Value, root and both splits equal those of MPFR in every bit, for random and adversarial inputs of both types. */
#include "harness.h"
#include "inputs.h"
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>

enum { LARGEST_COUNT = 1000, MANY = 10000000 };

/* Both types into a range at least as wide. */
static const struct {
  ntkw_dtype dtype, range;
  const char *name;
} pairs[] = {
    {NTKW_FLOAT32, NTKW_FLOAT32, "float32"},
    {NTKW_FLOAT32, NTKW_FLOAT64, "float32 in the range of float64"},
    {NTKW_FLOAT64, NTKW_FLOAT64, "float64"},
};

static void compare(summand what, int pair, int kind, size_t count, oracle *o, uint64_t *state) {
  static double values[LARGEST_COUNT];
  const ntkw_dtype dtype = pairs[pair].dtype;
  char name[120];
  snprintf(name, sizeof name, "%zu %s, %s", count, pairs[pair].name, input_name(kind));
  input_fill(kind, values, count, dtype, state);
  ntkw_sum sum;
  ntkw_sum_zero(&sum, pairs[pair].range);
  CHECK_OK(sum_add(&sum, what, values, count, dtype));
  oracle_zero(o);
  CHECK_EQUAL_INT(sum.not_finite, oracle_add(o, what, values, count, dtype));
  CHECK_EQUAL_INT(sum.count, count);
  const results expected = oracle_results(o);
  CHECK_RESULTS(sum_results(&sum), expected, name);
  ntkw_sum_normalise(&sum);
  CHECK_RESULTS(sum_results(&sum), expected, name);
}

static void compare_all(summand what) {
  static const size_t counts[] = {0, 1, 1, 1, 2, 2, 3, 5, 17, 100, LARGEST_COUNT};
  uint64_t state = 1 + (uint64_t)what;
  oracle o;
  oracle_begin(&o);
  for (int pair = 0; pair < 3; pair++)
    for (int kind = 0; kind < input_kinds(); kind++)
      for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (int repeat = 0; repeat < 5; repeat++) compare(what, pair, kind, counts[i], &o, &state);
  oracle_end(&o);
}

static void squares(void) {
  compare_all(SQUARES);
}

static void magnitudes(void) {
  compare_all(MAGNITUDES);
}

static void ten_million(ntkw_dtype dtype, int kind, const char *name) {
  void *values = malloc(MANY * input_width(dtype));
  CHECK(values != NULL);
  if (!values) return;
  uint64_t state = 3;
  input_fill(kind, values, MANY, dtype, &state);
  ntkw_sum sum;
  ntkw_sum_zero(&sum, dtype);
  CHECK_OK(ntkw_sum_add_squares(&sum, values, MANY, dtype));
  oracle o;
  oracle_begin(&o);
  oracle_add(&o, SQUARES, values, MANY, dtype);
  CHECK_RESULTS(sum_results(&sum), oracle_results(&o), name);
  CHECK_EQUAL_INT(sum.count, MANY);
  oracle_end(&o);
  free(values);
}

static void ten_million_squares(void) {
  ten_million(NTKW_FLOAT32, 0, "ten million float32");
  ten_million(NTKW_FLOAT64, 2, "ten million float64 of any size");
}

/* Values at every alignment that their type allows, and a sum to which pieces of both types are added. */
static void both_types_in_one_sum(void) {
  double wide[101];
  float narrow[103];
  uint64_t state = 4;
  input_fill(2, wide, 101, NTKW_FLOAT64, &state);
  input_fill(2, narrow, 103, NTKW_FLOAT32, &state);
  ntkw_sum sum;
  ntkw_sum_zero(&sum, NTKW_FLOAT64);
  oracle o;
  oracle_begin(&o);
  for (size_t from = 1; from < 50; from++) {
    CHECK_OK(ntkw_sum_add_squares(&sum, narrow + from, from, NTKW_FLOAT32));
    CHECK_OK(ntkw_sum_add_squares(&sum, wide + from, from, NTKW_FLOAT64));
    oracle_add(&o, SQUARES, narrow + from, from, NTKW_FLOAT32);
    oracle_add(&o, SQUARES, wide + from, from, NTKW_FLOAT64);
    CHECK_RESULTS(sum_results(&sum), oracle_results(&o), "both types");
  }
  oracle_end(&o);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(squares), TEST(magnitudes), TEST(ten_million_squares),
                                    TEST(both_types_in_one_sum)};
  return run_suite("sum equals MPFR", cases, sizeof cases / sizeof *cases, argc, argv);
}
