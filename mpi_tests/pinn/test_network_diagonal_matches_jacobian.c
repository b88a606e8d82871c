/* The NTK diagonal agrees with the rows of the Jacobian, computed one point at a time. Row scales give the same
 * gradient as scaled output adjoints. */
#include "harness.h"
#include "jet_oracle.h"

#include <math.h>
#include <stdlib.h>

enum { N = ORACLE_POINTS };

typedef struct setting {
  network *net;
  workspace *work;
  stream_set streams;
  network_options options;
  int64_t count;
  double points[N * MAX_INPUTS], coefficients[N * MAX_PAIRS], seeds[ORACLE_OUTPUTS * N], outputs[ORACLE_OUTPUTS * N];
} setting;

static void begin(setting *s, int kind, int case_index, activation function, ntkw_dtype precision) {
  static const int hidden[3] = {30, 21, 9};
  uint64_t state = 7;
  s->streams = oracle_streams(case_index);
  s->options = oracle_network(kind, 3, 3, hidden, function, precision);
  if (case_index % 2) oracle_add_features(&s->options, true, function == ACTIVATION_TANH);
  CHECK_OK(network_create(&s->options, &s->net));
  CHECK_OK(workspace_create(s->net, &s->work));
  s->count = network_parameter_count(s->net);
  double *parameters = malloc((size_t)s->count * sizeof *parameters);
  oracle_set_parameters(s->net, precision, 2, parameters);
  free(parameters);
  oracle_points(&state, N * s->options.n_inputs, s->points);
  oracle_points(&state, N * s->streams.n_pairs, s->coefficients);
  oracle_points(&state, ORACLE_OUTPUTS * N, s->seeds);
}

static void end(setting *s) {
  workspace_destroy(&s->work);
  network_destroy(&s->net);
}

/* The Jacobian's row of point p: the gradient of a chunk with only this point, as doubles. */
static void jacobian_row(setting *s, int p, double *row) {
  const int total = s->options.n_outputs * stream_count(&s->streams);
  double own[MAX_PAIRS], seeds[ORACLE_OUTPUTS], outputs[ORACLE_OUTPUTS];
  float *narrow = malloc((size_t)s->count * sizeof *narrow);
  for (int k = 0; k < s->streams.n_pairs; k++) own[k] = s->coefficients[k * N + p];
  for (int i = 0; i < total; i++) seeds[i] = s->seeds[i * N + p];
  workspace_chunk_begin(s->work);
  workspace_forward(s->work, &s->streams, 1, s->points + p * s->options.n_inputs, own, outputs);
  workspace_backward(s->work, seeds, NULL, NULL);
  workspace_chunk_end(s->work, s->options.precision == NTKW_FLOAT64 ? (void *)row : narrow);
  for (int64_t i = 0; i < s->count && s->options.precision == NTKW_FLOAT32; i++) row[i] = narrow[i];
  free(narrow);
}

static void diagonal_is_the_squared_norm(activation function, ntkw_dtype precision, double tolerance) {
  for (int c = 0; c < ORACLE_CASES * oracle_kinds(); c++) {
    setting s;
    begin(&s, c / ORACLE_CASES, c % ORACLE_CASES, function, precision);
    double diagonal[N], scaled_diagonal[N], scales[N] = {1, -2, 0.125, 1e-3, 0};
    double *row = malloc((size_t)s.count * sizeof *row);
    void *gradient = malloc((size_t)s.count * sizeof(double));
    workspace_chunk_begin(s.work);
    workspace_forward(s.work, &s.streams, N, s.points, s.coefficients, s.outputs);
    workspace_backward(s.work, s.seeds, NULL, diagonal);
    workspace_backward(s.work, s.seeds, scales, scaled_diagonal);
    workspace_chunk_end(s.work, gradient);
    for (int p = 0; p < N; p++) {
      double norm = 0;
      jacobian_row(&s, p, row);
      for (int64_t i = 0; i < s.count; i++) norm += row[i] * row[i];
      CHECK_NEAR(diagonal[p] / norm, 1, tolerance);
      CHECK_EQUAL_DOUBLE(scaled_diagonal[p], diagonal[p]);
    }
    free(row);
    free(gradient);
    end(&s);
  }
}

static void diagonal_in_float64(void) {
  diagonal_is_the_squared_norm(ACTIVATION_TANH, NTKW_FLOAT64, 1e-13);
  diagonal_is_the_squared_norm(ACTIVATION_SIN, NTKW_FLOAT64, 1e-13);
}
static void diagonal_in_float32(void) {
  diagonal_is_the_squared_norm(ACTIVATION_TANH, NTKW_FLOAT32, 1e-6);
  diagonal_is_the_squared_norm(ACTIVATION_SIN, NTKW_FLOAT32, 1e-6);
}

static void gradient_of(setting *s, const double *seeds, const double *scales, double *gradient) {
  workspace_chunk_begin(s->work);
  workspace_forward(s->work, &s->streams, N, s->points, s->coefficients, s->outputs);
  workspace_backward(s->work, seeds, scales, NULL);
  workspace_chunk_end(s->work, gradient);
}

/* Row scales give the gradient of scaled output adjoints: bit for bit for powers of two, otherwise up to rounding. */
static void scales_scale_the_seeds(void) {
  for (int which = 0; which < 2 * oracle_kinds(); which++) {
    setting s;
    const bool exact = which % 2;
    begin(&s, which / 2, 4, ACTIVATION_TANH, NTKW_FLOAT64);
    const double scales[N] = {-2, exact ? 0.25 : 0.3, exact ? 4 : 3, 0, 1};
    double scaled[ORACLE_OUTPUTS * N];
    for (int i = 0; i < ORACLE_OUTPUTS * N; i++) scaled[i] = scales[i % N] * s.seeds[i];
    double *a = malloc((size_t)s.count * sizeof *a), *b = malloc((size_t)s.count * sizeof *b);
    gradient_of(&s, s.seeds, scales, a);
    gradient_of(&s, scaled, NULL, b);
    for (int64_t i = 0; i < s.count; i++) {
      if (exact) CHECK(a[i] == b[i]);
      CHECK_NEAR(a[i], b[i], 1e-13);
    }
    free(a);
    free(b);
    end(&s);
  }
}

/* Two backward passes after one forward pass add up in the chunk's gradient, as for the equations of a condition. */
static void passes_of_a_kind_add_up(int kind) {
  setting s;
  begin(&s, kind, 2, ACTIVATION_SIN, NTKW_FLOAT64);
  double other[ORACLE_OUTPUTS * N], *a = malloc((size_t)s.count * sizeof *a), *b = malloc((size_t)s.count * sizeof *b);
  double *both = malloc((size_t)s.count * sizeof *both);
  for (int i = 0; i < ORACLE_OUTPUTS * N; i++) other[i] = s.seeds[ORACLE_OUTPUTS * N - 1 - i];
  gradient_of(&s, s.seeds, NULL, a);
  gradient_of(&s, other, NULL, b);
  workspace_chunk_begin(s.work);
  workspace_forward(s.work, &s.streams, N, s.points, s.coefficients, s.outputs);
  workspace_backward(s.work, s.seeds, NULL, NULL);
  workspace_backward(s.work, other, NULL, NULL);
  workspace_chunk_end(s.work, both);
  for (int64_t i = 0; i < s.count; i++) CHECK_NEAR(both[i], a[i] + b[i], 1e-13);
  free(a);
  free(b);
  free(both);
  end(&s);
}

static void passes_add_up(void) {
  for (int kind = 0; kind < oracle_kinds(); kind++) passes_of_a_kind_add_up(kind);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(diagonal_in_float64), TEST(diagonal_in_float32), TEST(scales_scale_the_seeds),
                                    TEST(passes_add_up)};
  return run_suite("the NTK diagonal", cases, sizeof cases / sizeof *cases, argc, argv);
}
