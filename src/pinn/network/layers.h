/* Padded dense layers, and the ways between their layout and that of the outside. */
#ifndef NTKW_PINN_LAYERS_H
#define NTKW_PINN_LAYERS_H

#include "pinn/arithmetic/kernels.h"
#include "pinn/network/network.h"

enum { MAX_LAYERS = MAX_HIDDEN_LAYERS + 1, MEMORY_ALIGNMENT = 64 };

/* Padded features and their weights are 0 and stay so; the inner index of a product never reaches them. */
typedef struct dense_layer {
  int in, out, in_padded, out_padded;
  int64_t offset;   /* of the first weight among the parameters */
  void *weights;    /* [in][out_padded] */
  void *transposed; /* [out][in_padded]; NULL for the first layer, whose inputs need no derivative */
  void *biases;     /* [out_padded] */
} dense_layer;

struct network {
  const network_ops *ops;
  network_options options;
  nonlinearity function;
  int n_layers, widest; /* the largest padded width */
  dense_layer layers[MAX_LAYERS];
  dense_layer fourier; /* random Fourier features, a layer of sines whose weights stay; out is 0 if there are none */
  tensor_list tensors;
  int n_others;                       /* parameters that are in no dense layer */
  bool is_other[MAX_NETWORK_TENSORS]; /* the tensors that these make up */
  void *own;                          /* of this kind of network */
  kernel_variant variant;
  const kernels *kernels;
};

/* rows x columns values of the precision, zeroed and aligned; NULL if there is no memory. */
void *matrix_allocate(const network *network, int64_t rows, int64_t columns);

/* Between a flat, unpadded layer (weights, then biases) and its padded matrices. */
void layer_pack(const network *network, const dense_layer *layer, const void *parameters);
void layer_unpack(const network *network, int layer, const void *weights, const void *biases, void *parameters);
/* The layer is added to sums[0], the result to sums[1], and so on: flat vectors of all parameters, of which the last of
 * the n is written. */
void layer_add(const network *network, int layer, const void *weights, const void *biases, void *const sums[], int n);

/* The same for the other parameters, whose sums are the vector d. */
void others_unpack(const network *network, const void *d, void *parameters);
void others_add(const network *network, const void *d, void *const sums[], int n);
/* d += scale times a row of their columns; and the square of its norm. */
void others_accumulate(const network *network, double scale, const void *columns, void *d);
double others_norm(const network *network, const void *columns);

/* y += x, n values. */
void rows_add(const network *network, int64_t n, const void *x, void *y);

/* The basic features (features.h), which are the first layer's input unless there are random ones: (x - shift) * scale,
 * unit vectors times scale, zeros; or periodic functions. Rounded once to the precision. h has the panel's rows,
 * panel->width features. scratch: a row of basic features for each stream. */
void inputs_write(const network *network, const jet_panel *panel, const double *points, double *scratch, void *h);

/* Between the panel of the last layer and the layout [output][stream][point] in double. */
void outputs_read(const network *network, const jet_panel *panel, const void *z, double *outputs);
void seeds_write(const network *network, const jet_panel *panel, const double *seeds, void *bar);

#endif
