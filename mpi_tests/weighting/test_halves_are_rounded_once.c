/* float16 and bfloat16: combined gradients are rounded once, to nearest, ties to even, at every value of the formats.
 * Norms, means and largest values equal those of the same values in float32. */
#include "fixtures.h"

#include <math.h>
#include <stdlib.h>

typedef struct format {
  ntkw_dtype dtype;
  int infinity; /* bits */
  int least_normal;
  int fraction_bits, bias;
} format;

static const format formats[] = {{NTKW_FLOAT16, 0x7c00, 0x0400, 10, 15}, {NTKW_BFLOAT16, 0x7f80, 0x0080, 7, 127}};

/* The value of finite bits, from the definition of the format. */
static double value_of(const format *f, int bits) {
  const int exponent = (bits & 0x7fff) >> f->fraction_bits, one = 1 << f->fraction_bits, fraction = bits & (one - 1);
  const double magnitude =
      ldexp(exponent > 0 ? one + fraction : fraction, (exponent > 0 ? exponent : 1) - f->bias - f->fraction_bits);
  return bits & 0x8000 ? -magnitude : magnitude;
}

static ntkw_weighting *weighted(double first, double second) {
  ntkw_weighting_options options = options_of("constant", 0, 1, NTKW_FLOAT16);
  options.initial_weights = (double[]){first, second};
  return weighting_of(MPI_COMM_WORLD, 2, &options);
}

/* All finite values but the largest, with either sign, and their neighbours away from zero. */
static int list_neighbours(const format *f, uint16_t lower[], uint16_t upper[]) {
  int n = 0;
  for (int sign = 0; sign <= 0x8000; sign += 0x8000)
    for (int bits = 0; bits + 1 < f->infinity; bits++, n++) {
      lower[n] = (uint16_t)(sign | bits);
      upper[n] = (uint16_t)(sign | (bits + 1));
    }
  return n;
}

/* Check the rounding of points between neighbours, at the given share of the way from lower to upper. */
static void check_between(const format *f, double share, bool tie) {
  static uint16_t lower[0x10000], upper[0x10000], total[0x10000];
  const int n = list_neighbours(f, lower, upper);
  const void *pieces[2] = {lower, upper};
  ntkw_weighting *weighting = weighted(1 - share, share);
  CHECK_OK(ntkw_weighting_combine(weighting, pieces, (size_t)n, f->dtype, total));
  int wrong = 0;
  for (int i = 0; i < n; i++) {
    const uint16_t even = lower[i] & 1 ? upper[i] : lower[i];
    const uint16_t nearest = tie ? even : share < 0.5 ? lower[i] : upper[i];
    wrong += total[i] != (share == 0 && lower[i] == 0x8000 ? 0 : nearest); /* sums begin with 0, and 0 + -0 is 0 */
  }
  CHECK_EQUAL_INT(wrong, 0);
  ntkw_weighting_destroy(&weighting);
}

static void every_value_is_rounded_to_nearest(void) {
  for (size_t i = 0; i < CASES(formats); i++) {
    check_between(&formats[i], 0, false);
    check_between(&formats[i], 0.25, false);
    check_between(&formats[i], 0.5, true);
    check_between(&formats[i], 0.5 - 0x1p-30, false); /* by way of float32 these would be ties */
    check_between(&formats[i], 0.5 + 0x1p-30, false);
    check_between(&formats[i], 1, false);
  }
}

static uint16_t combined(const format *f, double weight, uint16_t bits) {
  const void *pieces[2] = {&bits, NULL};
  uint16_t total = 0x1234;
  ntkw_weighting *weighting = weighted(weight, 1);
  CHECK_OK(ntkw_weighting_combine(weighting, pieces, 1, f->dtype, &total));
  ntkw_weighting_destroy(&weighting);
  return total;
}

static void beyond_the_range(void) {
  for (size_t i = 0; i < CASES(formats); i++) {
    const format *f = &formats[i];
    const uint16_t infinity = (uint16_t)f->infinity, largest = (uint16_t)(infinity - 1);
    const double half_a_step =
        0.5 / ((2 << f->fraction_bits) - 1); /* half way from the largest number to the next, which does not exist */
    CHECK_EQUAL_INT(combined(f, 1 + 0.99 * half_a_step, largest), largest);
    CHECK_EQUAL_INT(combined(f, 1 + 1.01 * half_a_step, largest), infinity);
    CHECK_EQUAL_INT(combined(f, -1e300, largest), infinity | 0x8000);
    CHECK_EQUAL_INT(combined(f, 1, infinity), infinity);
    CHECK_EQUAL_INT(combined(f, 1, (uint16_t)(infinity | 1 | 0x8000)), infinity | 1 << (f->fraction_bits - 1));
    CHECK_EQUAL_INT(combined(f, 0.5, 1), 0); /* half of the smallest subnormal: a tie with zero */
    CHECK_EQUAL_INT(combined(f, 0.51, 1), 1);
    CHECK_EQUAL_INT(combined(f, 1e-300, largest), 0);
    CHECK_EQUAL_INT(combined(f, 0.5, (uint16_t)(2 * f->least_normal - 1)), f->least_normal);
  }
}

/* Fill a piece with count finite values of random bits. */
static void make_pieces(const format *f, uint64_t seed, size_t count, uint16_t halves[], float wide[]) {
  for (size_t i = 0; i < count; i++) {
    do halves[i] = (uint16_t)random_bits(&seed);
    while ((halves[i] & 0x7fff) >= f->infinity);
    wide[i] = (float)value_of(f, halves[i]);
  }
}

/* The moments have the same bits whether ranks add the values in float32 or in 16 bits. */
static void moments_are_those_of_float32(void) {
  enum { COUNT = 700 };
  static uint16_t halves[COUNT];
  static float wide[COUNT];
  for (size_t i = 0; i < CASES(formats); i++) {
    const ntkw_weighting_options narrow = options_of("learning-rate-annealing", 0.5, 1, formats[i].dtype);
    const ntkw_weighting_options plain = options_of("learning-rate-annealing", 0.5, 1, NTKW_FLOAT64);
    ntkw_weighting *sharded = weighting_of(MPI_COMM_WORLD, 2, &narrow),
                   *serial = weighting_of(MPI_COMM_SELF, 2, &plain);
    for (int c = 0; c < 2; c++) {
      make_pieces(&formats[i], (uint64_t)c + 3, COUNT, halves, wide);
      const shard own = shard_make(CUT_RANDOM, (uint64_t)c, COUNT);
      const bool as_float = world_rank() % 2 == 1;
      CHECK_OK(ntkw_weighting_add_gradient(sharded, c,
                                           as_float ? (void *)(wide + own.offset) : (void *)(halves + own.offset),
                                           own.length, as_float ? NTKW_FLOAT32 : formats[i].dtype));
      CHECK_OK(ntkw_weighting_add_gradient(serial, c, wide, COUNT, NTKW_FLOAT32));
    }
    CHECK_OK(ntkw_weighting_update(sharded, 0));
    CHECK_OK(ntkw_weighting_update(serial, 0));
    for (int c = 0; c < 2; c++) {
      CHECK_EQUAL_DOUBLE(ntkw_weighting_norms(sharded)[c], ntkw_weighting_norms(serial)[c]);
      CHECK_EQUAL_DOUBLE(ntkw_weighting_mean_magnitudes(sharded)[c], ntkw_weighting_mean_magnitudes(serial)[c]);
      CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(sharded)[c], ntkw_weighting_weights(serial)[c]);
    }
    CHECK_STATUS(ntkw_weighting_add_gradient(sharded, 0, wide, 1, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
    CHECK_TEXT_HAS(ntkw_last_error(), "float64");
    ntkw_weighting_destroy(&sharded);
    ntkw_weighting_destroy(&serial);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(every_value_is_rounded_to_nearest), TEST(beyond_the_range),
                                    TEST(moments_are_those_of_float32)};
  return run_suite("halves are rounded once", cases, CASES(cases), argc, argv);
}
