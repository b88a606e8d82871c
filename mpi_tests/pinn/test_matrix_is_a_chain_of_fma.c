/* Every element of a product, computed by any kernel, is a chain of fma, which this test computes element by element.
 * One rank alone tests all kernels. Of several ranks each tests one kernel, because LIBXSMM keeps the first code that
 * it generates for a shape. */
#include "harness.h"
#include "pinn/arithmetic/matrix.h"

#include <math.h>

enum { MOST = 160 * 160 };

static void element(ntkw_dtype precision, const product_shape *p, const void *a, const void *b, int r, int j, void *c) {
  const int at = r * p->ldc + j;
  double wide = p->accumulate ? ((double *)c)[at] : 0;
  float narrow = p->accumulate ? ((float *)c)[at] : 0;
  for (int k = 0; k < p->inner; k++) {
    const int i = p->a_transposed ? k * p->lda + r : r * p->lda + k, n = k * p->ldb + j;
    if (precision == NTKW_FLOAT64)
      wide = fma(((const double *)a)[i], ((const double *)b)[n], wide);
    else
      narrow = fmaf(((const float *)a)[i], ((const float *)b)[n], narrow);
  }
  if (precision == NTKW_FLOAT64)
    ((double *)c)[at] = wide;
  else
    ((float *)c)[at] = narrow;
}

static void fill(ntkw_dtype precision, uint64_t *state, void *matrix) {
  for (int i = 0; i < MOST; i++) {
    const double value = ldexp(random_uniform(state) - 0.5, (int)(random_bits(state) % 8));
    if (precision == NTKW_FLOAT64)
      ((double *)matrix)[i] = value;
    else
      ((float *)matrix)[i] = (float)value;
  }
}

static void check_product(multiplier *m, ntkw_dtype precision, const product_shape *p) {
  static _Alignas(64) double a[2][MOST], b[2][MOST], start[2][MOST], c[MOST], expected[MOST];
  uint64_t state = 11;
  const int d = precision == NTKW_FLOAT64;
  if (a[d][0] == 0) fill(precision, &state, a[d]), fill(precision, &state, b[d]), fill(precision, &state, start[d]);
  memcpy(c, start[d], sizeof c);
  memcpy(expected, start[d], sizeof c);
  for (int r = 0; r < p->rows; r++)
    for (int j = 0; j < p->width; j++) element(precision, p, a[d], b[d], r, j, expected);
  multiply(m, p, a[d], b[d], c);
  CHECK(memcmp(c, expected, sizeof c) == 0);
}

static void all_shapes_of_width(multiplier *m, ntkw_dtype precision, int width) {
  static const int rows[] = {0, 1, 2, 5, 17, 126, 128}, inners[] = {0, 1, 3, 100, 131};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
    for (size_t i = 0; i < sizeof inners / sizeof *inners; i++)
      for (int kind = 0; kind < 4; kind++) {
        const bool transposed = kind & 1;
        const product_shape p = {.rows = rows[r],
                                 .width = width,
                                 .inner = inners[i],
                                 .lda = padded_width(precision, transposed ? rows[r] : inners[i]),
                                 .ldb = width,
                                 .ldc = width,
                                 .a_transposed = transposed,
                                 .accumulate = kind & 2};
        check_product(m, precision, &p);
      }
}

/* Generated code is used for all shapes except some products with few rows and width 16. */
static void all_shapes(multiplier *m, kernel_variant variant, ntkw_dtype precision) {
  static const int widths[] = {32, 48, 64, 80, 112, 144, 160};
  for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) all_shapes_of_width(m, precision, widths[w]);
  CHECK_EQUAL_INT(multiplier_generated(m) > 0, matrix_generates(variant));
  CHECK(multiplier_refused(m) == 0 || !matrix_generates(variant));
  all_shapes_of_width(m, precision, 16);
}

/* Rows of memory are longer than the product is wide. */
static product_shape spaced_product(int rows, int width, int kind) {
  return (product_shape){.rows = rows,
                         .width = width,
                         .inner = 100,
                         .lda = 136,
                         .ldb = 152,
                         .ldc = 144,
                         .a_transposed = kind & 1,
                         .accumulate = kind & 2};
}

/* All widths of networks up to 136. With the rows of a full panel each width has generated code, in one piece or in
 * two. */
static void all_widths(multiplier *m, kernel_variant variant, ntkw_dtype precision) {
  const int step = feature_padding(precision), refused = multiplier_refused(m);
  for (int width = step; width <= 136; width += step)
    for (int kind = 0; kind < 4; kind++) {
      const product_shape p = spaced_product(128, width, kind);
      check_product(m, precision, &p);
    }
  CHECK(multiplier_refused(m) == refused || !matrix_generates(variant));
  for (int width = step; width <= 136; width += step)
    for (int kind = 0; kind < 4; kind++) {
      const product_shape p = spaced_product(7, width, kind);
      check_product(m, precision, &p);
    }
}

static bool wanted(kernel_variant variant) {
  const bool mine = world_size() == 1 || world_rank() % KERNEL_VARIANTS == (int)variant;
  return mine && kernels_find(variant, NTKW_FLOAT32) != NULL;
}

static void all_kernels(void) {
  CHECK(kernels_find(KERNELS_PORTABLE, NTKW_FLOAT32) != NULL);
  for (int v = KERNEL_VARIANTS - 1; v >= 0; v--)
    for (int precision = NTKW_FLOAT32; precision <= NTKW_FLOAT64; precision++) {
      if (!wanted((kernel_variant)v)) continue;
      multiplier *m;
      CHECK_OK(multiplier_create((kernel_variant)v, (ntkw_dtype)precision, &m));
      all_shapes(m, (kernel_variant)v, (ntkw_dtype)precision);
      all_widths(m, (kernel_variant)v, (ntkw_dtype)precision);
      multiplier_destroy(&m);
    }
}

/* For AVX-512 and float64, LIBXSMM generates code without fma for a width with remainder 4. The multiplier must refuse
 * it. */
static void unfused_code_is_refused(void) {
  multiplier *m;
  if (!wanted(KERNELS_AVX512) || !matrix_generates(KERNELS_AVX512)) CHECK_SKIP("needs AVX-512 and LIBXSMM");
  CHECK_OK(multiplier_create(KERNELS_AVX512, NTKW_FLOAT64, &m));
  const product_shape p = {.rows = 30, .width = 36, .inner = 40, .lda = 48, .ldb = 36, .ldc = 36};
  check_product(m, NTKW_FLOAT64, &p);
  CHECK_EQUAL_INT(multiplier_refused(m), 1);
  multiplier_destroy(&m);
}

/* If the table of shapes is full, further shapes use compiled products, which have the same bits. */
static void more_shapes_than_the_table_holds(void) {
  multiplier *m;
  kernel_variant best;
  CHECK_OK(kernels_choose(&best));
  if (!wanted(best)) CHECK_SKIP("the best kernels are another rank's");
  CHECK_OK(multiplier_create(best, NTKW_FLOAT32, &m));
  for (int inner = 1; inner <= 45; inner++)
    for (int rows = 1; rows <= 50; rows++) {
      const product_shape p = {.rows = rows, .width = 16, .inner = inner, .lda = 48, .ldb = 16, .ldc = 16};
      check_product(m, NTKW_FLOAT32, &p);
    }
  multiplier_destroy(&m);
  CHECK(m == NULL);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(unfused_code_is_refused), TEST(all_kernels),
                                    TEST(more_shapes_than_the_table_holds)};
  return run_suite("matrix products", cases, sizeof cases / sizeof *cases, argc, argv);
}
