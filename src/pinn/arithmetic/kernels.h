/* The inner loops of the trainer: matrix products, jets through an activation, sums over features.
 *
 * One source (kernels.inc) is compiled for the baseline CPU and, on x86-64, for AVX2 with FMA and for AVX-512; the
 * variant is chosen at run time, and NTKW_KERNELS=portable|avx2|avx512 overrides. All variants give the same bits: a
 * matrix element is one chain of fma over the inner index ascending, functions are SLEEF's finz family, sums over
 * features have 16 partial sums and a fixed tree, the rest is + - * as written.
 *
 * Values are floats or doubles, by the table chosen. Widths (numbers of features of a row) are multiples of
 * FEATURE_PADDING; the rows of a panel are ordered by point, streams inside a point. All functions are local. */
#ifndef NTKW_PINN_KERNELS_H
#define NTKW_PINN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"
#include "pinn/arithmetic/partitions.h"

enum { FEATURE_PADDING = 16 };

typedef enum kernel_variant { KERNELS_PORTABLE, KERNELS_AVX2, KERNELS_AVX512, KERNEL_VARIANTS } kernel_variant;
typedef enum nonlinearity { NONLINEARITY_TANH, NONLINEARITY_SIN } nonlinearity;

/* C[r][j] = sum over k of A(r, k) B[k][j], or C[r][j] += it (the chain then starts from the old value), for r < rows,
 * j < width, k < inner. A(r, k) is a[r * lda + k], or a[k * lda + r] if a_transposed. lda, ldb, ldc: distances of rows
 * in memory. C overlaps neither A nor B. */
typedef struct product_shape {
  int rows, width, inner, lda, ldb, ldc;
  bool a_transposed, accumulate;
} product_shape;

/* Rows of n_points x stream_count(streams), each of width features. coefficients as in workspace_forward; table: of the
 * streams if they are of order three or four, else not used. */
typedef struct jet_panel {
  const stream_set *streams;
  const jet_table *table;
  int n_points, width;
  const double *coefficients;
} jet_panel;

typedef struct kernels {
  size_t size; /* of a value, in bytes */

  void (*multiply)(const product_shape *product, const void *a, const void *b, void *c);

  /* n values, n a multiple of FEATURE_PADDING. */
  void (*tanh)(int n, const void *x, void *y);
  void (*sincos)(int n, const void *x, void *sine, void *cosine);

  /* Add the bias to the value rows of z and write the jets of the activation to h. The value rows of z, no longer
   * needed, then hold the slope (the first derivative of the activation), for the way back. */
  void (*activate)(const jet_panel *panel, nonlinearity function, const void *bias, void *z, void *h);
  /* The way back: bar holds the derivatives by h, and afterwards those by z. */
  void (*activate_backward)(const jet_panel *panel, nonlinearity function, const void *z, const void *h, void *bar);

  /* z += bias on the value rows. */
  void (*add_bias)(const jet_panel *panel, const void *bias, void *z);
  /* sums += the value rows of bar, point by point. */
  void (*sum_values)(const jet_panel *panel, const void *bar, void *sums);
  /* scaled = bar, the rows of each point times its scale. */
  void (*scale_points)(const jet_panel *panel, const double *scales, const void *bar, void *scaled);

  /* norms[p] += sum over s, s' of (bar_s . bar_s') (h_s . h_s') + |bar_0|^2: the squared norm of the derivative by W
   * and b at each point, in double. panel->width is bar's, h_width h's; scratch holds 2 x MAX_STREAMS rows of the
   * wider one. */
  void (*add_norms)(const jet_panel *panel, const void *bar, int h_width, const void *h, double *scratch,
                    double *norms);
} kernels;

/* The next multiple of FEATURE_PADDING. */
static inline int padded_width(int width) {
  return (width + FEATURE_PADDING - 1) / FEATURE_PADDING * FEATURE_PADDING;
}

/* "portable", "avx2" or "avx512". */
const char *kernel_variant_name(kernel_variant variant);

/* The table of a variant; NULL if this program or this CPU does not have it. */
const kernels *kernels_find(kernel_variant variant, ntkw_dtype precision);

/* The variant to use: NTKW_KERNELS if set, else the best. NTKW_ERR_ARGUMENT if that names no variant, or one that this
 * CPU cannot run, or if the CPU has no fused multiply-add. */
ntkw_status kernels_choose(kernel_variant *out);

/* The tables, one entry per ntkw_dtype; those of AVX2 and AVX-512 exist on x86-64 alone. */
extern const kernels kernels_portable[2], kernels_avx2[2], kernels_avx512[2];

#endif
