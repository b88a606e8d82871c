/* The inner loops of dense symmetric systems: square tiles of float64, TILE rows and columns, column by column in
 * memory: element (r, c) is tile[c * TILE + r].
 *
 * All variants give the same bits: an element is one chain of fma over the ascending column, but for the products of a
 * transposed tile, which have 16 partial sums by row modulo 16 and a fixed tree. All functions are local. */
#ifndef NTKW_PINN_TILE_KERNELS_H
#define NTKW_PINN_TILE_KERNELS_H

#include "pinn/arithmetic/kernels.h"

enum { TILE = 64, TILE_VALUES = TILE * TILE, TILE_STRIP = 16 };

typedef struct tile_kernels {
  /* Replace the lower triangle of a by its Cholesky factor; what is above the diagonal becomes 0.
   * @return TILE, or the first column whose pivot is not positive; a is then spoilt. */
  int (*factor)(double *a);
  /* Columns first to first + TILE_STRIP - 1 of the solution X of X L^T = A, in place, where the columns before are done
   * and their products have been subtracted. */
  void (*solve_strip)(const double *l, int first, double *x);
  /* y = L^-1 y and y = L^-T y for a lower triangle. */
  void (*lower_solve)(const double *l, double *y);
  void (*upper_solve)(const double *l, double *y);
  /* out = A x and out = A^T x. */
  void (*apply)(const double *a, const double *x, double *out);
  void (*apply_transposed)(const double *a, const double *x, double *out);
} tile_kernels;

/* The table of a variant that kernels_find has. */
const tile_kernels *tile_kernels_find(kernel_variant variant);

extern const tile_kernels tiles_portable, tiles_avx2, tiles_avx512;

#endif
