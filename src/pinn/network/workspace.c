#include "pinn/network/layers.h"
#include "pinn/arithmetic/matrix.h"
#include "status/check.h"

#include <stdlib.h>
#include <string.h>

/* Rows of a panel. It is part of the arithmetic where a condition has several equations, whose gradients alternate
 * panel by panel; so it is the same for all widths and machines. */
enum { PANEL_ROWS = 128 };
_Static_assert((int)MAX_STREAMS <= (int)PANEL_ROWS, "a panel holds at least one point");

typedef struct layer_work {
  void *h;         /* [PANEL_ROWS][in_padded]: input */
  void *z;         /* [PANEL_ROWS][out_padded]: before the activation, but its slope in the value rows */
  void *d_weights; /* [in][out_padded]: the lane's gradient */
  void *d_biases;  /* [out_padded] */
} layer_work;

struct workspace {
  const network *network;
  multiplier *multiplier;
  layer_work layers[MAX_LAYERS];
  layer_work fourier;    /* h and z alone */
  void *bar[2], *scaled; /* [PANEL_ROWS][widest] */
  double *basic;         /* [MAX_STREAMS][basic features] */
  double *norm_rows;     /* 2 x [MAX_STREAMS][widest] */
  double *coefficients;  /* [MAX_PAIRS][PANEL_ROWS] */
  bool lane_is_empty;
  layer_observer *observer;
  void *observer_context;
  /* the panel of the last forward pass */
  stream_set streams;
  jet_table *table; /* of streams, if these are of order three or four */
  int n_points;
};

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
  for (int i = 0; i < 2; i++) w->bar[i] = matrix_allocate(w->network, PANEL_ROWS, widest);
  w->scaled = matrix_allocate(w->network, PANEL_ROWS, widest);
  w->norm_rows = malloc(2 * MAX_STREAMS * (size_t)widest * sizeof *w->norm_rows);
  w->coefficients = malloc((size_t)MAX_PAIRS * PANEL_ROWS * sizeof *w->coefficients);
  w->table = malloc(sizeof *w->table);
  return w->bar[0] && w->bar[1] && w->scaled && w->norm_rows && w->coefficients && w->table;
}

static ntkw_status fill_workspace(workspace *w) {
  NTKW_CHECK(allocate(w), NTKW_ERR_MEMORY, "no memory to work on a network of %lld parameters",
             (long long)w->network->tensors.count);
  return multiplier_create(w->network->variant, w->network->options.precision, &w->multiplier);
}

ntkw_status workspace_create(const network *net, workspace **out) {
  *out = NULL;
  workspace *w = calloc(1, sizeof *w);
  NTKW_CHECK(w, NTKW_ERR_MEMORY, "no memory for a workspace");
  w->network = net;
  w->lane_is_empty = true;
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
  for (int l = 0; l < w->network->n_layers; l++) {
    free(w->layers[l].h);
    free(w->layers[l].z);
    free(w->layers[l].d_weights);
    free(w->layers[l].d_biases);
  }
  free(w->fourier.h);
  free(w->fourier.z);
  free(w->basic);
  for (int i = 0; i < 2; i++) free(w->bar[i]);
  free(w->scaled);
  free(w->norm_rows);
  free(w->coefficients);
  free(w->table);
  multiplier_destroy(&w->multiplier);
  free(w);
  *out = NULL;
}

int workspace_capacity(const workspace *w, const stream_set *streams) {
  (void)w;
  return PANEL_ROWS / stream_count(streams);
}

void workspace_observe(workspace *w, layer_observer *observer, void *context) {
  w->observer = observer;
  w->observer_context = context;
}

void workspace_lane_begin(workspace *w) {
  w->lane_is_empty = true;
}

static jet_panel panel_of(const workspace *w, int width) {
  return (jet_panel){.streams = &w->streams,
                     .table = w->table,
                     .n_points = w->n_points,
                     .width = width,
                     .coefficients = w->coefficients};
}

static int rows_of(const workspace *w) {
  return w->n_points * stream_count(&w->streams);
}

/* The streams of the panels to come, and their table unless it is there from the last panel. */
static void set_streams(workspace *w, const stream_set *streams) {
  const bool same = memcmp(&w->streams, streams, sizeof *streams) == 0; /* at worst a table is made again */
  w->streams = *streams;
  if (!same && streams->n_higher > 0) jet_table_make(&w->streams, w->table);
}

/* z = h W, all rows of the panel. */
static void apply_weights(workspace *w, const dense_layer *layer, const layer_work *work) {
  const product_shape product = {.rows = rows_of(w),
                                 .width = layer->out_padded,
                                 .inner = layer->in,
                                 .lda = layer->in_padded,
                                 .ldb = layer->out_padded,
                                 .ldc = layer->out_padded};
  multiply(w->multiplier, &product, work->h, layer->weights, work->z);
}

/* What the first layer sees. */
static void make_features(workspace *w, const double *points) {
  const network *net = w->network;
  const dense_layer *fourier = &net->fourier;
  jet_panel panel = panel_of(w, fourier->in_padded);
  inputs_write(net, &panel, points, w->basic, fourier->out > 0 ? w->fourier.h : w->layers[0].h);
  if (fourier->out == 0) return;
  apply_weights(w, fourier, &w->fourier);
  panel.width = fourier->out_padded;
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
  jet_panel panel = panel_of(w, 0);
  for (int l = 0; l < net->n_layers; l++) {
    const dense_layer *layer = &net->layers[l];
    const layer_work *work = &w->layers[l];
    apply_weights(w, layer, work);
    panel.width = layer->out_padded;
    if (l + 1 < net->n_layers)
      net->kernels->activate(&panel, net->function, layer->biases, work->z, w->layers[l + 1].h);
    else
      net->kernels->add_bias(&panel, layer->biases, work->z);
  }
  outputs_read(net, &panel, w->layers[net->n_layers - 1].z, outputs);
}

/* Add the panel's share to the lane's gradient of one layer, from the derivatives by its z. */
static void accumulate(workspace *w, int index, const double *scales, const void *bar) {
  const dense_layer *layer = &w->network->layers[index];
  const layer_work *work = &w->layers[index];
  const jet_panel panel = panel_of(w, layer->out_padded);
  if (scales) {
    w->network->kernels->scale_points(&panel, scales, bar, w->scaled);
    bar = w->scaled;
  }
  if (w->lane_is_empty) memset(work->d_biases, 0, (size_t)layer->out_padded * w->network->kernels->size);
  const product_shape product = {.rows = layer->in,
                                 .width = layer->out_padded,
                                 .inner = rows_of(w),
                                 .lda = layer->in_padded,
                                 .ldb = layer->out_padded,
                                 .ldc = layer->out_padded,
                                 .a_transposed = true,
                                 .accumulate = !w->lane_is_empty};
  multiply(w->multiplier, &product, work->h, bar, work->d_weights);
  w->network->kernels->sum_values(&panel, bar, work->d_biases);
}

/* From the derivatives by z of a layer to those by z of the layer below. */
static void descend(workspace *w, int index, const void *bar, void *below) {
  const dense_layer *layer = &w->network->layers[index];
  const product_shape product = {.rows = rows_of(w),
                                 .width = layer->in_padded,
                                 .inner = layer->out,
                                 .lda = layer->out_padded,
                                 .ldb = layer->in_padded,
                                 .ldc = layer->in_padded};
  multiply(w->multiplier, &product, bar, layer->transposed, below);
  const jet_panel panel = panel_of(w, layer->in_padded);
  w->network->kernels->activate_backward(&panel, w->network->function, w->layers[index - 1].z, w->layers[index].h,
                                         below);
}

void workspace_backward(workspace *w, const double *seeds, const double *scales, double *diagonal) {
  const network *net = w->network;
  if (w->n_points == 0) return;
  if (diagonal) memset(diagonal, 0, (size_t)w->n_points * sizeof *diagonal);
  jet_panel panel = panel_of(w, net->layers[net->n_layers - 1].out_padded);
  seeds_write(net, &panel, seeds, w->bar[0]);
  for (int l = net->n_layers - 1, now = 0; l >= 0; l--, now = 1 - now) {
    panel.width = net->layers[l].out_padded;
    if (diagonal)
      net->kernels->add_norms(&panel, w->bar[now], net->layers[l].in_padded, w->layers[l].h, w->norm_rows, diagonal);
    if (w->observer) w->observer(w->observer_context, l, rows_of(w), w->layers[l].h, w->bar[now]);
    accumulate(w, l, scales, w->bar[now]);
    if (l > 0) descend(w, l, w->bar[now], w->bar[1 - now]);
  }
  w->lane_is_empty = false;
}

void workspace_lane_end(workspace *w, void *gradient) {
  const network *net = w->network;
  if (w->lane_is_empty) {
    memset(gradient, 0, (size_t)net->tensors.count * net->kernels->size);
    return;
  }
  for (int l = 0; l < net->n_layers; l++) layer_unpack(net, l, w->layers[l].d_weights, w->layers[l].d_biases, gradient);
}

void workspace_lane_add(workspace *w, void *const sums[], int n) {
  const network *net = w->network;
  for (int l = 0; l < net->n_layers; l++) layer_add(net, l, w->layers[l].d_weights, w->layers[l].d_biases, sums, n);
}
