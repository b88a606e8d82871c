/* Residual perceptron (He et al. 2016): h_1 = f(W_0 h_0 + b_0), h_{l+1} = h_l + f(W_l h_l + b_l), then a linear layer.
 * All hidden layers have the same width. Because derivatives are linear, each stream is added by itself. */
#include "pinn/network/network_ops.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

typedef struct own_work {
  void *branch[MAX_LAYERS]; /* f(W_l h_l + b_l) for 0 < l < n_layers - 1: [PANEL_ROWS][width] */
  void *adjoint_h;          /* derivatives by h: [PANEL_ROWS][width] */
} own_work;

static ntkw_status check(const network_options *options) {
  for (int l = 1; l < options->n_hidden; l++)
    NTKW_CHECK(options->hidden[l] == options->hidden[0], NTKW_ERR_ARGUMENT,
               "hidden layer %d of the residual network has width %d and the first one %d; expected the same width of "
               "all hidden layers",
               l + 1, options->hidden[l], options->hidden[0]);
  return NTKW_SUCCESS;
}

/* Does the layer add its input to its result? All layers do, except the first, whose input has another width, and the
 * last. */
static bool skips(const network *net, int layer) {
  return layer > 0 && layer + 1 < net->n_layers;
}

static ntkw_status create_work(workspace *w) {
  const network *net = w->network;
  own_work *own = w->own = calloc(1, sizeof *own);
  bool complete = own && (own->adjoint_h = matrix_allocate(net, PANEL_ROWS, net->widest)) != NULL;
  for (int l = 0; complete && l < net->n_layers; l++)
    if (skips(net, l))
      complete = (own->branch[l] = matrix_allocate(net, PANEL_ROWS, net->layers[l].out_padded)) != NULL;
  NTKW_CHECK(complete, NTKW_ERR_MEMORY, "out of memory for the workspace of a residual network of %lld parameters",
             (long long)net->tensors.count);
  return NTKW_SUCCESS;
}

static void destroy_work(workspace *w) {
  own_work *own = w->own;
  if (!own) return;
  for (int l = 0; l < MAX_LAYERS; l++) free(own->branch[l]);
  free(own->adjoint_h);
  free(own);
  w->own = NULL;
}

/* Result of the activation of a hidden layer, before its input is added. */
static void *branch_of(const workspace *w, int layer) {
  const own_work *own = w->own;
  return skips(w->network, layer) ? own->branch[layer] : w->layers[layer + 1].h;
}

static int64_t values_of(const workspace *w, int width) {
  return (int64_t)workspace_rows(w) * width;
}

static void hidden_forward(workspace *w, int l) {
  const network *net = w->network;
  const dense_layer *layer = &net->layers[l];
  const jet_panel panel = workspace_panel(w, layer->out);
  const int64_t n = values_of(w, layer->out_padded);
  void *above = w->layers[l + 1].h;
  network_apply_layer(w, l);
  net->kernels->activate(&panel, net->function, layer->biases, w->layers[l].z, branch_of(w, l));
  if (!skips(net, l)) return;
  memcpy(above, w->layers[l].h, (size_t)n * net->kernels->size);
  rows_add(net, n, branch_of(w, l), above);
}

static const void *forward(workspace *w) {
  const network *net = w->network;
  const int last = net->n_layers - 1;
  const jet_panel panel = workspace_panel(w, net->layers[last].out);
  for (int l = 0; l < last; l++) hidden_forward(w, l);
  network_apply_layer(w, last);
  net->kernels->add_bias(&panel, net->layers[last].biases, w->layers[last].z);
  return w->layers[last].z;
}

/* On entry adjoint_h holds the derivatives by the layer's result, on return those by its input. */
static void hidden_backward(workspace *w, int l, const backward_pass *pass) {
  const network *net = w->network;
  const own_work *own = w->own;
  const jet_panel panel = workspace_panel(w, net->layers[l].out);
  const int64_t n = values_of(w, panel.width);
  memcpy(w->adjoint[0], own->adjoint_h, (size_t)n * net->kernels->size);
  net->kernels->activate_backward(&panel, net->function, w->layers[l].z, branch_of(w, l), w->adjoint[0]);
  network_backward_layer(w, l, pass, w->adjoint[0]);
  if (!skips(net, l)) return;
  network_pull_back(w, l, w->adjoint[0], w->adjoint[1]);
  rows_add(net, n, w->adjoint[1], own->adjoint_h);
}

static void backward(workspace *w, const backward_pass *pass) {
  const own_work *own = w->own;
  const int last = w->network->n_layers - 1;
  network_backward_layer(w, last, pass, w->adjoint[0]);
  if (last > 0) network_pull_back(w, last, w->adjoint[0], own->adjoint_h);
  for (int l = last - 1; l >= 0; l--) hidden_backward(w, l, pass);
}

const network_ops network_ops_residual = {.name = "residual",
                                          .check = check,
                                          .lay_out = network_add_layers,
                                          .workspace_create = create_work,
                                          .workspace_destroy = destroy_work,
                                          .forward = forward,
                                          .backward = backward,
                                          .shows_jacobian = true};
