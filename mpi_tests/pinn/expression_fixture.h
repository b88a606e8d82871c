/* Compares equations with closed forms in complex C. The complex step gives the derivatives of a closed form,
 * df/du = Im f(u + ih) / h, without cancellation: the only rounding errors are those of the formula. */
#ifndef NTKW_TEST_EXPRESSION_FIXTURE_H
#define NTKW_TEST_EXPRESSION_FIXTURE_H

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include "harness.h"
#include "pinn/expression/equations.h"

/* The value of an output and its derivatives by two inputs x = 0 and y = 1. */
enum { U, U_X, U_Y, U_XX, U_XY, U_YY, JET };
enum { POINTS = 23, CAPACITY = 32, OUTPUTS = 2, INPUTS = 2 };
static const int JET_I[JET] = {NO_INPUT, 0, 1, 0, 0, 1}, JET_J[JET] = {NO_INPUT, NO_INPUT, NO_INPUT, 0, 1, 1};

typedef double complex jet[JET];
typedef double complex closed_form(const double *x, const jet u, const jet v);

typedef struct experiment {
  equations *set;
  equations_workspace *workspace;
  const stream_set *streams;
  double points[POINTS * INPUTS], jets[POINTS][OUTPUTS][JET];
  double coefficients[MAX_PAIRS * POINTS];
  double outputs[OUTPUTS * MAX_STREAMS * POINTS], seeds[OUTPUTS * MAX_STREAMS * POINTS];
  double residuals[MAX_EQUATIONS * POINTS];
} experiment;

/* Index of the stream that contains a component of the jet; -1: none does. *share: the component's coefficient in that
 * stream at point p, which is 1 except in a forward Laplacian. */
static inline int stream_of(const experiment *e, int component, int p, double *share) {
  const stream_set *s = e->streams;
  *share = 1.0;
  if (component == U) return 0;
  for (int k = 0; k < s->n_first && component <= U_Y; k++)
    if (s->first[k] == JET_I[component]) return 1 + k;
  for (int k = 0; k < s->n_second && component > U_Y; k++)
    if (s->first[s->second[k].a] == JET_I[component] && s->first[s->second[k].b] == JET_J[component])
      return 1 + s->n_first + k;
  for (int k = 0; k < s->n_pairs && component > U_Y; k++)
    if (s->first[s->pair[k].a] == JET_I[component] && s->first[s->pair[k].b] == JET_J[component]) {
      *share = e->coefficients[k * POINTS + p];
      return 1 + s->n_first;
    }
  return -1;
}

static inline void fill_streams(experiment *e) {
  memset(e->outputs, 0, sizeof e->outputs);
  for (int o = 0; o < OUTPUTS; o++)
    for (int p = 0; p < POINTS; p++)
      for (int c = 0; c < JET; c++) {
        double share = 0.0;
        const int s = stream_of(e, c, p, &share);
        if (s >= 0) e->outputs[(o * stream_count(e->streams) + s) * POINTS + p] += share * e->jets[p][o][c];
      }
}

/* Create equations from the roots, random points in (0.1, 1.1)^2 and random jets with absolute values in (0.2, 1.2),
 * every second component negative. Compute the residuals of all equations. */
static inline experiment *experiment_create(tape *tape_, int n, const node roots[]) {
  experiment *e = calloc(1, sizeof *e);
  uint64_t state = 7;
  CHECK_OK(equations_create(tape_, n, roots, OUTPUTS, &e->set));
  e->streams = equations_streams(e->set);
  CHECK_OK(equations_workspace_create(e->set, CAPACITY, &e->workspace));
  for (int i = 0; i < POINTS * INPUTS; i++) e->points[i] = 0.1 + random_uniform(&state);
  for (int p = 0; p < POINTS; p++)
    for (int o = 0; o < OUTPUTS; o++)
      for (int c = 0; c < JET; c++) e->jets[p][o][c] = (0.2 + random_uniform(&state)) * (c % 2 ? -1.0 : 1.0);
  equations_coefficients(e->workspace, POINTS, INPUTS, e->points, e->coefficients);
  fill_streams(e);
  equations_residuals(e->workspace, POINTS, INPUTS, e->points, e->outputs, e->residuals);
  return e;
}

static inline void experiment_destroy(experiment **e) {
  equations_workspace_destroy(&(*e)->workspace);
  equations_destroy(&(*e)->set);
  free(*e);
  *e = NULL;
}

/* Check the residual of an equation and all its derivatives against the closed form. */
static inline void check_closed_form(experiment *e, int equation, closed_form *f, double tolerance) {
  equations_seeds(e->workspace, equation, NULL, e->seeds);
  for (int p = 0; p < POINTS; p++) {
    jet at[OUTPUTS];
    for (int o = 0; o < OUTPUTS; o++)
      for (int c = 0; c < JET; c++) at[o][c] = e->jets[p][o][c];
    CHECK_NEAR(e->residuals[equation * POINTS + p], creal(f(&e->points[p * INPUTS], at[0], at[1])), tolerance);
    for (int o = 0; o < OUTPUTS; o++)
      for (int c = 0; c < JET; c++) {
        double share = 0.0, found = 0.0;
        const int s = stream_of(e, c, p, &share);
        if (s >= 0) found = share * e->seeds[(o * stream_count(e->streams) + s) * POINTS + p];
        at[o][c] += 1e-30 * I;
        CHECK_NEAR(found, cimag(f(&e->points[p * INPUTS], at[0], at[1])) * 1e30, tolerance);
        at[o][c] = creal(at[o][c]);
      }
  }
}

/* Shorthands that append to the tape t. */
#define NUMBER(x) tape_constant(t, (x))
#define IN(i) tape_input(t, (i))
#define OUT(o, c) tape_output(t, (o), JET_I[c], JET_J[c])
#define ADD(a, b) tape_binary(t, OP_ADD, (a), (b))
#define SUB(a, b) tape_binary(t, OP_SUBTRACT, (a), (b))
#define MUL(a, b) tape_binary(t, OP_MULTIPLY, (a), (b))
#define DIV(a, b) tape_binary(t, OP_DIVIDE, (a), (b))
#define POW(a, b) tape_power(t, (a), (b))
#define UNARY(op, a) tape_unary(t, (op), (a))

#endif
