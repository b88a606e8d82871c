/* Multilayer perceptron: h_{l+1} = f(W_l h_l + b_l), then a linear layer. */
#include "pinn/network/network_ops.h"

static const void *forward(workspace *w) {
  const network *net = w->network;
  for (int l = 0; l < net->n_layers; l++) {
    const dense_layer *layer = &net->layers[l];
    const layer_work *work = &w->layers[l];
    const jet_panel panel = workspace_panel(w, layer->out);
    network_apply_layer(w, l);
    if (l + 1 < net->n_layers)
      net->kernels->activate(&panel, net->function, layer->biases, work->z, w->layers[l + 1].h);
    else
      net->kernels->add_bias(&panel, layer->biases, work->z);
  }
  return w->layers[net->n_layers - 1].z;
}

/* Compute the derivatives by z of the layer below from those of a layer. */
static void descend(workspace *w, int index, const void *adjoint, void *below) {
  const network *net = w->network;
  const jet_panel panel = workspace_panel(w, net->layers[index].in);
  network_pull_back(w, index, adjoint, below);
  net->kernels->activate_backward(&panel, net->function, w->layers[index - 1].z, w->layers[index].h, below);
}

static void backward(workspace *w, const backward_pass *pass) {
  for (int l = w->network->n_layers - 1, now = 0; l >= 0; l--, now = 1 - now) {
    network_backward_layer(w, l, pass, w->adjoint[now]);
    if (l > 0) descend(w, l, w->adjoint[now], w->adjoint[1 - now]);
  }
}

const network_ops network_ops_perceptron = {.name = "perceptron",
                                            .lay_out = network_add_layers,
                                            .forward = forward,
                                            .backward = backward,
                                            .shows_jacobian = true};
