/* Every kernel gives the limbs of the portable kernel, at every alignment and length, and these are those of MPFR.
 *
 * Argument: the number of random cases. The enumerated cases always run. */
#include "harness.h"
#include "base/cpu.h"
#include "inputs.h"
#include "oracle.h"
#include "sums/kernel.h"

#include <stdio.h>
#include <stdlib.h>

enum { RANDOM_CASES = 10000, LONGEST = 40000, ALIGNMENTS = 16, EVERY_LENGTH_TO = 200, WITH_MPFR = 64 };

/* Room for the longest case at any alignment, which starts at a multiple of 64 bytes. */
static _Alignas(64) char room[(LONGEST + ALIGNMENTS) * sizeof(double)];

static ntkw_sum sum_by(kernel_variant variant, summand what, const void *values, size_t count, ntkw_dtype dtype) {
  const ntkw_i_sum_kernels *kernels = ntkw_i_sum_kernels_find(variant);
  ntkw_sum sum;
  ntkw_sum_zero(&sum, dtype);
  sum.not_finite = (what == SQUARES ? kernels->squares : kernels->magnitudes)[dtype](sum.limb, values, count);
  ntkw_sum_normalise(&sum);
  return sum;
}

/* Compare the other kernels with the portable one. Returns its sum. */
static ntkw_sum compare(summand what, const void *values, size_t count, ntkw_dtype dtype, const char *of) {
  const ntkw_sum expected = sum_by(KERNELS_PORTABLE, what, values, count, dtype);
  for (int k = KERNELS_PORTABLE + 1; k < KERNEL_VARIANTS; k++) {
    const kernel_variant variant = (kernel_variant)k;
    if (!ntkw_i_sum_kernels_find(variant)) continue;
    const ntkw_sum sum = sum_by(variant, what, values, count, dtype);
    char name[200];
    snprintf(name, sizeof name, "%s: %s of %zu float%d, %s", ntkw_i_kernels_name(variant),
             what == SQUARES ? "squares" : "magnitudes", count, dtype == NTKW_FLOAT32 ? 32 : 64, of);
    check_true(memcmp(&sum, &expected, sizeof sum) == 0, name, __FILE__, __LINE__);
  }
  return expected;
}

static void compare_with_mpfr(const ntkw_sum *sum, summand what, const void *values, size_t count, ntkw_dtype dtype) {
  oracle o;
  oracle_begin(&o);
  CHECK_EQUAL_INT(sum->not_finite, oracle_add(&o, what, values, count, dtype));
  oracle by_limbs;
  oracle_begin(&by_limbs);
  oracle_add_limbs(&by_limbs, sum->limb, dtype);
  CHECK(mpfr_equal_p(o.sum, by_limbs.sum));
  oracle_end(&by_limbs);
  oracle_end(&o);
}

/* A case of one or two kinds: the second replaces the end of the first, or single values of it. */
static void random_case(long number, uint64_t *state) {
  const ntkw_dtype dtype = random_bits(state) % 2 ? NTKW_FLOAT32 : NTKW_FLOAT64;
  const summand what = random_bits(state) % 4 ? SQUARES : MAGNITUDES;
  const size_t width = input_width(dtype), offset = random_bits(state) % ALIGNMENTS;
  const unsigned magnitude = (unsigned)(random_bits(state) % 16); /* lengths of all sizes, short ones more often */
  const size_t count =
      1 + random_bits(state) % (magnitude > 14 ? LONGEST - 1 : (size_t)1 << (magnitude < 12 ? magnitude : 12));
  const int kind = (int)(random_bits(state) % (uint64_t)input_kinds());
  const int other = (int)(random_bits(state) % (uint64_t)input_kinds());
  char *values = room + offset * width, of[100];
  input_fill(kind, values, count, dtype, state);
  const size_t from = random_bits(state) % count;
  switch (random_bits(state) % 3) {
  case 0:
    input_fill(other, values + from * width, count - from, dtype, state);
    break;
  case 1:
    for (size_t i = from; i < count; i += 1 + random_bits(state) % 500)
      input_fill(other, values + i * width, 1, dtype, state);
    break;
  default:
    break;
  }
  snprintf(of, sizeof of, "%s and %s, case %ld", input_name(kind), input_name(other), number);
  const ntkw_sum sum = compare(what, values, count, dtype, of);
  if (number % WITH_MPFR == 0) compare_with_mpfr(&sum, what, values, count, dtype);
}

static void random_cases(void) {
  uint64_t state = 20;
  const char *argument = test_argument(0);
  const long cases = argument ? atol(argument) : RANDOM_CASES;
  CHECK(cases > 0);
  for (long i = 0; i < cases; i++) random_case(i, &state);
}

/* Store a value with this exponent field whose mantissa has all bits set (full), or only the first and the last. */
static void put(char *at, ntkw_dtype dtype, int field, bool full) {
  const uint32_t narrow = (uint32_t)field << 23 | (full ? 0x7fffff : 1);
  const uint64_t wide = (uint64_t)field << 52 | (full ? 0xfffffffffffff : 1);
  memcpy(at, dtype == NTKW_FLOAT32 ? (const void *)&narrow : &wide, input_width(dtype));
}

/* Fill the bins to their limit with the largest values, with values so much smaller that their last bit just fits or
 * just does not fit, and with some zeros. top: the exponent field of the large values; below: how much less the small
 * ones'. */
static void window_of(ntkw_dtype dtype, int top, int below, uint64_t *state) {
  const size_t count = 9000, width = input_width(dtype);
  const uint64_t low_in = 1 + random_bits(state) % 40;
  const int low = top - below < 0 ? 0 : top - below;
  for (size_t i = 0; i < count; i++) {
    const bool is_low = low_in < 20 && random_bits(state) % low_in == 0;
    put(room + i * width, dtype, is_low ? low : top, is_low ? random_bits(state) % 2 : true);
    if (low_in > 10 && random_bits(state) % 128 == 0) memset(room + i * width, 0, width);
  }
  char of[60];
  snprintf(of, sizeof of, "exponent fields %d and %d less", top, below);
  for (int what = SQUARES; what <= MAGNITUDES; what++) {
    const ntkw_sum sum = compare((summand)what, room, count, dtype, of);
    if (below % 8 == 0) compare_with_mpfr(&sum, (summand)what, room, count, dtype);
  }
}

static void edges_of_windows(void) {
  static const int tops32[] = {0, 1, 2, 19, 20, 21, 22, 100, 127, 253, 254, 255};
  static const int tops64[] = {0,    1,    89,   90,   91,   92,   93,   578,  579,  580,  581,  1000,
                               1023, 1527, 1528, 1529, 1530, 2035, 2036, 2037, 2038, 2045, 2046, 2047};
  uint64_t state = 22;
  for (int below = 0; below <= 42; below++) {
    for (size_t i = 0; i < sizeof tops32 / sizeof *tops32; i++) window_of(NTKW_FLOAT32, tops32[i], below, &state);
    for (size_t i = 0; i < sizeof tops64 / sizeof *tops64; i++) window_of(NTKW_FLOAT64, tops64[i], below, &state);
  }
}

static void every_length_and_alignment(void) {
  uint64_t state = 21;
  for (int dtype = NTKW_FLOAT32; dtype <= NTKW_FLOAT64; dtype++)
    for (size_t offset = 0; offset < ALIGNMENTS; offset++)
      for (size_t count = 0; count <= EVERY_LENGTH_TO; count++) {
        char *values = room + offset * input_width((ntkw_dtype)dtype), of[60];
        snprintf(of, sizeof of, "%zu values after a multiple of 64 bytes", offset);
        input_fill(0, values, count, (ntkw_dtype)dtype, &state);
        compare(SQUARES, values, count, (ntkw_dtype)dtype, of);
        compare(MAGNITUDES, values, count, (ntkw_dtype)dtype, of);
      }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(random_cases), TEST(edges_of_windows), TEST(every_length_and_alignment)};
  return run_suite("kernels agree", cases, sizeof cases / sizeof *cases, argc, argv);
}
