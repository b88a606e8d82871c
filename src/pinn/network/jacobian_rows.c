#include "pinn/network/jacobian_rows.h"
#include "pinn/network/network_ops.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

struct jacobian_rows {
  const network *network;
  multiplier *multiplier;
  double *product; /* [in][out_padded] of the largest layer */
  double *tangent; /* [PANEL_ROWS][widest] */
  /* of the current panel: */
  int n_points;
  double *rows;
  int64_t stride;
  const network *direction;
  const double *parameters;
};

static void take_layer(void *context, int index, int rows, const void *h, const void *adjoint) {
  const jacobian_rows *m = context;
  const dense_layer *layer = &m->network->layers[index];
  const int streams = rows / m->n_points;
  const product_shape product = {.rows = layer->in,
                                 .width = layer->out_padded,
                                 .inner = streams,
                                 .lda = layer->in_padded,
                                 .ldb = layer->out_padded,
                                 .ldc = layer->out_padded,
                                 .a_transposed = true};
  const size_t bytes = (size_t)layer->out * sizeof(double);
  for (int p = 0; p < m->n_points; p++) {
    const ptrdiff_t first = (ptrdiff_t)p * streams;
    const double *a = (const double *)adjoint + first * layer->out_padded;
    double *row = m->rows + p * m->stride + layer->offset;
    multiply(m->multiplier, &product, (const double *)h + first * layer->in_padded, a, m->product);
    for (ptrdiff_t i = 0; i < layer->in; i++) memcpy(row + i * layer->out, m->product + i * layer->out_padded, bytes);
    memcpy(row + (ptrdiff_t)layer->in * layer->out, a, bytes);
  }
}

static void take_others(void *context, int points, const void *columns) {
  const jacobian_rows *m = context;
  for (int p = 0; p < points; p++)
    others_unpack(m->network, (const double *)columns + (ptrdiff_t)p * m->network->n_others, m->rows + p * m->stride);
}

void jacobian_rows_take(jacobian_rows *m, workspace *w, const double *output_adjoints, double *rows, int64_t stride) {
  m->n_points = w->n_points;
  m->rows = rows;
  m->stride = stride;
  workspace_observe(w, &(jacobian_observer){take_layer, take_others, m});
  workspace_chunk_begin(w);
  workspace_backward(w, output_adjoints, NULL, NULL);
  workspace_observe(w, NULL);
}

static double dot_onto(double sum, int n, const double *x, const double *y) {
  for (int i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}

/* products += sum over the streams of adjoint . (h dW), and the adjoint of the value times db. */
static void apply_layer(void *context, int index, int rows, const void *h, const void *adjoint) {
  const jacobian_rows *m = context;
  const dense_layer *layer = &m->direction->layers[index];
  const ptrdiff_t streams = rows / m->n_points, width = layer->out_padded;
  const product_shape product = {.rows = rows,
                                 .width = layer->out_padded,
                                 .inner = layer->in,
                                 .lda = layer->in_padded,
                                 .ldb = layer->out_padded,
                                 .ldc = layer->out_padded};
  multiply(m->multiplier, &product, h, layer->weights, m->tangent);
  for (int p = 0; p < m->n_points; p++) {
    const double *a = (const double *)adjoint + p * streams * width, *z = m->tangent + p * streams * width;
    double sum = m->rows[p * m->stride];
    for (ptrdiff_t s = 0; s < streams; s++) sum = dot_onto(sum, layer->out, a + s * width, z + s * width);
    m->rows[p * m->stride] = dot_onto(sum, layer->out, a, layer->biases);
  }
}

static void apply_others(void *context, int points, const void *columns) {
  const jacobian_rows *m = context;
  const network *net = m->network;
  for (int p = 0; p < points; p++) {
    const double *row = (const double *)columns + (ptrdiff_t)p * net->n_others;
    for (int t = 0; t < net->tensors.n; t++) {
      const tensor *other = &net->tensors.tensors[t];
      if (!net->is_other[t]) continue;
      double *sum = &m->rows[p * m->stride];
      *sum = dot_onto(*sum, (int)other->count, row, m->parameters + other->offset);
      row += other->count;
    }
  }
}

void jacobian_rows_apply(jacobian_rows *m, workspace *w, const network *direction, const double *parameters,
                         const double *output_adjoints, double *products, int64_t stride) {
  m->n_points = w->n_points;
  m->rows = products;
  m->stride = stride;
  m->direction = direction;
  m->parameters = parameters;
  for (int p = 0; p < m->n_points; p++) products[p * stride] = 0.0;
  workspace_observe(w, &(jacobian_observer){apply_layer, apply_others, m});
  workspace_chunk_begin(w);
  workspace_backward(w, output_adjoints, NULL, NULL);
  workspace_observe(w, NULL);
}

static ntkw_status fill(jacobian_rows *m, const network *net) {
  int64_t most = 0;
  NTKW_CHECK(net->options.precision == NTKW_FLOAT64, NTKW_ERR_ARGUMENT,
             "the Jacobian of a network in float32 was asked for; expected one in float64");
  NTKW_CHECK(network_shows_jacobian(net), NTKW_ERR_ARGUMENT,
             "the Jacobian of a network of kind \"%s\" was asked for, which does not give its rows", net->ops->name);
  m->network = net;
  for (int l = 0; l < net->n_layers; l++) {
    const int64_t size = (int64_t)net->layers[l].in * net->layers[l].out_padded;
    if (size > most) most = size;
  }
  m->product = matrix_allocate(net, most, 1);
  m->tangent = matrix_allocate(net, PANEL_ROWS, net->widest);
  NTKW_CHECK(m->product && m->tangent, NTKW_ERR_MEMORY, "out of memory for rows of the Jacobian");
  return multiplier_create(net->variant, NTKW_FLOAT64, &m->multiplier);
}

ntkw_status jacobian_rows_create(const network *net, jacobian_rows **out) {
  jacobian_rows *m = *out = calloc(1, sizeof *m);
  NTKW_CHECK(m, NTKW_ERR_MEMORY, "out of memory for rows of the Jacobian");
  const ntkw_status status = fill(m, net);
  if (status != NTKW_SUCCESS) jacobian_rows_destroy(out);
  return status;
}

void jacobian_rows_destroy(jacobian_rows **maker) {
  jacobian_rows *m = *maker;
  if (!m) return;
  multiplier_destroy(&m->multiplier);
  free(m->product);
  free(m->tangent);
  free(m);
  *maker = NULL;
}
