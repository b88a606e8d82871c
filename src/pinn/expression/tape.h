/* Expressions that are built once from symbolic values, then evaluated and differentiated in reverse at many points.
 *
 * A tape is a list of nodes, each an operation on earlier nodes; a node is named by its index. Equal nodes are made
 * once, constants are folded (in IEEE arithmetic and SLEEF's reproducible functions, never libm), and an operation is
 * left out only where that is exact for every value (x * 1, -(-x); not 0 * x, which is NaN for an infinite x).
 *
 * All values are doubles, whatever the precision of the network: residuals take little time beside its matrix products.
 *
 * Building can fail: out of memory, a constant that is not finite, a division by the constant 0, more than
 * MAX_TAPE_NODES nodes. The functions then return NO_NODE, ntkw_last_error() has the sentence and tape_status the code.
 * An operation on NO_NODE gives NO_NODE, so a caller need not check before the end. All functions are local. */
#ifndef NTKW_PINN_TAPE_H
#define NTKW_PINN_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/status.h"
#include "pinn/streams.h"

typedef struct tape tape;
typedef int node;
enum { NO_NODE = -1, NO_INPUT = -1, MAX_TAPE_NODES = 1 << 18 };

typedef enum operation {
  OP_CONSTANT,
  OP_INPUT,
  OP_OUTPUT, /* the last of the leaves */
  OP_ADD,
  OP_SUBTRACT,
  OP_MULTIPLY,
  OP_DIVIDE,
  OP_NEGATE,
  OP_SQRT,
  OP_EXP,
  OP_LOG,
  OP_SIN,
  OP_COS,
  OP_TANH,
  OP_ABS,
  OP_LESS,
  OP_LESS_EQUAL, /* OP_LESS and OP_LESS_EQUAL give 1 or 0 */
  OP_WHERE       /* three operands: first != 0 ? second : third */
} operation;

ntkw_status tape_create(tape **out);
void tape_destroy(tape **tape);

node tape_constant(tape *tape, double value);
node tape_input(tape *tape, int input);
/* The component along an input of the unit normal out of the domain, for points that have a normal. */
node tape_normal(tape *tape, int input);
/* An output of the network, or its first (j = NO_INPUT) or second derivative by inputs i <= j. */
node tape_output(tape *tape, int output, int i, int j);
/* The derivative of an output of order 0 to MAX_ORDER, by inputs in any order. */
node tape_derivative(tape *tape, int output, int order, const int inputs[]);
/* OP_NEGATE to OP_ABS. */
node tape_unary(tape *tape, operation operation, node a);
/* OP_ADD to OP_DIVIDE, OP_LESS, OP_LESS_EQUAL. */
node tape_binary(tape *tape, operation operation, node a, node b);
node tape_where(tape *tape, node condition, node a, node b);
/* a^b: products for a constant integer b, sqrt for 1/2, else exp(b log a). */
node tape_power(tape *tape, node a, node b);
/* The same for numbers: products for an integer b, sqrt for 1/2, else SLEEF's reproducible pow. */
double constant_power(double a, double b);

/* The code of the first building call that failed, or NTKW_SUCCESS. */
ntkw_status tape_status(const tape *tape);
/* Number of nodes so far. */
int tape_size(const tape *tape);

/* True if the node is a constant; its value goes to *value. */
bool tape_is_constant(const tape *tape, node a, double *value);
/* Does the node depend on an output of the network? */
bool tape_uses_outputs(const tape *tape, node a);
/* The outputs that the node depends on: bit o stands for output o. */
uint32_t tape_outputs_of(const tape *tape, node a);
/* Is the node a comparison (OP_LESS, OP_LESS_EQUAL)? */
bool tape_is_comparison(const tape *tape, node a);

#endif
