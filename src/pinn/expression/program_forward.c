/* Evaluate all instructions at n points, with one loop over the points for each. */
#include "pinn/arithmetic/reproducible.h"
#include "pinn/expression/program.h"

#include <math.h>

void program_constants(const program *code, double *values, size_t stride) {
  for (int k = 0; k < code->n; k++)
    if (code->list[k].operation == OP_CONSTANT)
      for (size_t p = 0; p < stride; p++) values[(size_t)k * stride + p] = code->list[k].value;
}

static void load_leaf(const instruction *what, const program_points *at, double *v) {
  if (what->operation == OP_INPUT) {
    const bool normal = what->a >= NORMAL_ALONG;
    const double *from = normal ? at->normals + (what->a - NORMAL_ALONG) : at->points + what->a;
    for (int p = 0; p < at->n; p++) v[p] = from[(size_t)p * (size_t)at->n_inputs];
  }
  if (what->operation == OP_OUTPUT) {
    const double *from = at->outputs + ((size_t)what->a * (size_t)at->n_streams + (size_t)what->b) * (size_t)at->n;
    for (int p = 0; p < at->n; p++) v[p] = from[p];
  }
}

#define OVER_POINTS(expression)                    \
  for (int p = 0; p < n; p++) v[p] = (expression); \
  break

static void apply(operation op, int n, const double *a, const double *b, const double *c, double *v) {
  switch (op) {
  case OP_ADD:
    OVER_POINTS(a[p] + b[p]);
  case OP_SUBTRACT:
    OVER_POINTS(a[p] - b[p]);
  case OP_MULTIPLY:
    OVER_POINTS(a[p] * b[p]);
  case OP_DIVIDE:
    OVER_POINTS(a[p] / b[p]);
  case OP_NEGATE:
    OVER_POINTS(-a[p]);
  case OP_SQRT:
    OVER_POINTS(sqrt(a[p]));
  case OP_EXP:
    OVER_POINTS(reproducible_exp(a[p]));
  case OP_LOG:
    OVER_POINTS(reproducible_log(a[p]));
  case OP_SIN:
    OVER_POINTS(reproducible_sin(a[p]));
  case OP_COS:
    OVER_POINTS(reproducible_cos(a[p]));
  case OP_TANH:
    OVER_POINTS(reproducible_tanh(a[p]));
  case OP_ABS:
    OVER_POINTS(fabs(a[p]));
  case OP_LESS:
    OVER_POINTS(a[p] < b[p] ? 1.0 : 0.0);
  case OP_LESS_EQUAL:
    OVER_POINTS(a[p] <= b[p] ? 1.0 : 0.0);
  case OP_WHERE:
    OVER_POINTS(a[p] != 0.0 ? b[p] : c[p]);
  default:
    break;
  }
}

void program_forward(const program *code, const program_points *at, double *values) {
  for (int k = 0; k < code->n; k++) {
    const instruction *what = &code->list[k];
    double *v = values + (size_t)k * at->stride;
    if (what->operation <= OP_OUTPUT) {
      load_leaf(what, at, v);
      continue;
    }
    const double *a = values + (size_t)what->a * at->stride;
    const double *b = what->b < 0 ? a : values + (size_t)what->b * at->stride;
    const double *c = what->c < 0 ? a : values + (size_t)what->c * at->stride;
    apply(what->operation, at->n, a, b, c, v);
  }
}
