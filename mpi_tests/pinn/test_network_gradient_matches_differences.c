/* The gradient of a random functional of all outputs agrees, for every parameter, with differences of the reference
 * values in long double (jet_oracle.h). */
#include "harness.h"
#include "jet_oracle.h"

#include <math.h>
#include <stdlib.h>

typedef struct functional {
  network_options options;
  stream_set streams;
  double points[ORACLE_POINTS * MAX_INPUTS], coefficients[ORACLE_POINTS * MAX_PAIRS];
  double seeds[ORACLE_OUTPUTS * ORACLE_POINTS], scales[ORACLE_POINTS];
} functional;

static long double value(const functional *f, const long double *parameters) {
  const int n = ORACLE_POINTS, total = f->options.n_outputs * stream_count(&f->streams);
  long double sum = 0, outputs[ORACLE_OUTPUTS];
  for (int p = 0; p < n; p++) {
    double own[MAX_PAIRS];
    for (int k = 0; k < f->streams.n_pairs; k++) own[k] = f->coefficients[k * n + p];
    oracle_outputs(&f->options, parameters, &f->streams, f->points + p * f->options.n_inputs, own, outputs);
    for (int i = 0; i < total; i++) sum += (long double)f->scales[p] * f->seeds[i * n + p] * outputs[i];
  }
  return sum;
}

static long double slope(const functional *f, long double *parameters, int64_t i) {
  const long double step = 4e-3L, factor[3] = {45, -9, 1}, middle = parameters[i];
  long double sum = 0;
  for (int n = 1; n <= 3; n++) {
    parameters[i] = middle + n * step;
    const long double above = value(f, parameters);
    parameters[i] = middle - n * step;
    sum += factor[n - 1] * (above - value(f, parameters)) / (60 * step);
  }
  parameters[i] = middle;
  return sum;
}

static functional random_functional(int kind, activation function, ntkw_dtype precision, int case_index) {
  static const int hidden[3] = {4, 5, 3};
  uint64_t state = 20 + (uint64_t)case_index;
  functional f = {.options = oracle_network(kind, 3, case_index == 1 ? 1 : 3, hidden, function, precision),
                  .streams = oracle_streams(case_index)};
  oracle_points(&state, ORACLE_POINTS * f.options.n_inputs, f.points);
  oracle_points(&state, ORACLE_POINTS * f.streams.n_pairs, f.coefficients);
  oracle_points(&state, ORACLE_POINTS, f.scales);
  oracle_points(&state, ORACLE_OUTPUTS * ORACLE_POINTS, f.seeds);
  return f;
}

/* Compute the gradient with the library, as doubles. */
static void backward(const functional *f, network *net, double *gradient) {
  const int64_t count = network_parameter_count(net);
  float *narrow = malloc((size_t)count * sizeof *narrow);
  double outputs[ORACLE_OUTPUTS * ORACLE_POINTS];
  workspace *work;
  CHECK_OK(workspace_create(net, &work));
  workspace_chunk_begin(work);
  workspace_forward(work, &f->streams, ORACLE_POINTS, f->points, f->coefficients, outputs);
  workspace_backward(work, f->seeds, f->scales, NULL);
  workspace_chunk_end(work, f->options.precision == NTKW_FLOAT64 ? (void *)gradient : narrow);
  for (int64_t i = 0; i < count && f->options.precision == NTKW_FLOAT32; i++) gradient[i] = narrow[i];
  workspace_destroy(&work);
  free(narrow);
}

static void one_case(const functional *f, double tolerance) {
  network *net;
  CHECK_OK(network_create(&f->options, &net));
  const int64_t count = network_parameter_count(net);
  double *parameters = malloc((size_t)count * sizeof *parameters), *gradient = calloc((size_t)count, sizeof *gradient);
  long double *wide = malloc((size_t)count * sizeof *wide);
  oracle_set_parameters(net, f->options.precision, 9, parameters);
  for (int64_t i = 0; i < count; i++) wide[i] = parameters[i];
  backward(f, net, gradient);
  for (int64_t i = 0; i < count; i++) CHECK_NEAR(gradient[i], (double)slope(f, wide, i), tolerance);
  free(parameters);
  free(gradient);
  free(wide);
  network_destroy(&net);
}

static void all_cases(activation function, ntkw_dtype precision, double tolerance) {
  for (int i = 0; i < ORACLE_CASES; i++) {
    const functional f = random_functional(0, function, precision, i);
    one_case(&f, tolerance);
  }
}

static void with_features(void) {
  for (int i = 0; i < ORACLE_CASES; i += 2) {
    functional f = random_functional(0, ACTIVATION_TANH, NTKW_FLOAT64, i);
    f.options.n_hidden = 1;
    oracle_add_features(&f.options, true, true);
    f.options.features.n_fourier = 8;
    one_case(&f, 1e-9);
  }
}

/* The activations alternate over the cases, because differences are slow. */
static void other_kinds(void) {
  for (int i = ORACLE_CASES; i < ORACLE_CASES * oracle_kinds(); i++) {
    const activation function = i % 2 ? ACTIVATION_SIN : ACTIVATION_TANH;
    const functional f = random_functional(i / ORACLE_CASES, function, NTKW_FLOAT64, i % ORACLE_CASES);
    one_case(&f, 1e-10);
  }
}

static void tanh_float64(void) {
  all_cases(ACTIVATION_TANH, NTKW_FLOAT64, 1e-10);
}
static void sin_float64(void) {
  all_cases(ACTIVATION_SIN, NTKW_FLOAT64, 1e-10);
}
static void float32_is_close(void) {
  all_cases(ACTIVATION_TANH, NTKW_FLOAT32, 2e-4);
  all_cases(ACTIVATION_SIN, NTKW_FLOAT32, 2e-4);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(tanh_float64), TEST(sin_float64), TEST(float32_is_close), TEST(with_features),
                                    TEST(other_kinds)};
  return run_suite("gradients of networks", cases, sizeof cases / sizeof *cases, argc, argv);
}
