/* All streams of a network agree with the reference values in long double of jet_oracle.h. */
#include "harness.h"
#include "jet_oracle.h"

#include <math.h>
#include <stdlib.h>

/* The largest error of an output, relative to the largest value of that stream. */
static double worst_error(const network_options *options, const stream_set *streams, const double *parameters,
                          int64_t count, const double *points, const double *coefficients, const double *outputs) {
  const int n = ORACLE_POINTS, n_streams = stream_count(streams), total = options->n_outputs * n_streams;
  long double *wide = malloc((size_t)count * sizeof *wide), exact[ORACLE_OUTPUTS];
  double worst = 0;
  for (int64_t i = 0; i < count; i++) wide[i] = parameters[i];
  for (int p = 0; p < n; p++) {
    double own[MAX_PAIRS];
    for (int k = 0; k < streams->n_pairs; k++) own[k] = coefficients[k * n + p];
    oracle_outputs(options, wide, streams, points + p * options->n_inputs, own, exact);
    for (int i = 0; i < total; i++)
      worst = fmax(worst, (double)(fabsl(outputs[i * n + p] - exact[i]) / fmaxl(1, fabsl(exact[i]))));
  }
  free(wide);
  return worst;
}

static void one_network(const network_options *options, int case_index, double tolerance) {
  const stream_set streams = oracle_streams(case_index);
  network *net;
  workspace *work;
  CHECK_OK(network_create(options, &net));
  CHECK_OK(workspace_create(net, &work));
  const int64_t count = network_parameter_count(net);
  double *parameters = malloc((size_t)count * sizeof *parameters), outputs[ORACLE_OUTPUTS * ORACLE_POINTS];
  double points[ORACLE_POINTS * MAX_INPUTS], coefficients[ORACLE_POINTS * MAX_PAIRS];
  uint64_t state = 1;
  oracle_points(&state, ORACLE_POINTS * options->n_inputs, points);
  oracle_points(&state, ORACLE_POINTS * streams.n_pairs, coefficients);
  oracle_set_parameters(net, options->precision, 4, parameters);
  workspace_forward(work, &streams, ORACLE_POINTS, points, coefficients, outputs);
  CHECK_NEAR(worst_error(options, &streams, parameters, count, points, coefficients, outputs), 0, tolerance);
  free(parameters);
  workspace_destroy(&work);
  network_destroy(&net);
}

static void all_cases(activation function, ntkw_dtype precision, double tolerance) {
  static const int shapes[3][3] = {{13, 20, 150}, {16, 0, 0}, {0, 0, 0}}, layers[3] = {3, 1, 0};
  for (int kind_and_shape = 0; kind_and_shape < 3 * oracle_kinds(); kind_and_shape++)
    for (int i = 0; i < ORACLE_CASES; i++) {
      const int kind = kind_and_shape / 3, shape = kind_and_shape % 3;
      const network_options options = oracle_network(kind, 3, layers[shape], shapes[shape], function, precision);
      one_network(&options, i, tolerance);
    }
}

static void all_features(ntkw_dtype precision, double tolerance) {
  static const int hidden[2] = {20, 13};
  for (int which = 0; which < 3 * oracle_kinds(); which++)
    for (int i = 0; i < ORACLE_CASES; i++) {
      const int features = 1 + which % 3;
      network_options options = oracle_network(which / 3, 3, 2, hidden, ACTIVATION_TANH, precision);
      oracle_add_features(&options, features & 1, features & 2);
      one_network(&options, i, tolerance);
    }
}

static void features_float64(void) {
  all_features(NTKW_FLOAT64, 1e-12);
}
static void features_float32(void) {
  all_features(NTKW_FLOAT32, 1e-3);
}
static void tanh_float64(void) {
  all_cases(ACTIVATION_TANH, NTKW_FLOAT64, 1e-13);
}
static void sin_float64(void) {
  all_cases(ACTIVATION_SIN, NTKW_FLOAT64, 1e-13);
}
static void float32_is_close(void) {
  all_cases(ACTIVATION_TANH, NTKW_FLOAT32, 1e-4);
  all_cases(ACTIVATION_SIN, NTKW_FLOAT32, 1e-4);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(tanh_float64), TEST(sin_float64), TEST(float32_is_close),
                                    TEST(features_float64), TEST(features_float32)};
  return run_suite("jets", cases, sizeof cases / sizeof *cases, argc, argv);
}
