/* Reduced moments of a condition: exact sums over all ranks, rounded once. */
#ifndef NTKW_WEIGHTING_MOMENTS_H
#define NTKW_WEIGHTING_MOMENTS_H

#include <stdint.h>

/* The exact sums of a condition. */
typedef enum ntkw_i_kind {
  NTKW_I_SQUARES,    /* of the gradient's values */
  NTKW_I_MAGNITUDES, /* of the gradient's values */
  NTKW_I_DIAGONAL,   /* entries of the NTK block's diagonal */
  NTKW_I_LOSSES,     /* squared residuals, or sums of them */
  NTKW_I_KINDS
} ntkw_i_kind;

/* A positive number as mantissa * 2^exponent with mantissa in [0.5, 1), or 0 and 0. The range exceeds a double's. */
typedef struct ntkw_i_split {
  double mantissa;
  int exponent;
} ntkw_i_split;

/* One sum over all ranks. */
typedef struct ntkw_i_total {
  int64_t ranks;      /* number of ranks that added to it; 0: the sum is absent */
  int64_t count;      /* values (points) added */
  int64_t not_finite; /* values among them that were not summed */
  double value;       /* rounded once */
  ntkw_i_split split; /* the sum with its exponent apart, rounded once */
} ntkw_i_total;

/* The moments of a condition after a reduction. */
typedef struct ntkw_i_reduced {
  ntkw_i_total total[NTKW_I_KINDS];
  double norm; /* root of the exact sum of squares, rounded once */
  ntkw_i_split norm_split;
} ntkw_i_reduced;

/* total / count, rounded once more; 0 if nothing was counted. */
ntkw_i_split ntkw_i_total_mean(const ntkw_i_total *total);
/* a / sqrt(b), for b > 0. */
ntkw_i_split ntkw_i_split_over_root(ntkw_i_split a, ntkw_i_split b);
/* As a double; Inf or subnormal outside of the normal range. */
double ntkw_i_split_value(ntkw_i_split split);

#endif
