/* Compute operations on constants, and leave out operations that do nothing. A simplification must be exact for every
 * value, including infinities, NaN and signed zeros: x + 0 stays (-0 + 0 is +0), and so does 0 * x. */
#include "pinn/arithmetic/reproducible.h"
#include "pinn/expression/tape_nodes.h"

#include <math.h>

double operation_apply(operation op, double a, double b) {
  switch (op) {
  case OP_ADD:
    return a + b;
  case OP_SUBTRACT:
    return a - b;
  case OP_MULTIPLY:
    return a * b;
  case OP_DIVIDE:
    return a / b;
  case OP_NEGATE:
    return -a;
  case OP_SQRT:
    return sqrt(a);
  case OP_EXP:
    return reproducible_exp(a);
  case OP_LOG:
    return reproducible_log(a);
  case OP_SIN:
    return reproducible_sin(a);
  case OP_COS:
    return reproducible_cos(a);
  case OP_TANH:
    return reproducible_tanh(a);
  case OP_ABS:
    return fabs(a);
  case OP_LESS:
    return a < b;
  case OP_LESS_EQUAL:
    return a <= b;
  default:
    return NAN;
  }
}

static bool is(const tape *nodes, node a, double value) {
  double found = 0.0;
  return tape_is_constant(nodes, a, &found) && found == value && signbit(found) == signbit(value);
}

static node negated_operand(const tape *nodes, node a) {
  return nodes->entries[a].operation == OP_NEGATE ? nodes->entries[a].a : NO_NODE;
}

static node simplify_sum(tape *nodes, operation op, node a, node b) {
  const node minus_b = negated_operand(nodes, b);
  if (op == OP_SUBTRACT) {
    if (is(nodes, b, 0.0)) return a;
    return minus_b != NO_NODE ? tape_binary(nodes, OP_ADD, a, minus_b) : NO_NODE;
  }
  const node minus_a = negated_operand(nodes, a);
  if (is(nodes, b, -0.0)) return a;
  if (is(nodes, a, -0.0)) return b;
  if (minus_b != NO_NODE) return tape_binary(nodes, OP_SUBTRACT, a, minus_b);
  return minus_a != NO_NODE ? tape_binary(nodes, OP_SUBTRACT, b, minus_a) : NO_NODE;
}

static node simplify_product(tape *nodes, operation op, node a, node b) {
  if (is(nodes, b, 1.0)) return a;
  if (is(nodes, b, -1.0)) return tape_unary(nodes, OP_NEGATE, a);
  if (op == OP_DIVIDE) return NO_NODE;
  if (is(nodes, a, 1.0)) return b;
  return is(nodes, a, -1.0) ? tape_unary(nodes, OP_NEGATE, b) : NO_NODE;
}

static node simplify_unary(tape *nodes, operation op, node a) {
  const node minus_a = negated_operand(nodes, a);
  if (op == OP_NEGATE) return minus_a;
  if (op != OP_ABS) return NO_NODE;
  if (nodes->entries[a].operation == OP_ABS) return a;
  return minus_a != NO_NODE ? tape_unary(nodes, OP_ABS, minus_a) : NO_NODE;
}

node tape_simplify(tape *nodes, operation op, node a, node b) {
  switch (op) {
  case OP_ADD:
  case OP_SUBTRACT:
    return simplify_sum(nodes, op, a, b);
  case OP_MULTIPLY:
  case OP_DIVIDE:
    return simplify_product(nodes, op, a, b);
  case OP_NEGATE:
  case OP_ABS:
    return simplify_unary(nodes, op, a);
  case OP_LESS:
    return a == b ? tape_constant(nodes, 0.0) : NO_NODE;
  default:
    return NO_NODE;
  }
}
