/* Expressions over points: built once from symbolic values, evaluated for many points, differentiated in reverse.
 *
 * A tape is a list of nodes, each an operation on earlier nodes; a node is named by its index. Equal nodes are made
 * once, constants are folded (in IEEE arithmetic and SLEEF's reproducible functions, never libm). All values are
 * doubles. Building can fail (out of memory, a constant that is not finite): the functions then return NO_NODE and
 * ntkw_last_error() has the sentence. All functions are local. */
#ifndef NTKW_PINN_TAPE_H
#define NTKW_PINN_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/status.h"
#include "pinn/streams.h"

typedef struct tape tape;
typedef int node;
enum { NO_NODE = -1, NO_INPUT = -1 };

typedef enum operation {
  OP_CONSTANT,
  OP_INPUT,
  OP_OUTPUT, /* leaves */
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
  OP_LESS_EQUAL, /* 1 or 0 */
  OP_WHERE       /* three operands: first != 0 ? second : third */
} operation;

ntkw_status tape_create(tape **out);
void tape_destroy(tape **tape);

node tape_constant(tape *tape, double value);
node tape_input(tape *tape, int input);
/* An output of the network, or its first (j = NO_INPUT) or second derivative by inputs i <= j. */
node tape_output(tape *tape, int output, int i, int j);
node tape_unary(tape *tape, operation operation, node a);
node tape_binary(tape *tape, operation operation, node a, node b);
node tape_where(tape *tape, node condition, node a, node b);
/* a^b: products for a constant integer b, sqrt for 1/2, else exp(b log a). */
node tape_power(tape *tape, node a, node b);

/* True if the node is a constant; its value goes to *value. */
bool tape_is_constant(const tape *tape, node a, double *value);
/* Does the node depend on an output of the network? */
bool tape_uses_outputs(const tape *tape, node a);

#endif
