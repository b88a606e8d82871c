/* If the program sets another rounding mode, flush-to-zero or floating-point traps on some ranks, all ranks get the
 * same bits, and the library leaves their floating-point environment unchanged. */
#include "fixtures.h"

#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

enum { VALUES = 500 };

typedef struct outcome {
  double weights[CONDITIONS], total;
  float combined[VALUES];
} outcome;

/* Inputs are computed in the default environment, because their bits are not tested. */
static void *pieces[CONDITIONS];
static double diagonals[CONDITIONS][2];

static void make_input(void) {
  for (int c = 0; c < CONDITIONS; c++) {
    pieces[c] = random_values(NTKW_FLOAT32, VALUES, c == 0 ? 1e-30 : 1, (uint64_t)c);
    diagonals[c][0] = 0.1 * (c + 1);
    diagonals[c][1] = 0.7 + world_rank();
  }
}

static void compute(const char *rule, outcome *result) {
  const ntkw_weighting_options options = options_of(rule, 0.3, 1, NTKW_FLOAT32);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
  for (int c = 0; c < CONDITIONS; c++) {
    CHECK_OK(ntkw_weighting_add_gradient_copy(weighting, c, pieces[c], VALUES, NTKW_FLOAT32, world_rank()));
    CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, c, diagonals[c], 2));
  }
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  memcpy(result->weights, ntkw_weighting_weights(weighting), sizeof result->weights);
  CHECK_OK(ntkw_weighting_aggregate(weighting, (double[]){0.1, 0.2, 0.3, 0.4}, &result->total));
  CHECK_OK(ntkw_weighting_combine(weighting, (const void *const *)pieces, VALUES, NTKW_FLOAT32, result->combined));
  ntkw_weighting_destroy(&weighting);
}

/* Set a different environment on each rank. */
static unsigned disturb(int kind) {
  static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST};
  fesetround(modes[(world_rank() + kind) % 4]);
#if defined(__SSE2__)
  _mm_setcsr(_mm_getcsr() | 0x8040); /* flush to zero, denormals are zero */
  return _mm_getcsr() & 0xe040;
#else
  return (unsigned)fegetround();
#endif
}

static unsigned environment(void) {
#if defined(__SSE2__)
  return _mm_getcsr() & 0xe040;
#else
  return (unsigned)fegetround();
#endif
}

static void same_bits_in_any_environment(void) {
  static const char *const rules[] = {"gradient-share", "inverse-gradient-norm", "ntk-trace"};
  fenv_t saved;
  fegetenv(&saved);
  make_input();
  for (size_t r = 0; r < CASES(rules); r++) {
    static outcome plain, disturbed;
    compute(rules[r], &plain);
    for (int kind = 0; kind < 4; kind++) {
      const unsigned set = disturb(kind);
      compute(rules[r], &disturbed);
      const unsigned found = environment();
      fesetenv(&saved);
      CHECK_EQUAL_INT(found, set);
      for (int c = 0; c < CONDITIONS; c++) CHECK_EQUAL_DOUBLE(disturbed.weights[c], plain.weights[c]);
      CHECK_EQUAL_DOUBLE(disturbed.total, plain.total);
      CHECK(memcmp(disturbed.combined, plain.combined, sizeof plain.combined) == 0);
    }
  }
  for (int c = 0; c < CONDITIONS; c++) free(pieces[c]);
}

/* A program with traps on overflow, division by zero and invalid operations is not killed by the library's arithmetic.
 */
static void traps_do_not_fire(void) {
  const ntkw_weighting_options options = options_of("inverse-gradient-norm", 0, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 3, &options);
  const double far_apart[3] = {1e200, 1e-200, 0x1p-1074}, overflowing[3] = {1e308, 1e308, 1e308};
  fenv_t saved;
  feholdexcept(&saved);
  feenableexcept(FE_DIVBYZERO | FE_OVERFLOW | FE_INVALID);
  add_norms(weighting, 3, far_apart);
  const ntkw_status status = ntkw_weighting_update(weighting, 0);
  double total, combined;
  const ntkw_status aggregated = ntkw_weighting_aggregate(weighting, overflowing, &total);
  const void *huge[3] = {&overflowing[0], &overflowing[1], &overflowing[2]};
  const ntkw_status mixed = ntkw_weighting_combine(weighting, huge, 1, NTKW_FLOAT64, &combined);
  const int raised = fetestexcept(FE_DIVBYZERO | FE_OVERFLOW | FE_INVALID);
  fesetenv(&saved);
  CHECK_STATUS(status, NTKW_ZERO_NORM);
  CHECK_STATUS(aggregated, NTKW_ERR_NOT_FINITE);
  CHECK_OK(mixed);
  CHECK(isinf(combined));
  CHECK_EQUAL_INT(raised, 0);
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(same_bits_in_any_environment), TEST(traps_do_not_fire)};
  return run_suite("environment is ignored", cases, CASES(cases), argc, argv);
}
