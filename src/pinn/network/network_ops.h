/* How to write a new kind of network.
 *
 * A network has dense layers (layers.h) and may have other parameters. network.c and workspace.c implement what all
 * kinds share: they check the options, compute the features of the inputs, keep copies and gradients of the dense
 * layers, and add up the sums of a chunk, the NTK diagonal and the factors of the kernel. A kind is one file with a
 * table of functions (network_ops) and one line in NETWORK_LIST. Its functions are called per network, per step or per
 * panel, never per row.
 *
 * The conformance tests (mpi_tests/pinn/network.cmake) run every kind in the list. */
#ifndef NTKW_PINN_NETWORK_OPS_H
#define NTKW_PINN_NETWORK_OPS_H

#include "pinn/arithmetic/matrix.h"
#include "pinn/network/layers.h"

typedef struct layer_work {
  void *h;         /* [PANEL_ROWS][in_padded]: input */
  void *z;         /* [PANEL_ROWS][out_padded]: pre-activation; value rows hold the activation's slope after forward */
  void *d_weights; /* [in][out_padded]: the chunk's gradient */
  void *d_biases;  /* [out_padded] */
} layer_work;

struct workspace {
  const network *network;
  multiplier *multiplier;
  layer_work layers[MAX_LAYERS];
  layer_work fourier;        /* only h and z are used */
  void *adjoint[2], *scaled; /* [PANEL_ROWS][widest] */
  void *d_others;            /* [n_others]: the chunk's gradient of all other parameters; NULL if there are none */
  double *basic;             /* [MAX_STREAMS][basic features] */
  double *norm_rows;         /* 2 x [MAX_STREAMS][widest] */
  double *coefficients;      /* [MAX_PAIRS][PANEL_ROWS] */
  void *own;                 /* state of this kind of network */
  bool chunk_is_empty;
  jacobian_observer observer;
  /* panel of the last forward pass */
  stream_set streams;
  jet_table *table; /* of the streams if some have order three or four */
  int n_points;
};

/* Requests of one backward pass; see workspace_backward. */
typedef struct backward_pass {
  const double *row_scales; /* of the points; NULL: 1 */
  double *squared_norms;    /* NULL: not wanted */
} backward_pass;

struct network_ops {
  const char *name; /* in problem files, checkpoints and messages */

  /* Refuse options that this kind cannot have, with a message. NULL: all options are allowed. */
  ntkw_status (*check)(const network_options *options);
  /* Declare the layers and tensors with network_add_layer and network_add_others. */
  void (*lay_out)(network *net);

  /* State of a network beyond its dense layers, in network.own; NULL: none. destroy must also accept a state that
   * create could not complete. */
  ntkw_status (*create)(network *net);
  void (*set_parameters)(network *net, const void *parameters);
  void (*destroy)(network *net);
  /* State of a workspace, in workspace.own; NULL: none. */
  ntkw_status (*workspace_create)(workspace *w);
  void (*workspace_destroy)(workspace *w);

  /* Compute the outputs [rows][padded outputs] from the features in layers[0].h. */
  const void *(*forward)(workspace *w);
  /* Propagate the adjoints of the outputs, which are in adjoint[0], backward. Must call network_backward_layer once for
   * each layer and network_backward_others once for the other parameters. */
  void (*backward)(workspace *w, const backward_pass *pass);

  /* Does backward cover all parameters by these two functions? If not, the network has no NTK diagonal and no
   * kernel. */
  bool shows_jacobian;
};

/* All kinds. The first is the default of problem files. */
#define NETWORK_LIST(X) X(perceptron) X(residual)

#define NETWORK_DECLARATION(id) extern const network_ops network_ops_##id;
NETWORK_LIST(NETWORK_DECLARATION)
#undef NETWORK_DECLARATION

/* network_create for a kind that need not be in the list. */
ntkw_status network_create_of(const network_ops *ops, const network_options *options, network **out);

/* Append a dense layer with the tensors layerN.weights and layerN.biases. Called by lay_out. The inputs of the first
 * layer are the features. */
void network_add_layer(network *net, int in, int out);
/* Append all layers of the options: features, hidden widths, outputs. Can be used as lay_out. */
void network_add_layers(network *net);
/* Append a vector of parameters that are in no dense layer. @return the column of the first one in
 * network_backward_others. */
int network_add_others(network *net, const char *name, int n, initial_law initial);

/* The following functions are called by forward and backward. */

/* Rows of the panel: points times streams. */
int workspace_rows(const workspace *w);
/* The panel with rows of so many features. */
jet_panel workspace_panel(const workspace *w, int features);
/* z = h W of a layer. */
void network_apply_layer(workspace *w, int layer);
/* Add the layer's share of the squared norms and of the chunk's gradient, and call the observer. adjoint: derivatives
 * by z, the layer's pre-activation. */
void network_backward_layer(workspace *w, int layer, const backward_pass *pass, const void *adjoint);
/* below = adjoint W^T, the derivatives by the layer's input h. Not for the first layer. */
void network_pull_back(workspace *w, int layer, const void *adjoint, void *below);
/* network_backward_layer for the parameters in no dense layer: columns[p * n_others + j], in the network's precision,
 * is column j of the Jacobian at point p. */
void network_backward_others(workspace *w, const backward_pass *pass, const void *columns);

#endif
