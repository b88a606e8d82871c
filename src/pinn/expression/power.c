/* Powers of expressions and of numbers. Integer powers are computed by squaring: negative bases work, and small powers
 * have no more rounding error than products. */
#include "pinn/arithmetic/reproducible.h"
#include "pinn/expression/tape_nodes.h"

#include <math.h>

/* Doubles from 2^53 on are all integers; they are treated as real exponents. */
static bool is_integer(double b) {
  return fabs(b) < 0x1p53 && floor(b) == b;
}

static node integer_power(tape *nodes, node a, double exponent) {
  node result = NO_NODE, square = a;
  for (uint64_t n = (uint64_t)fabs(exponent); n > 0; n >>= 1) {
    if (n & 1) result = result == NO_NODE ? square : tape_binary(nodes, OP_MULTIPLY, result, square);
    if (n > 1) square = tape_binary(nodes, OP_MULTIPLY, square, square);
    if (square == NO_NODE || (n & 1 && result == NO_NODE)) return NO_NODE;
  }
  return exponent < 0.0 ? tape_binary(nodes, OP_DIVIDE, tape_constant(nodes, 1.0), result) : result;
}

node tape_power(tape *nodes, node a, node b) {
  double base = 0.0, exponent = 0.0;
  if (a == NO_NODE || b == NO_NODE) return NO_NODE;
  const bool base_known = tape_is_constant(nodes, a, &base);
  if (tape_is_constant(nodes, b, &exponent)) {
    if (base_known) return tape_constant(nodes, constant_power(base, exponent));
    if (exponent == 0.0) return tape_constant(nodes, 1.0);
    if (exponent == 0.5) return tape_unary(nodes, OP_SQRT, a);
    if (is_integer(exponent)) return integer_power(nodes, a, exponent);
  }
  return tape_unary(nodes, OP_EXP, tape_binary(nodes, OP_MULTIPLY, b, tape_unary(nodes, OP_LOG, a)));
}

double constant_power(double a, double b) {
  if (b == 0.5) return sqrt(a);
  if (!is_integer(b)) return reproducible_pow(a, b);
  double result = 1.0, square = a;
  for (uint64_t n = (uint64_t)fabs(b); n > 0; n >>= 1) {
    if (n & 1) result *= square;
    if (n > 1) square *= square;
  }
  return b < 0.0 ? 1.0 / result : result;
}
