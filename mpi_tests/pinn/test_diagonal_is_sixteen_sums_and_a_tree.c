/* The kernels of the NTK diagonal follow rule 3 of docs/arithmetic.md in every bit, for any number of streams. Each dot
 * product is computed in double: 16 partial sums by feature index modulo 16, each a chain of fma, then a fixed tree.
 * Features that are 0 do not change a bit: in float64, a width that is a multiple of 8 gives the bits of the next
 * multiple of 16. */
#include "harness.h"
#include "pinn/arithmetic/kernels.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_STREAMS = 22, MOST_WIDTH = 144, POINTS = 2 };

/* Fill with numbers of full significands and several magnitudes. */
static void fill(ntkw_dtype precision, uint64_t seed, size_t n, void *values) {
  for (size_t i = 0; i < n; i++) {
    const double value = ldexp(random_uniform(&seed) - 0.5, (int)(i % 7) - 3);
    if (precision == NTKW_FLOAT32)
      ((float *)values)[i] = (float)value;
    else
      ((double *)values)[i] = value;
  }
}

static double at(ntkw_dtype precision, const void *values, int i) {
  return precision == NTKW_FLOAT32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

static double dot_by_rule(ntkw_dtype precision, const void *values, int n, int a, int b) {
  double sums[16] = {0};
  for (int j = 0; j < n; j++)
    sums[j % 16] = fma(at(precision, values, a + j), at(precision, values, b + j), sums[j % 16]);
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; i++) sums[i] += sums[i + half];
  return sums[0];
}

static double norm_by_rule(ntkw_dtype precision, int n_streams, const void *bar, int width, const void *h, int h_width,
                           int point) {
  const int from = point * n_streams * width, h_from = point * n_streams * h_width;
  double sum = dot_by_rule(precision, bar, width, from, from);
  for (int s = 0; s < n_streams; s++)
    for (int t = 0; t <= s; t++) {
      const double term = dot_by_rule(precision, bar, width, from + s * width, from + t * width) *
                          dot_by_rule(precision, h, h_width, h_from + s * h_width, h_from + t * h_width);
      sum += s == t ? term : 2.0 * term;
    }
  return sum;
}

/* n streams: the value, one first derivative, and n - 2 second derivatives. */
static stream_set streams_of(int n) {
  stream_set streams = {.n_first = n > 1, .n_second = n > 2 ? n - 2 : 0};
  return streams;
}

static void compare(const kernels *k, ntkw_dtype precision, int n_streams, int width, int h_width) {
  static double bar[POINTS * MOST_STREAMS * MOST_WIDTH], h[POINTS * MOST_STREAMS * MOST_WIDTH];
  static double scratch[2 * MAX_STREAMS * MOST_WIDTH];
  const stream_set streams = streams_of(n_streams);
  const jet_panel panel = {.streams = &streams, .n_points = POINTS, .width = width};
  double norms[POINTS] = {0.25, -3.0};
  CHECK_EQUAL_INT(stream_count(&streams), n_streams);
  fill(precision, (uint64_t)(n_streams * 1000 + width), (size_t)(POINTS * n_streams * width), bar);
  fill(precision, (uint64_t)(n_streams * 1000 + h_width + 7), (size_t)(POINTS * n_streams * h_width), h);
  k->add_squared_norms(&panel, bar, h_width, h, scratch, norms);
  for (int p = 0; p < POINTS; p++) {
    const double norm = norm_by_rule(precision, n_streams, bar, width, h, h_width, p);
    CHECK_EQUAL_DOUBLE(norms[p], (p == 0 ? 0.25 : -3.0) + norm);
  }
}

static int next_sixteen(int width) {
  return (width + 15) / 16 * 16;
}

/* Copy doubles to rows whose width is a multiple of 16. The further features are 0. */
static void widen(const double *values, int n_rows, int width, double *wider) {
  memset(wider, 0, sizeof *wider * (size_t)(n_rows * next_sixteen(width)));
  for (int r = 0; r < n_rows; r++)
    memcpy(wider + r * next_sixteen(width), values + r * width, sizeof *wider * (size_t)width);
}

static void compare_with_zeros(const kernels *k, int n_streams, int width, int h_width) {
  enum { MOST = POINTS * MOST_STREAMS * MOST_WIDTH };
  static double bar[MOST], h[MOST], wide_bar[MOST], wide_h[MOST], scratch[2 * MAX_STREAMS * MOST_WIDTH];
  const stream_set streams = streams_of(n_streams);
  jet_panel panel = {.streams = &streams, .n_points = POINTS, .width = width};
  double norms[POINTS] = {0}, wide_norms[POINTS] = {0};
  fill(NTKW_FLOAT64, (uint64_t)(n_streams + width), MOST, bar);
  fill(NTKW_FLOAT64, (uint64_t)(n_streams + h_width + 7), MOST, h);
  widen(bar, POINTS * n_streams, width, wide_bar);
  widen(h, POINTS * n_streams, h_width, wide_h);
  k->add_squared_norms(&panel, bar, h_width, h, scratch, norms);
  panel.width = next_sixteen(width);
  k->add_squared_norms(&panel, wide_bar, next_sixteen(h_width), wide_h, scratch, wide_norms);
  for (int p = 0; p < POINTS; p++) CHECK_EQUAL_DOUBLE(norms[p], wide_norms[p]);
}

static void widths_of_eights(void) {
  static const int widths[] = {8, 24, 40, 72, 104, 16};
  enum { N_WIDTHS = sizeof widths / sizeof *widths };
  for (int variant = 0; variant < KERNEL_VARIANTS; variant++) {
    const kernels *k = kernels_find((kernel_variant)variant, NTKW_FLOAT64);
    for (int n = 1; k && n <= MOST_STREAMS; n++)
      for (int w = 0; w < N_WIDTHS * N_WIDTHS; w++) {
        compare(k, NTKW_FLOAT64, n, widths[w / N_WIDTHS], widths[w % N_WIDTHS]);
        compare_with_zeros(k, n, widths[w / N_WIDTHS], widths[w % N_WIDTHS]);
      }
  }
}

static void with_all_kernels(void) {
  static const int widths[][2] = {{16, 16}, {16, 112}, {112, 16}, {112, 112}, {32, 48}, {144, 128}};
  for (int variant = 0; variant < KERNEL_VARIANTS; variant++)
    for (int narrow = 0; narrow < 2; narrow++) {
      const ntkw_dtype precision = narrow ? NTKW_FLOAT32 : NTKW_FLOAT64;
      const kernels *k = kernels_find((kernel_variant)variant, precision);
      for (int n = 1; k && n <= MOST_STREAMS; n++)
        for (int w = 0; w < (int)(sizeof widths / sizeof *widths); w++)
          compare(k, precision, n, widths[w][0], widths[w][1]);
    }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(with_all_kernels), TEST(widths_of_eights)};
  return run_suite("sums over features", cases, sizeof cases / sizeof *cases, argc, argv);
}
