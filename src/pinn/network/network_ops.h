/* The inside of networks, for those who write one.
 *
 * A network is made of dense layers (layers.h), and may have other parameters. network.c and workspace.c do once what
 * all networks have in common: they check the options, make the features of the inputs, keep copies and gradients of the
 * dense layers, and make the sums of a lane, the NTK diagonal and the factors of the kernel. One kind of network is one
 * file with a table of functions, network_ops, and one line in NETWORK_LIST. The functions are called per network, step
 * or panel, never per row.
 *
 * The conformance tests (mpi_tests/pinn/network.cmake) run through all kinds in the list. */
#ifndef NTKW_PINN_NETWORK_OPS_H
#define NTKW_PINN_NETWORK_OPS_H

#include "pinn/arithmetic/matrix.h"
#include "pinn/network/layers.h"

/* Rows of a panel. It is part of the arithmetic where a condition has several equations, whose gradients alternate
 * panel by panel; so it is the same for all widths and machines. */
enum { PANEL_ROWS = 128 };

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
  void *d_others;        /* [n_others]: the lane's gradient of all other parameters; NULL if there are none */
  double *basic;         /* [MAX_STREAMS][basic features] */
  double *norm_rows;     /* 2 x [MAX_STREAMS][widest] */
  double *coefficients;  /* [MAX_PAIRS][PANEL_ROWS] */
  void *own;             /* of this kind of network */
  bool lane_is_empty;
  jacobian_observer observer;
  /* the panel of the last forward pass */
  stream_set streams;
  jet_table *table; /* of streams, if these are of order three or four */
  int n_points;
};

/* One pass back: what is asked for. */
typedef struct backward_pass {
  const double *scales; /* of the points; NULL: 1 */
  double *diagonal;     /* NULL: not wanted */
} backward_pass;

struct network_ops {
  const char *name; /* in problem files, checkpoints and messages */

  /* Refuse options that this kind cannot have, in a sentence. NULL: it can have all. */
  ntkw_status (*check)(const network_options *options);
  /* State the layers and tensors: network_add_layer, network_add_others. */
  void (*lay_out)(network *net);

  /* Own state of networks, beyond the dense layers; NULL: none. destroy also meets what create could not complete. */
  ntkw_status (*create)(network *net);
  void (*set_parameters)(network *net, const void *parameters);
  void (*destroy)(network *net);
  /* Own state of workspaces, in workspace.own; NULL: none. */
  ntkw_status (*workspace_create)(workspace *w);
  void (*workspace_destroy)(workspace *w);

  /* From the features, which are in layers[0].h, to the rows of the outputs: [rows][padded outputs]. */
  const void *(*forward)(workspace *w);
  /* From the derivatives by these rows, in bar[0], back: every layer once through network_backward_layer, and the other
   * parameters once through network_backward_others. */
  void (*backward)(workspace *w, const backward_pass *pass);

  /* Does backward pass all parameters through these two? Without that the network has no NTK diagonal or kernel. */
  bool shows_jacobian;
};

/* The first is what a problem file gets that names none. */
#define NETWORK_LIST(X) X(perceptron) X(residual)

#define NETWORK_DECLARATION(id) extern const network_ops network_ops_##id;
NETWORK_LIST(NETWORK_DECLARATION)
#undef NETWORK_DECLARATION

/* As network_create, of a kind that need not be in the list. */
ntkw_status network_create_of(const network_ops *ops, const network_options *options, network **out);

/* For lay_out. Append a dense layer, with the tensors layerN.weights and layerN.biases. The inputs of the first layer
 * are the features. */
void network_add_layer(network *net, int in, int out);
/* The same for all layers of the options: features, hidden widths, outputs. It can be lay_out itself. */
void network_add_layers(network *net);
/* Append a vector of other parameters. @return the first one's column in network_backward_others. */
int network_add_others(network *net, const char *name, int n, initial_law initial);

/* For forward and backward. Local. */

int workspace_rows(const workspace *w); /* of the panel */
jet_panel workspace_panel(const workspace *w, int width);
/* z = h W of a layer. */
void network_apply_layer(workspace *w, int layer);
/* From the derivatives by z of a layer, bar: its share of the diagonal, of the lane's gradient and of the factors. */
void network_backward_layer(workspace *w, int layer, const backward_pass *pass, const void *bar);
/* below = bar W^T: the derivatives by h of a layer other than the first. */
void network_pull_back(workspace *w, int layer, const void *bar, void *below);
/* The same as network_backward_layer for all other parameters, of which column j of the Jacobian at point p, in the
 * precision, is columns[p * n_others + j]. */
void network_backward_others(workspace *w, const backward_pass *pass, const void *columns);

#endif
