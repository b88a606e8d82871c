/* The forward Laplacian: second derivatives that occur only in one linear combination become one stream. For use in
 * this folder. */
#ifndef NTKW_PINN_LAPLACIAN_H
#define NTKW_PINN_LAPLACIAN_H

#include "pinn/expression/tape_nodes.h"

/* A combination l = sum c_k d^2/(dx_a dx_b): inputs and coefficients, pairs in ascending order. */
typedef struct combination {
  int n_pairs;
  stream_pair pair[MAX_PAIRS]; /* of inputs, a <= b */
  node coefficient[MAX_PAIRS]; /* free of outputs */
} combination;

/* Rewrite n roots so that they use l of the outputs (OP_OUTPUT, LAPLACIAN) and no second derivative.
 *
 * True if one combination l of at least two pairs suffices: rewritten[] and *found are then set. False otherwise, also
 * if memory is short or a derivative of order three or four occurs: use the roots as they are. The tape may have grown
 * either way. */
bool laplacian_find(tape *tape, int n, const node roots[], node rewritten[], combination *found);

#endif
