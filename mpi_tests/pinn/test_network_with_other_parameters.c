/* A network with parameters outside its dense layers: gradient, NTK diagonal and kernel include these parameters. A
 * network that does not show its Jacobian (network_ops.h) has no kernel. */
#include "harness.h"
#include "jet_oracle.h"
#include "pinn/network/ntk_factors.h"
#include "pinn/network/network_ops.h"

#include <math.h>
#include <stdlib.h>

/* The network u_o = s_o (W h + b)_o in float64. The factors s are parameters, the first ones of the flat vector. */
enum { OUTPUTS = 2, N = 5, COUNT = OUTPUTS + 3 * OUTPUTS + OUTPUTS };

typedef struct own_work {
  double rows[PANEL_ROWS * PADDING_F64], columns[PANEL_ROWS * OUTPUTS], adjoint[PANEL_ROWS * PADDING_F64];
} own_work;

static double factors_of_outputs[OUTPUTS];

static void lay_out(network *net) {
  CHECK_EQUAL_INT(network_add_others(net, "factors", OUTPUTS, (initial_law){.constant = 3}), 0);
  network_add_layer(net, net->options.n_inputs, OUTPUTS);
}

static void set_parameters(network *net, const void *parameters) {
  memcpy(factors_of_outputs, (const double *)parameters + net->tensors.tensors[0].offset, sizeof factors_of_outputs);
}

static ntkw_status create_work(workspace *w) {
  return (w->own = calloc(1, sizeof(own_work))) ? NTKW_SUCCESS : NTKW_ERR_MEMORY;
}

static void destroy_work(workspace *w) {
  free(w->own);
}

static const void *forward(workspace *w) {
  own_work *own = w->own;
  const double *z = w->layers[0].z;
  const jet_panel panel = workspace_panel(w, OUTPUTS);
  network_apply_layer(w, 0);
  w->network->kernels->add_bias(&panel, w->network->layers[0].biases, w->layers[0].z);
  for (int i = 0; i < workspace_rows(w) * PADDING_F64; i++) {
    const int o = i % PADDING_F64;
    own->rows[i] = o < OUTPUTS ? factors_of_outputs[o] * z[i] : 0;
  }
  return own->rows;
}

static void backward(workspace *w, const backward_pass *pass) {
  own_work *own = w->own;
  const double *z = w->layers[0].z, *seeds = w->adjoint[0];
  const int n_streams = stream_count(&w->streams);
  memset(own->adjoint, 0, sizeof own->adjoint);
  memset(own->columns, 0, sizeof own->columns);
  for (int r = 0; r < workspace_rows(w); r++)
    for (int o = 0; o < OUTPUTS; o++) {
      own->columns[r / n_streams * OUTPUTS + o] += z[r * PADDING_F64 + o] * seeds[r * PADDING_F64 + o];
      own->adjoint[r * PADDING_F64 + o] = factors_of_outputs[o] * seeds[r * PADDING_F64 + o];
    }
  network_backward_layer(w, 0, pass, own->adjoint);
  network_backward_others(w, pass, own->columns);
}

static const network_ops scaled = {.name = "scaled",
                                   .lay_out = lay_out,
                                   .set_parameters = set_parameters,
                                   .workspace_create = create_work,
                                   .workspace_destroy = destroy_work,
                                   .forward = forward,
                                   .backward = backward,
                                   .shows_jacobian = true};

typedef struct setting {
  network *net;
  workspace *work;
  stream_set streams;
  double parameters[COUNT], points[N * 3], coefficients[N * MAX_PAIRS], seeds[ORACLE_OUTPUTS * N],
      outputs[ORACLE_OUTPUTS * N];
} setting;

static void begin(setting *s, const network_ops *ops) {
  uint64_t state = 3;
  const network_options options = oracle_network(0, 3, 0, NULL, ACTIVATION_TANH, NTKW_FLOAT64);
  s->streams = oracle_streams(4);
  CHECK_OK(network_create_of(ops, &options, &s->net));
  CHECK_OK(workspace_create(s->net, &s->work));
  CHECK_EQUAL_INT(network_parameter_count(s->net), COUNT);
  oracle_set_parameters(s->net, NTKW_FLOAT64, 4, s->parameters);
  oracle_points(&state, N * 3, s->points);
  oracle_points(&state, N * s->streams.n_pairs, s->coefficients);
  oracle_points(&state, ORACLE_OUTPUTS * N, s->seeds);
}

static void end(setting *s) {
  workspace_destroy(&s->work);
  network_destroy(&s->net);
}

static void forward_all(setting *s) {
  workspace_chunk_begin(s->work);
  workspace_forward(s->work, &s->streams, N, s->points, s->coefficients, s->outputs);
}

/* The functional is linear in each parameter, so a central difference is exact up to rounding. */
static void gradient_matches_differences(void) {
  setting s;
  double gradient[COUNT], added[COUNT] = {0};
  void *const sums[] = {added};
  begin(&s, &scaled);
  for (int i = 0; i < OUTPUTS; i++) CHECK_EQUAL_DOUBLE(s.parameters[i], 3);
  forward_all(&s);
  workspace_backward(s.work, s.seeds, NULL, NULL);
  workspace_chunk_end(s.work, gradient);
  workspace_chunk_add(s.work, sums, 1);
  CHECK(memcmp(gradient, added, sizeof added) == 0);
  for (int i = 0; i < COUNT; i++) {
    double value[2];
    for (int side = 0; side < 2; side++) {
      double moved[COUNT];
      memcpy(moved, s.parameters, sizeof moved);
      moved[i] += side ? 0.5 : -0.5;
      network_set_parameters(s.net, moved);
      forward_all(&s);
      value[side] = 0;
      for (int k = 0; k < OUTPUTS * stream_count(&s.streams) * N; k++) value[side] += s.seeds[k] * s.outputs[k];
    }
    CHECK_NEAR(gradient[i], value[1] - value[0], 1e-12);
  }
  end(&s);
}

static void jacobian_of(setting *s, double rows[N][COUNT]) {
  for (int p = 0; p < N; p++) {
    const double scales[N] = {p == 0, p == 1, p == 2, p == 3, p == 4};
    forward_all(s);
    workspace_backward(s->work, s->seeds, scales, NULL);
    workspace_chunk_end(s->work, rows[p]);
  }
}

static void diagonal_and_kernel_match_the_jacobian(void) {
  setting s;
  double rows[N][COUNT], diagonal[N], tile[N * N];
  factor_products *products;
  begin(&s, &scaled);
  jacobian_of(&s, rows);
  forward_all(&s);
  workspace_backward(s.work, s.seeds, NULL, diagonal);
  double *factors = malloc(ntk_factors_size(s.net) * sizeof *factors);
  CHECK_OK(factor_products_create(s.net, &products));
  ntk_factors_take(s.net, s.work, s.seeds, factors);
  factor_products_set_right(products, factors, N, stream_count(&s.streams));
  factor_products_tile(products, factors, N, stream_count(&s.streams), tile);
  for (int p = 0; p < N; p++)
    for (int q = 0; q < N; q++) {
      double expected = 0;
      for (int i = 0; i < COUNT; i++) expected += rows[p][i] * rows[q][i];
      CHECK_NEAR(tile[p * N + q], expected, 1e-12);
      if (p == q) CHECK_NEAR(diagonal[p], expected, 1e-12);
    }
  factor_products_destroy(&products);
  free(factors);
  end(&s);
}

static void without_a_jacobian_there_is_no_kernel(void) {
  network_ops silent = scaled;
  setting s;
  factor_products *products;
  silent.name = "silent";
  silent.shows_jacobian = false;
  begin(&s, &silent);
  CHECK(!network_shows_jacobian(s.net));
  CHECK_STATUS(factor_products_create(s.net, &products), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "the kernel of a network of kind \"silent\" was asked for");
  end(&s);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(gradient_matches_differences), TEST(diagonal_and_kernel_match_the_jacobian),
                                    TEST(without_a_jacobian_there_is_no_kernel)};
  return run_suite("other parameters", cases, sizeof cases / sizeof *cases, argc, argv);
}
