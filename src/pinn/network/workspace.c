#include "pinn/network/network_ops.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)MAX_STREAMS <= (int)PANEL_ROWS, "a panel holds at least one point");

static bool allocate_layer(workspace *w, int index) {
  const dense_layer *layer = &w->network->layers[index];
  layer_work *work = &w->layers[index];
  work->h = matrix_allocate(w->network, PANEL_ROWS, layer->in_padded);
  work->z = matrix_allocate(w->network, PANEL_ROWS, layer->out_padded);
  work->d_weights = matrix_allocate(w->network, layer->in, layer->out_padded);
  work->d_biases = matrix_allocate(w->network, 1, layer->out_padded);
  return work->h && work->z && work->d_weights && work->d_biases;
}

static bool allocate_features(workspace *w) {
  const dense_layer *fourier = &w->network->fourier;
  w->basic = malloc(MAX_STREAMS * (size_t)fourier->in * sizeof *w->basic);
  if (fourier->out == 0) return w->basic;
  w->fourier.h = matrix_allocate(w->network, PANEL_ROWS, fourier->in_padded);
  w->fourier.z = matrix_allocate(w->network, PANEL_ROWS, fourier->out_padded);
  return w->basic && w->fourier.h && w->fourier.z;
}

static bool allocate(workspace *w) {
  const int widest = w->network->widest;
  if (!allocate_features(w)) return false;
  for (int l = 0; l < w->network->n_layers; l++)
    if (!allocate_layer(w, l)) return false;
  for (int i = 0; i < 2; i++) w->adjoint[i] = matrix_allocate(w->network, PANEL_ROWS, widest);
  w->scaled = matrix_allocate(w->network, PANEL_ROWS, widest);
  w->norm_rows = malloc(2 * MAX_STREAMS * (size_t)widest * sizeof *w->norm_rows);
  w->coefficients = malloc((size_t)MAX_PAIRS * PANEL_ROWS * sizeof *w->coefficients);
  w->table = malloc(sizeof *w->table);
  if (w->network->n_others > 0 && !(w->d_others = matrix_allocate(w->network, 1, w->network->n_others))) return false;
  return w->adjoint[0] && w->adjoint[1] && w->scaled && w->norm_rows && w->coefficients && w->table;
}

static ntkw_status fill_workspace(workspace *w) {
  NTKW_CHECK(allocate(w), NTKW_ERR_MEMORY, "out of memory for the workspace of a network of %lld parameters",
             (long long)w->network->tensors.count);
  NTKW_TRY(multiplier_create(w->network->variant, w->network->options.precision, &w->multiplier));
  return w->network->ops->workspace_create ? w->network->ops->workspace_create(w) : NTKW_SUCCESS;
}

ntkw_status workspace_create(const network *net, workspace **out) {
  *out = NULL;
  workspace *w = calloc(1, sizeof *w);
  NTKW_CHECK(w, NTKW_ERR_MEMORY, "out of memory for a workspace");
  w->network = net;
  w->chunk_is_empty = true;
  const ntkw_status status = fill_workspace(w);
  if (status != NTKW_SUCCESS) {
    workspace_destroy(&w);
    return status;
  }
  *out = w;
  return NTKW_SUCCESS;
}

void workspace_destroy(workspace **out) {
  workspace *w = *out;
  if (!w) return;
  if (w->network->ops->workspace_destroy) w->network->ops->workspace_destroy(w);
  for (int l = 0; l < w->network->n_layers; l++) {
    free(w->layers[l].h);
    free(w->layers[l].z);
    free(w->layers[l].d_weights);
    free(w->layers[l].d_biases);
  }
  free(w->fourier.h);
  free(w->fourier.z);
  free(w->basic);
  for (int i = 0; i < 2; i++) free(w->adjoint[i]);
  free(w->scaled);
  free(w->d_others);
  free(w->norm_rows);
  free(w->coefficients);
  free(w->table);
  multiplier_destroy(&w->multiplier);
  free(w);
  *out = NULL;
}

int workspace_capacity(const workspace *w, const stream_set *streams) {
  (void)w;
  return panel_points(streams);
}

void workspace_observe(workspace *w, const jacobian_observer *observer) {
  w->observer = observer ? *observer : (jacobian_observer){0};
}

void workspace_chunk_begin(workspace *w) {
  w->chunk_is_empty = true;
}

jet_panel workspace_panel(const workspace *w, int features) {
  return (jet_panel){.streams = &w->streams,
                     .table = w->table,
                     .n_points = w->n_points,
                     .width = padded_width(w->network->options.precision, features),
                     .features = features,
                     .coefficients = w->coefficients};
}

int workspace_rows(const workspace *w) {
  return w->n_points * stream_count(&w->streams);
}

/* Set the streams of the next panels. Their table is rebuilt unless the last panel had the same streams, byte for
 * byte. */
static void set_streams(workspace *w, const stream_set *streams) {
  if (memcmp(&w->streams, streams, sizeof *streams) == 0) return;
  w->streams = *streams;
  if (streams->n_higher > 0) jet_table_make(&w->streams, w->table);
}

/* z = h W for all rows of the panel. */
static void apply_weights(workspace *w, const dense_layer *layer, const layer_work *work) {
  const product_shape product = {.rows = workspace_rows(w),
                                 .width = layer->out_padded,
                                 .inner = layer->in,
                                 .lda = layer->in_padded,
                                 .ldb = layer->out_padded,
                                 .ldc = layer->out_padded};
  multiply(w->multiplier, &product, work->h, layer->weights, work->z);
}

void network_apply_layer(workspace *w, int index) {
  apply_weights(w, &w->network->layers[index], &w->layers[index]);
}

/* Compute the input of the first layer. */
static void make_features(workspace *w, const double *points) {
  const network *net = w->network;
  const dense_layer *fourier = &net->fourier;
  const jet_panel basic = workspace_panel(w, fourier->in), panel = workspace_panel(w, fourier->out);
  inputs_write(net, &basic, points, w->basic, fourier->out > 0 ? w->fourier.h : w->layers[0].h);
  if (fourier->out == 0) return;
  apply_weights(w, fourier, &w->fourier);
  net->kernels->activate(&panel, NONLINEARITY_SIN, fourier->biases, w->fourier.z, w->layers[0].h);
}

void workspace_forward(workspace *w, const stream_set *streams, int n, const double *points, const double *coefficients,
                       double *outputs) {
  const network *net = w->network;
  set_streams(w, streams);
  w->n_points = n;
  if (n == 0) return;
  if (streams->n_pairs > 0)
    memcpy(w->coefficients, coefficients, (size_t)streams->n_pairs * (size_t)n * sizeof *coefficients);
  make_features(w, points);
  const void *rows = net->ops->forward(w);
  const jet_panel panel = workspace_panel(w, net->options.n_outputs);
  outputs_read(net, &panel, rows, outputs);
}

/* Add the panel's share to the chunk's gradient of one layer. adjoint: derivatives by the layer's z. */
static void accumulate(workspace *w, int index, const double *row_scales, const void *adjoint) {
  const dense_layer *layer = &w->network->layers[index];
  const layer_work *work = &w->layers[index];
  const jet_panel panel = workspace_panel(w, layer->out);
  if (row_scales) {
    w->network->kernels->scale_points(&panel, row_scales, adjoint, w->scaled);
    adjoint = w->scaled;
  }
  if (w->chunk_is_empty) memset(work->d_biases, 0, (size_t)layer->out_padded * w->network->kernels->size);
  const product_shape product = {.rows = layer->in,
                                 .width = layer->out_padded,
                                 .inner = workspace_rows(w),
                                 .lda = layer->in_padded,
                                 .ldb = layer->out_padded,
                                 .ldc = layer->out_padded,
                                 .a_transposed = true,
                                 .accumulate = !w->chunk_is_empty};
  multiply(w->multiplier, &product, work->h, adjoint, work->d_weights);
  w->network->kernels->sum_values(&panel, adjoint, work->d_biases);
}

void network_backward_layer(workspace *w, int index, const backward_pass *pass, const void *adjoint) {
  const dense_layer *layer = &w->network->layers[index];
  const layer_work *work = &w->layers[index];
  const jet_panel panel = workspace_panel(w, layer->out);
  if (pass->squared_norms)
    w->network->kernels->add_squared_norms(&panel, adjoint, layer->in_padded, work->h, w->norm_rows,
                                           pass->squared_norms);
  if (w->observer.layer) w->observer.layer(w->observer.context, index, workspace_rows(w), work->h, adjoint);
  accumulate(w, index, pass->row_scales, adjoint);
}

void network_pull_back(workspace *w, int index, const void *adjoint, void *below) {
  const dense_layer *layer = &w->network->layers[index];
  const product_shape product = {.rows = workspace_rows(w),
                                 .width = layer->in_padded,
                                 .inner = layer->out,
                                 .lda = layer->out_padded,
                                 .ldb = layer->in_padded,
                                 .ldc = layer->in_padded};
  multiply(w->multiplier, &product, adjoint, layer->transposed, below);
}

void network_backward_others(workspace *w, const backward_pass *pass, const void *columns) {
  const network *net = w->network;
  const size_t row = (size_t)net->n_others * net->kernels->size;
  if (w->observer.layer) w->observer.others(w->observer.context, w->n_points, columns);
  if (w->chunk_is_empty) memset(w->d_others, 0, row);
  for (int p = 0; p < w->n_points; p++) {
    const void *own = (const char *)columns + (size_t)p * row;
    if (pass->squared_norms) pass->squared_norms[p] += others_squared_norm(net, own);
    others_accumulate(net, pass->row_scales ? pass->row_scales[p] : 1.0, own, w->d_others);
  }
}

void workspace_backward(workspace *w, const double *output_adjoints, const double *row_scales, double *squared_norms) {
  const network *net = w->network;
  const backward_pass pass = {row_scales, squared_norms};
  if (w->n_points == 0) return;
  if (squared_norms) memset(squared_norms, 0, (size_t)w->n_points * sizeof *squared_norms);
  const jet_panel panel = workspace_panel(w, net->options.n_outputs);
  output_adjoints_write(net, &panel, output_adjoints, w->adjoint[0]);
  net->ops->backward(w, &pass);
  w->chunk_is_empty = false;
}

void workspace_chunk_end(workspace *w, void *gradient) {
  const network *net = w->network;
  if (w->chunk_is_empty) {
    memset(gradient, 0, (size_t)net->tensors.count * net->kernels->size);
    return;
  }
  for (int l = 0; l < net->n_layers; l++) layer_unpack(net, l, w->layers[l].d_weights, w->layers[l].d_biases, gradient);
  if (net->n_others > 0) others_unpack(net, w->d_others, gradient);
}

void workspace_chunk_add(workspace *w, void *const sums[], int n) {
  const network *net = w->network;
  for (int l = 0; l < net->n_layers; l++) layer_add(net, l, w->layers[l].d_weights, w->layers[l].d_biases, sums, n);
  if (net->n_others > 0) others_add(net, w->d_others, sums, n);
}
