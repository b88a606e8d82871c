/* The inside of a factor, for cholesky.c and triangular.c. */
#ifndef NTKW_PINN_CHOLESKY_IMPL_H
#define NTKW_PINN_CHOLESKY_IMPL_H

#include "pinn/dense/cholesky.h"

enum { GROUP = 4 }; /* columns of tiles whose products are subtracted together from all behind them */

struct cholesky {
  const tile_layout *layout;
  cholesky_options options;
  const tile_kernels *kernels;
  multiplier **multipliers; /* of each member of the thread pool */
  double *own;              /* own tiles, of A and then of the factor */
  double *diagonals;        /* tiles on the diagonal: all, or the last one */
  double **panels;          /* [n_tiles]: each column below the diagonal; without all, the last GROUP of them */
  double *negated;          /* [GROUP][n_tiles] */
  int *counts;              /* [2][size] */
  double *parts, *sorted;   /* [n_tiles][TILE], and twice that: products of a row of a solution */
};

/* L_ik, or NULL if this rank does not have it. */
const double *cholesky_tile(const cholesky *f, int i, int k);
bool cholesky_is_everywhere(const cholesky *f);

#endif
