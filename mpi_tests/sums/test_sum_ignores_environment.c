/* Sums have the same bits under all four rounding modes, with subnormals flushed to zero on input and output, and with
 * traps. Each call leaves the floating-point environment unchanged. */
#include "harness.h"
#include "inputs.h"
#include "oracle.h"

#include <fenv.h>
#include <stdio.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

enum { COUNT = 1000 };

static const struct {
  int mode;
  const char *name;
} roundings[] = {{FE_TONEAREST, "to nearest"}, {FE_UPWARD, "up"}, {FE_DOWNWARD, "down"}, {FE_TOWARDZERO, "to zero"}};

/* Set flush-to-zero and denormals-are-zero, if the CPU has them. */
static void flush_subnormals(bool on) {
#if defined(__SSE2__)
  const unsigned both = _MM_FLUSH_ZERO_ON | 0x40u;
  _mm_setcsr(on ? _mm_getcsr() | both : _mm_getcsr() & ~both);
#else
  (void)on;
#endif
}

static bool flushes_subnormals(void) {
#if defined(__SSE2__)
  return (_mm_getcsr() & (_MM_FLUSH_ZERO_ON | 0x40u)) == (_MM_FLUSH_ZERO_ON | 0x40u);
#else
  return true;
#endif
}

/* All calls of the library are between setting and restoring the environment. The checks come after. */
static void compare(const void *values, ntkw_dtype dtype, summand what, int rounding, bool flush,
                    const results *expected, int kind) {
  ntkw_sum sum, half;
  fesetround(roundings[rounding].mode);
  flush_subnormals(flush);
  ntkw_sum_zero(&sum, dtype);
  ntkw_sum_zero(&half, dtype);
  const size_t cut = COUNT / 3;
  sum_add(&sum, what, values, cut, dtype);
  sum_add(&half, what, (const char *)values + cut * input_width(dtype), COUNT - cut, dtype);
  ntkw_sum_merge(&sum, &half);
  const results got = sum_results(&sum);
  const bool kept = fegetround() == roundings[rounding].mode && (!flush || flushes_subnormals());
  flush_subnormals(false);
  fesetround(FE_TONEAREST);
  char name[120];
  snprintf(name, sizeof name, "%s, rounding %s%s", input_name(kind), roundings[rounding].name,
           flush ? ", subnormals flushed" : "");
  CHECK_RESULTS(got, *expected, name);
  CHECK(kept);
}

static void compare_all(ntkw_dtype dtype) {
  static double values[COUNT];
  uint64_t state = 1;
  oracle o;
  oracle_begin(&o);
  for (int kind = 0; kind < input_kinds(); kind++)
    for (int what = SQUARES; what <= MAGNITUDES; what++) {
      input_fill(kind, values, COUNT, dtype, &state);
      oracle_zero(&o);
      oracle_add(&o, (summand)what, values, COUNT, dtype);
      const results expected = oracle_results(&o);
      for (int rounding = 0; rounding < 4; rounding++)
        for (int flush = 0; flush <= 1; flush++)
          compare(values, dtype, (summand)what, rounding, flush != 0, &expected, kind);
    }
  oracle_end(&o);
}

static void float32_in_any_environment(void) {
  compare_all(NTKW_FLOAT32);
}

static void float64_in_any_environment(void) {
  compare_all(NTKW_FLOAT64);
}

/* Roundings and overflows inside the vector kernels cause no trap and set no flag. */
static void no_traps(void) {
  static double values[COUNT];
  uint64_t state = 2;
  for (int kind = 0; kind < input_kinds(); kind++)
    for (int dtype = NTKW_FLOAT32; dtype <= NTKW_BFLOAT16; dtype++) {
      const ntkw_dtype filled = dtype == NTKW_FLOAT64 ? NTKW_FLOAT64 : NTKW_FLOAT32;
      input_fill(kind, values, COUNT, filled, &state);
      ntkw_sum sum;
      feclearexcept(FE_ALL_EXCEPT);
      feenableexcept(FE_ALL_EXCEPT);
      ntkw_sum_zero(&sum, NTKW_FLOAT64);
      sum_add(&sum, SQUARES, values, COUNT, (ntkw_dtype)dtype);
      sum_add(&sum, MAGNITUDES, values, COUNT, (ntkw_dtype)dtype);
      sum_results(&sum);
      const int traps = fegetexcept(), raised = fetestexcept(FE_ALL_EXCEPT);
      fedisableexcept(FE_ALL_EXCEPT);
      feclearexcept(FE_ALL_EXCEPT);
      CHECK_EQUAL_INT(traps, FE_ALL_EXCEPT);
      CHECK_EQUAL_INT(raised, 0);
    }
}

/* The environments of this test have an effect: plain arithmetic changes with them. */
static void environment_is_really_set(void) {
  volatile double one = 1.0, three = 3.0, least = 0x1p-1074;
  fesetround(FE_UPWARD);
  const volatile double up = one / three;
  fesetround(FE_DOWNWARD);
  const volatile double down = one / three;
  fesetround(FE_TONEAREST);
  flush_subnormals(true);
  const volatile double flushed = least * one;
  flush_subnormals(false);
  CHECK(up > down);
#if defined(__SSE2__)
  CHECK_EQUAL_DOUBLE(flushed, 0.0);
#else
  (void)flushed;
#endif
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(float32_in_any_environment), TEST(float64_in_any_environment), TEST(no_traps),
                                    TEST(environment_is_really_set)};
  return run_suite("sum ignores the environment", cases, sizeof cases / sizeof *cases, argc, argv);
}
