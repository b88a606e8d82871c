/* Each row of the Jacobian equals the gradient of a chunk with only that point, for all kinds of networks and streams. */
#include "harness.h"
#include "jet_oracle.h"
#include "pinn/network/jacobian_rows.h"

#include <math.h>
#include <stdlib.h>

enum { N = ORACLE_POINTS };

/* The gradient of a chunk with only point p. */
static void gradient_of_point(workspace *work, const network_options *options, const stream_set *streams, int p,
                              const double *points, const double *coefficients, const double *seeds, double *row) {
  double own[MAX_PAIRS], own_seeds[ORACLE_OUTPUTS], outputs[ORACLE_OUTPUTS];
  for (int k = 0; k < streams->n_pairs; k++) own[k] = coefficients[k * N + p];
  for (int i = 0; i < options->n_outputs * stream_count(streams); i++) own_seeds[i] = seeds[i * N + p];
  workspace_chunk_begin(work);
  workspace_forward(work, streams, 1, points + p * options->n_inputs, own, outputs);
  workspace_backward(work, own_seeds, NULL, NULL);
  workspace_chunk_end(work, row);
}

/* Products of the rows with a vector, without the rows, against those with them. */
static void check_products(network *net, workspace *work, jacobian_rows *maker, const network_options *options,
                           const stream_set *streams, const double *points, const double *coefficients,
                           const double *seeds, const double *rows, int64_t stride) {
  static double outputs[ORACLE_OUTPUTS * N];
  const int64_t n = network_parameter_count(net);
  double *vector = calloc((size_t)n, sizeof *vector), products[2 * N];
  uint64_t state = 3;
  network *direction;
  CHECK_OK(network_create(options, &direction));
  oracle_points(&state, (int)n, vector);
  network_set_parameters(direction, vector);
  workspace_forward(work, streams, N, points, coefficients, outputs);
  jacobian_rows_apply(maker, work, direction, vector, seeds, products, 2);
  for (int p = 0; p < N; p++) {
    double sum = 0, size = 0;
    for (int64_t i = 0; i < n; i++) {
      sum += rows[p * stride + i] * vector[i];
      size += fabs(rows[p * stride + i] * vector[i]);
    }
    CHECK_NEAR(products[2 * p], sum, 1e-13 * size);
  }
  network_destroy(&direction);
  free(vector);
}

static void check_network(int kind, int case_index, activation function) {
  static const int hidden[3] = {30, 21, 9};
  static double points[N * MAX_INPUTS], coefficients[N * MAX_PAIRS], seeds[ORACLE_OUTPUTS * N],
      outputs[ORACLE_OUTPUTS * N];
  uint64_t state = 7;
  network_options options = oracle_network(kind, 3, 3, hidden, function, NTKW_FLOAT64);
  const stream_set streams = oracle_streams(case_index);
  network *net;
  workspace *work;
  jacobian_rows *maker;
  if (case_index % 2) oracle_add_features(&options, true, function == ACTIVATION_TANH);
  CHECK_OK(network_create(&options, &net));
  CHECK_OK(workspace_create(net, &work));
  CHECK_OK(jacobian_rows_create(net, &maker));
  const int64_t n = network_parameter_count(net), stride = n + 3;
  double *rows = calloc((size_t)(N * stride), sizeof *rows), *row = calloc((size_t)n, sizeof *row);
  oracle_set_parameters(net, NTKW_FLOAT64, 2, row);
  oracle_points(&state, N * options.n_inputs, points);
  oracle_points(&state, N * streams.n_pairs, coefficients);
  oracle_points(&state, ORACLE_OUTPUTS * N, seeds);
  workspace_forward(work, &streams, N, points, coefficients, outputs);
  jacobian_rows_take(maker, work, seeds, rows, stride);
  for (int p = 0; p < N; p++) {
    int different = 0;
    gradient_of_point(work, &options, &streams, p, points, coefficients, seeds, row);
    for (int64_t i = 0; i < n; i++) different += rows[p * stride + i] != row[i];
    CHECK_EQUAL_INT(different, 0);
    for (int64_t i = n; i < stride; i++) CHECK_EQUAL_DOUBLE(rows[p * stride + i], 0.0);
  }
  check_products(net, work, maker, &options, &streams, points, coefficients, seeds, rows, stride);
  free(rows);
  free(row);
  jacobian_rows_destroy(&maker);
  workspace_destroy(&work);
  network_destroy(&net);
}

static void rows_equal_gradients(void) {
  for (int kind = 0; kind < oracle_kinds(); kind++)
    for (int c = 0; c < ORACLE_CASES; c++) {
      check_network(kind, c, ACTIVATION_TANH);
      check_network(kind, c, ACTIVATION_SIN);
    }
}

static void float32_is_refused(void) {
  static const int hidden[2] = {8, 8};
  const network_options options = oracle_network(0, 2, 2, hidden, ACTIVATION_TANH, NTKW_FLOAT32);
  network *net;
  jacobian_rows *maker;
  CHECK_OK(network_create(&options, &net));
  CHECK_STATUS(jacobian_rows_create(net, &maker), NTKW_ERR_ARGUMENT);
  CHECK(maker == NULL);
  network_destroy(&net);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(rows_equal_gradients), TEST(float32_is_refused)};
  return run_suite("rows of the Jacobian", cases, sizeof cases / sizeof *cases, argc, argv);
}
