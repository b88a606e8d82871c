/* Internal structure of a tape, for use in this folder. */
#ifndef NTKW_PINN_TAPE_NODES_H
#define NTKW_PINN_TAPE_NODES_H

#include <stdint.h>
#include "pinn/expression/tape.h"

/* In place of the first input of an OP_OUTPUT (b): the stream of the forward Laplacian. */
enum { LAPLACIAN = -2 };

/* An OP_INPUT with a >= NORMAL_ALONG is the component of the normal along input a - NORMAL_ALONG. Fingerprints depend
 * on this number. */
enum { NORMAL_ALONG = 256 };

/* The meaning of a node. Operands: a, b, c (NO_NODE if unused). OP_INPUT: a is the input (see NORMAL_ALONG).
 * OP_OUTPUT: a is the output, b and c the inputs of its derivatives (b <= c; NO_INPUT; b may be LAPLACIAN); from order
 * three on, c holds all but the first input (derivative_unpack). OP_CONSTANT: value. */
typedef struct tape_entry {
  operation operation;
  int a, b, c;
  double value;
  uint32_t outputs; /* bit o: the node depends on output o of the network */
} tape_entry;

struct tape {
  tape_entry *entries;
  int n, capacity;
  int *slots; /* hash table of node indices, NO_NODE where empty; a power of two, at most half full */
  uint32_t n_slots;
  ntkw_status status;
};

/* The inputs of a derivative, ascending; returns its order. Not for LAPLACIAN. */
int derivative_unpack(int b, int c, int inputs[MAX_ORDER]);
/* Does c belong to a derivative of order three or four? */
static inline bool is_higher(int c) {
  return c >= 8;
}

/* A node that equals `operation` of a and b for all values (b is NO_NODE for a unary one), or NO_NODE if the operation
 * is needed. May make nodes. */
node tape_simplify(tape *tape, operation operation, node a, node b);

/* The operation on numbers, in the same arithmetic as the evaluation of tapes. */
double operation_apply(operation operation, double a, double b);

#endif
