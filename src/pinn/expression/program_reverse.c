/* Differentiation in reverse, from the roots to the outputs of the network.
 *
 * If the adjoint at a point is zero, nothing is added there, whatever the local derivative: in the branch that where()
 * did not choose, slopes may be infinite or NaN, and 0 * infinity must not reach the seeds. */
#include "pinn/arithmetic/reproducible.h"
#include "pinn/expression/program.h"

#include <math.h>

#define ADD_WHERE_SEEN(to, expression) \
  if (to)                              \
    for (int p = 0; p < n; p++) (to)[p] += g[p] == 0.0 ? 0.0 : (expression)

/* d|a| = sign a; at 0 and NaN it is 0. */
static double sign(double a) {
  return (double)(a > 0.0) - (double)(a < 0.0);
}

/* g, v: adjoint and value of an operation on a; to: the adjoint of a. */
static void reverse_unary(operation op, int n, const double *g, const double *a, const double *v, double *to) {
  switch (op) {
  case OP_NEGATE:
    ADD_WHERE_SEEN(to, -g[p]);
    break;
  case OP_SQRT:
    ADD_WHERE_SEEN(to, g[p] / (2.0 * v[p]));
    break;
  case OP_EXP:
    ADD_WHERE_SEEN(to, g[p] * v[p]);
    break;
  case OP_LOG:
    ADD_WHERE_SEEN(to, g[p] / a[p]);
    break;
  case OP_SIN:
    ADD_WHERE_SEEN(to, g[p] * reproducible_cos(a[p]));
    break;
  case OP_COS:
    ADD_WHERE_SEEN(to, -g[p] * reproducible_sin(a[p]));
    break;
  case OP_TANH:
    ADD_WHERE_SEEN(to, g[p] * (1.0 - v[p] * v[p]));
    break;
  case OP_ABS:
    ADD_WHERE_SEEN(to, g[p] * sign(a[p]));
    break;
  default:
    break; /* comparisons are constant almost everywhere */
  }
}

static void reverse_binary(operation op, int n, const double *g, const double *a, const double *b, const double *v,
                           double *to_a, double *to_b) {
  switch (op) {
  case OP_ADD:
    ADD_WHERE_SEEN(to_a, g[p]);
    ADD_WHERE_SEEN(to_b, g[p]);
    break;
  case OP_SUBTRACT:
    ADD_WHERE_SEEN(to_a, g[p]);
    ADD_WHERE_SEEN(to_b, -g[p]);
    break;
  case OP_MULTIPLY:
    ADD_WHERE_SEEN(to_a, g[p] * b[p]);
    ADD_WHERE_SEEN(to_b, g[p] * a[p]);
    break;
  case OP_DIVIDE:
    ADD_WHERE_SEEN(to_a, g[p] / b[p]);
    ADD_WHERE_SEEN(to_b, -g[p] * (v[p] / b[p]));
    break;
  default:
    break;
  }
}

static void reverse_where(int n, const double *g, const double *condition, double *to_a, double *to_b) {
  ADD_WHERE_SEEN(to_a, condition[p] != 0.0 ? g[p] : 0.0);
  ADD_WHERE_SEEN(to_b, condition[p] != 0.0 ? 0.0 : g[p]);
}

/* The adjoint of instruction k if it uses outputs, else NULL. */
static double *active(const program *code, const program_points *at, double *adjoints, int k) {
  return k >= 0 && code->list[k].uses_outputs ? adjoints + (size_t)k * at->stride : NULL;
}

void program_reverse(const program *code, const program_points *at, const double *values, double *adjoints,
                     double *seeds) {
  const int n = at->n;
  for (int k = code->n - 1; k >= 0; k--) {
    const instruction *what = &code->list[k];
    const double *g = active(code, at, adjoints, k);
    if (!g) continue;
    if (what->operation == OP_OUTPUT) {
      double *to = seeds + ((size_t)what->a * (size_t)at->n_streams + (size_t)what->b) * (size_t)n;
      for (int p = 0; p < n; p++) to[p] += g[p];
      continue;
    }
    const double *v = values + (size_t)k * at->stride, *a = values + (size_t)what->a * at->stride;
    double *to_a = active(code, at, adjoints, what->a), *to_b = active(code, at, adjoints, what->b);
    if (what->operation == OP_WHERE)
      reverse_where(n, g, a, to_b, active(code, at, adjoints, what->c));
    else if (what->b >= 0)
      reverse_binary(what->operation, n, g, a, values + (size_t)what->b * at->stride, v, to_a, to_b);
    else
      reverse_unary(what->operation, n, g, a, v, to_a);
  }
}
