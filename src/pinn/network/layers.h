/* Padded dense layers, and conversions between padded and flat layouts. No function here is collective. */
#ifndef NTKW_PINN_LAYERS_H
#define NTKW_PINN_LAYERS_H

#include "pinn/arithmetic/kernels.h"
#include "pinn/network/network.h"

enum { MAX_LAYERS = MAX_HIDDEN_LAYERS + 1, MEMORY_ALIGNMENT = 64 };

/* Padding features and their weights are always 0. The inner index of a product never reaches them. */
typedef struct dense_layer {
  int in, out, in_padded, out_padded;
  int64_t offset;   /* index of the first weight in the flat vector of parameters */
  void *weights;    /* [in][out_padded] */
  void *transposed; /* [out][in_padded]; NULL for the first layer: derivatives by its inputs are not needed */
  void *biases;     /* [out_padded] */
} dense_layer;

struct network {
  const network_ops *ops;
  network_options options;
  nonlinearity function;
  int n_layers, widest; /* the largest padded width */
  dense_layer layers[MAX_LAYERS];
  dense_layer fourier; /* random Fourier features: a layer of sines with fixed weights; out is 0 if there are none */
  tensor_list tensors;
  int n_others;                       /* number of parameters that are in no dense layer */
  bool is_other[MAX_NETWORK_TENSORS]; /* true for the tensors of these parameters */
  void *own;                          /* state of this kind of network */
  kernel_variant variant;
  const kernels *kernels;
};

/* Allocate rows x columns zeros of the precision, aligned; NULL: out of memory. */
void *matrix_allocate(const network *network, int64_t rows, int64_t columns);

/* Copy a layer from the flat, unpadded parameters (weights, then biases) to its padded matrices, and back. */
void layer_pack(const network *network, const dense_layer *layer, const void *parameters);
void layer_unpack(const network *network, int layer, const void *weights, const void *biases, void *parameters);
/* Add a layer to a chain of n flat vectors as workspace_chunk_add does. Only sums[n - 1] is written. */
void layer_add(const network *network, int layer, const void *weights, const void *biases, void *const sums[], int n);

/* The same two operations for the parameters in no dense layer; d holds their gradient. */
void others_unpack(const network *network, const void *d, void *parameters);
void others_add(const network *network, const void *d, void *const sums[], int n);
/* d += scale * columns (one row of n_others values), and the squared norm of such a row. */
void others_accumulate(const network *network, double scale, const void *columns, void *d);
double others_squared_norm(const network *network, const void *columns);

/* y += x, n values. */
void rows_add(const network *network, int64_t n, const void *x, void *y);

/* Write the basic features (features.h) of a panel to h, rounded once to the precision. They enter the first layer, or
 * the random Fourier features if there are any. h has the panel's rows of panel->width features. scratch has room for
 * one row of basic features per stream. */
void inputs_write(const network *network, const jet_panel *panel, const double *points, double *scratch, void *h);

/* Convert between the panel of the last layer and the layout [output][stream][point] in double. */
void outputs_read(const network *network, const jet_panel *panel, const void *z, double *outputs);
void output_adjoints_write(const network *network, const jet_panel *panel, const double *output_adjoints,
                           void *adjoint);

#endif
