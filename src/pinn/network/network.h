/* Networks that carry jets: values and derivatives forward, gradients and the NTK diagonal backward. All kinds of
 * networks stand behind one table of functions (network_ops.h).
 *
 * The parameters are one flat vector of floats or doubles (the precision), laid out by network_tensors: for each dense
 * layer the weights W[in][out] (out fastest), then the biases b[out]. The network keeps a padded copy and a transposed
 * copy of W; callers never see them.
 *
 * A chunk is a run of consecutive points of one condition (training/chunks.h). It is processed in panels:
 *
 *     network_set_parameters(network, parameters);                                      // once per step
 *     workspace_chunk_begin(workspace);                                                 // zero the chunk's gradient
 *     workspace_forward(workspace, streams, n, points, coefficients, outputs);          // n <= workspace_capacity
 *     workspace_backward(workspace, output_adjoints, row_scales, squared_norms);        // add to the chunk's gradient
 *     workspace_chunk_end(workspace, gradient);                                         // flat and unpadded
 *
 * No function here is collective. Results are defined bit for bit on every CPU. Matrix products are chains of fma over
 * the ascending inner index. The rows of a panel are ordered by point and then by stream, so that any panel length
 * gives the same bits. Elementary functions are SLEEF's finz family. Sums over features for the diagonal are 16 partial
 * sums and a fixed tree. */
#ifndef NTKW_PINN_NETWORK_H
#define NTKW_PINN_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"
#include "pinn/network/tensors.h"
#include "pinn/streams.h"

enum { MAX_HIDDEN_LAYERS = 16, MAX_WIDTH = 1 << 16, MAX_OUTPUTS = 8, MAX_HARMONICS = 32, MAX_FEATURES = 1 << 16 };

typedef enum activation { ACTIVATION_TANH, ACTIVATION_SIN } activation;
typedef enum initialisation {
  INIT_XAVIER, /* W ~ N(0, 2 / (in + out)), b = 0  (Glorot & Bengio 2010) */
  INIT_NTK     /* W ~ N(0, 1 / in), b ~ N(0, 1)    (Jacot et al. 2018, as in PINNsNTK) */
} initialisation;

/* Features of the inputs that replace the scaled inputs (features.h). All zeros: none. */
typedef struct feature_options {
  int harmonics[MAX_INPUTS]; /* > 0: the input is periodic and becomes cosines and sines */
  double start[MAX_INPUTS], period[MAX_INPUTS];
  int n_fourier;                /* number of random Fourier features: even, 0: none */
  double deviation[MAX_INPUTS]; /* standard deviation of the random frequencies of each input */
  uint64_t seed;
} feature_options;

typedef struct network_options {
  int kind; /* index into network_names(); 0: perceptron */
  int n_inputs, n_outputs;
  int n_hidden, hidden[MAX_HIDDEN_LAYERS];
  activation activation;
  initialisation init;
  /* The input of the first layer is (x_i - input_shift[i]) * input_scale[i]; derivatives carry the factor. */
  double input_shift[MAX_INPUTS], input_scale[MAX_INPUTS];
  feature_options features;
  ntkw_dtype precision;
} network_options;

/* Rows of a panel. If a condition has several equations, their gradients alternate panel by panel, so the number of
 * rows is part of the arithmetic. It must be the same for all widths and machines. */
enum { PANEL_ROWS = 128 };

/* Number of points of a panel with these streams: at least 1. */
static inline int panel_points(const stream_set *streams) {
  return PANEL_ROWS / stream_count(streams);
}

typedef struct network network;
typedef struct network_ops network_ops;
typedef struct workspace workspace; /* one per thread */

/* The names of all kinds of networks, *n of them. */
const char *const *network_names(int *n);
/* The name of the kind in the options. */
const char *network_name(const network_options *options);
/* Check that this kind of network can have these widths. network_create makes the same check.
 * @return NTKW_SUCCESS or NTKW_ERR_ARGUMENT (the message says why not). */
ntkw_status network_check_kind(const network_options *options);

/* @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT (options out of range, or NTKW_KERNELS cannot run here), NTKW_ERR_MEMORY. On
 * error *out is NULL. */
ntkw_status network_create(const network_options *options, network **out);
/* Takes NULL, sets NULL. */
void network_destroy(network **network);

/* Number of features that enter the first layer: the inputs, or those made from them by the options. */
int network_feature_count(const network_options *options);

/* The tensors of the parameters. The list lives as long as the network. */
const tensor_list *network_tensors(const network *network);
/* Number of parameters of all layers. */
int64_t network_parameter_count(const network *network);

/* Initial values of the parameters offset .. offset + count - 1 in the network's precision. Each value depends on the
 * seed and the parameter's index only. */
void network_initial_parameters(const network *network, uint64_t seed, int64_t offset, int64_t count, void *parameters);

/* Copy all parameters (in the network's precision) into the padded and transposed matrices of the products. */
void network_set_parameters(network *network, const void *parameters);

/* Name of the kernels in use, such as "portable", "avx2" or "avx512 with LIBXSMM"; "none" if none can run. */
const char *network_kernels(void);

/* The network is borrowed. @return NTKW_SUCCESS or NTKW_ERR_MEMORY; on error *out is NULL. */
ntkw_status workspace_create(const network *network, workspace **out);
void workspace_destroy(workspace **workspace);

/* Largest number of points of a panel with these streams: at least 1, about 128 rows. */
int workspace_capacity(const workspace *workspace, const stream_set *streams);

/* Start a chunk: its gradient is zero. */
void workspace_chunk_begin(workspace *workspace);

/* Evaluate the network at a panel of points.
 *
 * @param[in]  points        n x n_inputs, row-major.
 * @param[in]  coefficients  n_pairs x n: coefficient k of point p is at [k * n + p]. NULL if n_pairs is 0.
 * @param[out] outputs       widened to double: output o, stream s, point p is at [(o * n_streams + s) * n + p]. */
void workspace_forward(workspace *workspace, const stream_set *streams, int n, const double *points,
                       const double *coefficients, double *outputs);

/* Add a panel's share to the chunk's gradient, after workspace_forward of the same panel.
 *
 * @param[in]  output_adjoints  laid out as outputs: derivatives of a scalar f_p per point by each output stream.
 * @param[in]  row_scales       n factors: the rows of point p are multiplied by row_scales[p] just before the gradients
 *                              of W and b are accumulated. NULL: 1.
 * @param[out] squared_norms    n values: sum over parameters of (d f_p / d parameter)^2, without row_scales. NULL: not
 *                              wanted.
 * May be called several times after one forward pass, once per equation. The sums of the chunk then take the equations
 * in turn, panel by panel: in that case the panel length is part of the arithmetic. */
void workspace_backward(workspace *workspace, const double *output_adjoints, const double *row_scales,
                        double *squared_norms);

/* Functions that the backward pass calls with the factors of the Jacobian's rows, before row scaling.
 * layer: called for each dense layer from the last to the first (0), with its input h [rows][in_padded] and its
 *     pre-activation adjoint [rows][out_padded] (layers.h). NULL: there is no observer.
 * others: called if some parameters are in no dense layer, with their columns of the Jacobian [points][n_others]. */
typedef struct jacobian_observer {
  void (*layer)(void *context, int layer, int rows, const void *h, const void *adjoint);
  void (*others)(void *context, int points, const void *columns);
  void *context;
} jacobian_observer;
/* Set the observer of the following backward passes. NULL: none. */
void workspace_observe(workspace *workspace, const jacobian_observer *observer);
/* Does this kind of network call observers? If not, it has no NTK diagonal and no kernel. */
bool network_shows_jacobian(const network *network);

/* Write the chunk's gradient as a flat vector in the network's precision. */
void workspace_chunk_end(workspace *workspace, void *gradient);
/* Add the chunk's gradient to a chain of vectors: result = (gradient + sums[0]) + sums[1] + ... + sums[n - 1], element
 * by element, each sum formed as left + right with sums[k] on the left. n >= 1. Only sums[n - 1] is written. The chunk
 * must have had points. */
void workspace_chunk_add(workspace *workspace, void *const sums[], int n);

#endif
