/* A problem whose kernel has all kinds of streams, and its Jacobian computed row by row. */
#ifndef NTKW_TEST_SPECTRUM_FIXTURE_H
#define NTKW_TEST_SPECTRUM_FIXTURE_H

#include "harness.h"
#include "pinn/spectrum/ntk_matrix.h"
#include "pinn/training/sampler.h"

#include <stdio.h>
#include <stdlib.h>

/* A problem with two outputs and three conditions: two equations with mixed and pure second derivatives, a forward
 * Laplacian whose coefficient depends on the point, and values on two faces. The caller must destroy it. */
static inline problem *coupled_problem_of(const char *layers) {
  static const char format[] =
      "return problem {\n"
      "  inputs = { {'t', 0, 1}, {'x', -1, 2} }, outputs = { 'u', 'v' },\n"
      "  conditions = {\n"
      "    { 'pair', points = 150, on = interior(),\n"
      "      equation = function(p) return p.u_t - p.v*p.u_xt + p.u_xx, p.v_x*p.u - p.v_tt end },\n"
      "    { 'heat', points = 131, on = interior(), equation = function(p) return p.u_t - (1 + p.x^2)*p.u_xx end },\n"
      "    { 'wall', points = 90, on = { boundary{t=0}, boundary{x=2} },\n"
      "      equation = function(p) return p.u^2 + p.v - 1 end },\n"
      "  },\n"
      "  network = { %s, activation = 'tanh', scale_inputs = true }, steps = 20, seed = 5,\n"
      "}\n";
  char text[2048];
  problem *pde = NULL;
  snprintf(text, sizeof text, format, layers);
  CHECK_OK(problem_from_lua("coupled.lua", text, &pde));
  return pde;
}

static inline problem *coupled_problem(void) {
  return coupled_problem_of("hidden = {13, 10}");
}

/* The problem's initial parameters. The precision must be float64. The caller must free them. */
static inline double *first_parameters(const problem *pde, int64_t *count) {
  network *net;
  CHECK_OK(network_create(&pde->network, &net));
  *count = network_parameter_count(net);
  double *parameters = malloc((size_t)*count * sizeof *parameters);
  network_initial_parameters(net, pde->seed, 0, *count, parameters);
  network_destroy(&net);
  return parameters;
}

/* Compute the gradient of sum_e factors[e] r_e at one point, and all residuals r_e there. */
static inline void point_gradient(const problem *pde, workspace *work, int c, const double *point,
                                  const double *factors, double *residuals, double *gradient) {
  const equations *eqs = pde->conditions[c].equations;
  double coefficients[MAX_PAIRS], outputs[MAX_OUTPUTS * MAX_STREAMS], seeds[MAX_OUTPUTS * MAX_STREAMS];
  equations_workspace *w;
  CHECK_OK(equations_workspace_create(eqs, 1, &w));
  equations_coefficients(w, 1, pde->n_inputs, point, coefficients);
  workspace_chunk_begin(work);
  workspace_forward(work, equations_streams(eqs), 1, point, coefficients, outputs);
  equations_residuals(w, 1, pde->n_inputs, point, outputs, residuals);
  equations_seeds(w, -1, factors, seeds);
  workspace_backward(work, seeds, NULL, NULL);
  workspace_chunk_end(work, gradient);
  equations_workspace_destroy(&w);
}

/* The Jacobian [rows][parameters] of all residuals at n points of each condition, and the residuals, in the order of
 * the kernel's rows (ntk_plan.h). The caller must free both. */
static inline double *jacobian_of(const problem *pde, const double *parameters, int64_t count, int64_t n, int64_t step,
                                  double **residuals) {
  problem *sampled = malloc(sizeof *sampled);
  network *net;
  workspace *work;
  int64_t row = 0, rows = 0;
  CHECK_OK(network_create(&pde->network, &net));
  CHECK_OK(workspace_create(net, &work));
  network_set_parameters(net, parameters);
  *sampled = *pde;
  for (int c = 0; c < pde->n_conditions; c++) {
    sampled->conditions[c].n_points = n;
    rows += n * equations_count(pde->conditions[c].equations);
  }
  double *jacobian = malloc((size_t)(rows * count) * sizeof *jacobian);
  *residuals = malloc((size_t)rows * sizeof **residuals);
  for (int c = 0; c < pde->n_conditions; c++)
    for (int e = 0; e < equations_count(pde->conditions[c].equations); e++)
      for (int64_t p = 0; p < n; p++, row++) {
        double point[MAX_INPUTS], factors[MAX_EQUATIONS] = {0}, values[MAX_EQUATIONS];
        factors[e] = 1.0;
        sample_points(sampled, c, sample_draw(pde, step), p, 1, point);
        point_gradient(pde, work, c, point, factors, values, jacobian + row * count);
        (*residuals)[row] = values[e];
      }
  workspace_destroy(&work);
  network_destroy(&net);
  free(sampled);
  return jacobian;
}

static inline double dot(const double *a, const double *b, int64_t n) {
  double sum = 0.0;
  for (int64_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

#endif
