/* The inner loops of the trainer: matrix products, jets through an activation, sums over features.
 *
 * One source (kernels.inc) is compiled for the baseline CPU and, on x86-64, for AVX2 with FMA and for AVX-512. The
 * variant is chosen at run time; NTKW_KERNELS=portable|avx2|avx512 overrides the choice. All variants give the same
 * bits: a matrix element is one chain of fma over the ascending inner index, functions are SLEEF's finz family, sums
 * over features are 16 partial sums and a fixed tree, and all other operations are + - * as written.
 *
 * Each table is for floats or for doubles. Widths (numbers of features of a row) are multiples of feature_padding. The
 * rows of a panel are ordered by point and then by stream. No function here is collective. */
#ifndef NTKW_PINN_KERNELS_H
#define NTKW_PINN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include "base/cpu.h"
#include "ntkw/dtype.h"
#include "ntkw/status.h"
#include "pinn/arithmetic/partitions.h"

enum { PADDING_F32 = 16, PADDING_F64 = 8 };

typedef enum nonlinearity { NONLINEARITY_TANH, NONLINEARITY_SIN } nonlinearity;

/* C[r][j] = sum over k of A(r, k) B[k][j] for r < rows, j < width, k < inner. With accumulate the chain of fma starts
 * from the old C[r][j]. A(r, k) is a[r * lda + k], or a[k * lda + r] if a_transposed. lda, ldb, ldc: distances of rows
 * in memory. C overlaps neither A nor B. */
typedef struct product_shape {
  int rows, width, inner, lda, ldb, ldc;
  bool a_transposed, accumulate;
} product_shape;

/* n_points x stream_count(streams) rows of width features, of which the first `features` are not padding.
 * coefficients: as in workspace_forward. table: of the streams if some have order three or four; otherwise not used. */
typedef struct jet_panel {
  const stream_set *streams;
  const jet_table *table;
  int n_points, width, features;
  const double *coefficients;
} jet_panel;

typedef struct kernels {
  size_t size; /* bytes of a value */

  void (*multiply)(const product_shape *product, const void *a, const void *b, void *c);

  /* n values, n a multiple of feature_padding. */
  void (*tanh)(int n, const void *x, void *y);
  void (*sincos)(int n, const void *x, void *sine, void *cosine);

  /* Add the bias to the value rows of z and write the jets of the activation to h. On return the value rows of z hold
   * the slope (first derivative of the activation), which activate_backward needs. Padding that is 0 in
   * z, bias and h stays 0 in h. */
  void (*activate)(const jet_panel *panel, nonlinearity function, const void *bias, void *z, void *h);
  /* On entry adjoint holds the derivatives by h, on return those by z. Padding that is 0 in adjoint stays 0. */
  void (*activate_backward)(const jet_panel *panel, nonlinearity function, const void *z, const void *h, void *adjoint);

  /* z += bias on the value rows. */
  void (*add_bias)(const jet_panel *panel, const void *bias, void *z);
  /* sums += the value rows of adjoint, in the order of the points. */
  void (*sum_values)(const jet_panel *panel, const void *adjoint, void *sums);
  /* scaled = adjoint with all rows of point p multiplied by row_scales[p]. */
  void (*scale_points)(const jet_panel *panel, const double *row_scales, const void *adjoint, void *scaled);

  /* squared_norms[p] += sum over s, s' of (a_s . a_s') (h_s . h_s') + |a_0|^2, with a for adjoint: the squared norm of
   * the derivative by W and b at each point, in double. adjoint has panel->width features, h has h_width. scratch holds
   * 2 x MAX_STREAMS rows of the wider one. */
  void (*add_squared_norms)(const jet_panel *panel, const void *adjoint, int h_width, const void *h, double *scratch,
                            double *squared_norms);
} kernels;

/* Values in 64 bytes. */
static inline int feature_padding(ntkw_dtype precision) {
  return precision == NTKW_FLOAT64 ? PADDING_F64 : PADDING_F32;
}

/* The next multiple of feature_padding. */
static inline int padded_width(ntkw_dtype precision, int width) {
  const int padding = feature_padding(precision);
  return (width + padding - 1) / padding * padding;
}

/* The table of a variant; NULL if this program or this CPU does not support it. */
const kernels *kernels_find(kernel_variant variant, ntkw_dtype precision);

/* Choose the variant: NTKW_KERNELS if set, otherwise the fastest that this CPU supports.
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT: NTKW_KERNELS is not the name of a variant or names one that this CPU cannot
 * run, or the CPU has no fused multiply-add. */
ntkw_status kernels_choose(kernel_variant *out);

/* The tables, one entry per ntkw_dtype. Those of AVX2 and AVX-512 exist only on x86-64. */
extern const kernels kernels_portable[2], kernels_avx2[2], kernels_avx512[2];

#endif
