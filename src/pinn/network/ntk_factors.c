#include "pinn/network/ntk_factors.h"
#include "pinn/network/network_ops.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)MAX_STREAMS <= (int)FACTOR_ROWS, "a panel holds at least one point");

struct factor_products {
  const network *network;
  multiplier *multiplier;
  double *right;    /* per layer H^T [in][FACTOR_ROWS], A^T [out][FACTOR_ROWS] */
  double *grams[2]; /* H H'^T and A A'^T of a layer: [FACTOR_ROWS][FACTOR_ROWS] */
  int n_right, streams_right;
};

typedef struct factor_copy {
  const network *network;
  double *factors;
} factor_copy;

/* Index of a layer's first factor. A layer has h [FACTOR_ROWS][in_padded], then adjoint [FACTOR_ROWS][out_padded]. */
static size_t layer_start(const network *net, int layer) {
  size_t start = 0;
  for (int l = 0; l < layer; l++)
    start += (size_t)FACTOR_ROWS * (size_t)(net->layers[l].in_padded + net->layers[l].out_padded);
  return start;
}

/* The columns of all other parameters, [FACTOR_ROWS][n_others] with one row per point, follow the layers. */
static size_t others_start(const network *net) {
  return layer_start(net, net->n_layers);
}

size_t ntk_factors_size(const network *net) {
  return others_start(net) + (size_t)FACTOR_ROWS * (size_t)net->n_others;
}

static void copy_layer(void *context, int index, int rows, const void *h, const void *adjoint) {
  const factor_copy *to = context;
  const dense_layer *layer = &to->network->layers[index];
  double *h_copy = to->factors + layer_start(to->network, index),
         *adjoint_copy = h_copy + FACTOR_ROWS * layer->in_padded;
  memcpy(h_copy, h, (size_t)rows * (size_t)layer->in_padded * sizeof *h_copy);
  memcpy(adjoint_copy, adjoint, (size_t)rows * (size_t)layer->out_padded * sizeof *adjoint_copy);
}

static void copy_others(void *context, int points, const void *columns) {
  const factor_copy *to = context;
  const network *net = to->network;
  memcpy(to->factors + others_start(net), columns, (size_t)points * (size_t)net->n_others * sizeof *to->factors);
}

void ntk_factors_take(const network *net, workspace *w, const double *output_adjoints, double *factors) {
  factor_copy to = {net, factors};
  memset(factors, 0, ntk_factors_size(net) * sizeof *factors);
  workspace_observe(w, &(jacobian_observer){copy_layer, copy_others, &to});
  workspace_chunk_begin(w);
  workspace_backward(w, output_adjoints, NULL, NULL);
  workspace_observe(w, NULL);
}

static ntkw_status fill(factor_products *p, const network *net) {
  NTKW_CHECK(net->options.precision == NTKW_FLOAT64, NTKW_ERR_ARGUMENT,
             "the kernel of a network in float32 was asked for; expected one in float64");
  NTKW_CHECK(network_shows_jacobian(net), NTKW_ERR_ARGUMENT,
             "the kernel of a network of kind \"%s\" was asked for, which does not give the rows of its Jacobian",
             net->ops->name);
  p->network = net;
  p->right = matrix_allocate(net, (int64_t)ntk_factors_size(net), 1);
  for (int i = 0; i < 2; i++) p->grams[i] = matrix_allocate(net, FACTOR_ROWS, FACTOR_ROWS);
  NTKW_CHECK(p->right && p->grams[0] && p->grams[1], NTKW_ERR_MEMORY, "out of memory for the kernel's products");
  return multiplier_create(net->variant, NTKW_FLOAT64, &p->multiplier);
}

ntkw_status factor_products_create(const network *net, factor_products **out) {
  factor_products *p = *out = calloc(1, sizeof *p);
  NTKW_CHECK(p, NTKW_ERR_MEMORY, "out of memory for the kernel's products");
  const ntkw_status status = fill(p, net);
  if (status != NTKW_SUCCESS) factor_products_destroy(out);
  return status;
}

void factor_products_destroy(factor_products **products) {
  factor_products *p = *products;
  if (!p) return;
  multiplier_destroy(&p->multiplier);
  free(p->right);
  free(p->grams[0]);
  free(p->grams[1]);
  free(p);
  *products = NULL;
}

static void transpose(const double *from, int stride, int features, double *to) {
  for (int r = 0; r < FACTOR_ROWS; r++)
    for (int f = 0; f < features; f++) to[f * FACTOR_ROWS + r] = from[r * stride + f];
}

void factor_products_set_right(factor_products *p, const double *factors, int n_points, int n_streams) {
  for (int l = 0; l < p->network->n_layers; l++) {
    const dense_layer *layer = &p->network->layers[l];
    const size_t start = layer_start(p->network, l), half = (size_t)FACTOR_ROWS * (size_t)layer->in_padded;
    transpose(factors + start, layer->in_padded, layer->in, p->right + start);
    transpose(factors + start + half, layer->out_padded, layer->out, p->right + start + half);
  }
  const size_t start = others_start(p->network);
  transpose(factors + start, p->network->n_others, p->network->n_others, p->right + start);
  p->n_right = n_points;
  p->streams_right = n_streams;
}

/* The first `rows` rows of a Gram matrix, for the rows of the right panel. */
static void make_gram(factor_products *p, const double *left, int rows, int stride, int features, const double *right,
                      double *gram) {
  const product_shape product = {.rows = rows,
                                 .width = padded_width(NTKW_FLOAT64, p->n_right * p->streams_right),
                                 .inner = features,
                                 .lda = stride,
                                 .ldb = FACTOR_ROWS,
                                 .ldc = FACTOR_ROWS};
  multiply(p->multiplier, &product, left, right, gram);
}

/* Add the share of one layer to the tile. */
static void add_layer(const factor_products *p, int n_points, int n_streams, double *tile) {
  const double *value_dots = p->grams[0], *adjoint_dots = p->grams[1];
  for (int i = 0; i < n_points; i++)
    for (int j = 0; j < p->n_right; j++) {
      const int corner = i * n_streams * FACTOR_ROWS + j * p->streams_right;
      double sum = adjoint_dots[corner];
      for (int s = 0; s < n_streams; s++)
        for (int t = 0; t < p->streams_right; t++) {
          const int at = corner + s * FACTOR_ROWS + t;
          sum += adjoint_dots[at] * value_dots[at];
        }
      tile[i * p->n_right + j] += sum;
    }
}

/* Add the share of all other parameters: the product of their columns. */
static void add_others(factor_products *p, const double *factors, int n_points, double *tile) {
  const size_t start = others_start(p->network);
  const int n = p->network->n_others;
  make_gram(p, factors + start, n_points, n, n, p->right + start, p->grams[0]);
  for (int i = 0; i < n_points; i++)
    for (int j = 0; j < p->n_right; j++) tile[i * p->n_right + j] += p->grams[0][i * FACTOR_ROWS + j];
}

void factor_products_tile(factor_products *p, const double *factors, int n_points, int n_streams, double *tile) {
  const int rows = n_points * n_streams;
  memset(tile, 0, (size_t)n_points * (size_t)p->n_right * sizeof *tile);
  for (int l = 0; l < p->network->n_layers; l++) {
    const dense_layer *layer = &p->network->layers[l];
    const size_t start = layer_start(p->network, l), half = (size_t)FACTOR_ROWS * (size_t)layer->in_padded;
    make_gram(p, factors + start, rows, layer->in_padded, layer->in, p->right + start, p->grams[0]);
    make_gram(p, factors + start + half, rows, layer->out_padded, layer->out, p->right + start + half, p->grams[1]);
    add_layer(p, n_points, n_streams, tile);
  }
  if (p->network->n_others > 0) add_others(p, factors, n_points, tile);
}
