/* Networks with jets: value and derivatives forward, gradients and the NTK diagonal backward. Kinds of networks stand
 * behind one table of functions (network_ops.h).
 *
 * Parameters are one flat vector of floats or doubles (precision), made of the tensors of network_tensors: per dense
 * layer the weights W[in][out] (out fastest), then the biases b[out]. Inside, widths are padded and a transposed copy of
 * W is kept; nobody else sees that.
 *
 * Work goes lane by lane (a lane: consecutive points of one condition), a lane panel by panel:
 *
 *     network_set_parameters(network, parameters);                              // once per step
 *     workspace_lane_begin(workspace);                                          // zero the lane's gradient
 *     workspace_forward(workspace, streams, n, points, coefficients, outputs);  // n <= workspace_capacity
 *     workspace_backward(workspace, seeds, scales, diagonal);                   // adds to the lane's gradient
 *     workspace_lane_end(workspace, gradient);                                  // flat and unpadded
 *
 * All functions are local. Results are defined bit for bit, whatever the CPU: matrix products are chains of fma over the
 * inner index ascending (rows of a panel are ordered by point, streams inside a point, so that panels may have any
 * length); functions are SLEEF's finz family; feature sums of the diagonal are 16 partial sums and a fixed tree. */
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

/* What the first layer sees instead of the scaled inputs (features.h); all zeros: nothing else. */
typedef struct feature_options {
  int harmonics[MAX_INPUTS]; /* > 0: the input is periodic, and seen as its cosines and sines */
  double start[MAX_INPUTS], period[MAX_INPUTS];
  int n_fourier;                /* random Fourier features of all that: an even number, 0: none */
  double deviation[MAX_INPUTS]; /* of the random frequencies of each input */
  uint64_t seed;
} feature_options;

typedef struct network_options {
  int kind; /* an index into network_names(); 0: a perceptron */
  int n_inputs, n_outputs;
  int n_hidden, hidden[MAX_HIDDEN_LAYERS];
  activation activation;
  initialisation init;
  /* The first layer sees (x_i - input_shift[i]) * input_scale[i]; derivative streams carry the factor. */
  double input_shift[MAX_INPUTS], input_scale[MAX_INPUTS];
  feature_options features;
  ntkw_dtype precision;
} network_options;

typedef struct network network;
typedef struct network_ops network_ops;
typedef struct workspace workspace; /* one per thread */

/* The names of the kinds; *n of them. */
const char *const *network_names(int *n);
/* The name of the options' kind. */
const char *network_name(const network_options *options);
/* Can this kind of network have these widths? NTKW_ERR_ARGUMENT says why not. network_create asks, too. */
ntkw_status network_check_kind(const network_options *options);

ntkw_status network_create(const network_options *options, network **out);
void network_destroy(network **network);

/* Features that the first layer sees: the inputs, or what the options make of them. */
int network_feature_count(const network_options *options);

/* The parameters, tensor by tensor. They live as long as the network. */
const tensor_list *network_tensors(const network *network);
/* Number of parameters, all layers. */
int64_t network_parameter_count(const network *network);

/* Initial values of the parameters offset .. offset + count - 1, in the network's precision: a function of seed and
 * parameter index only. */
void network_initial_parameters(const network *network, uint64_t seed, int64_t offset, int64_t count, void *parameters);

/* Take a copy of all parameters (of the network's precision), padded and transposed for the products. */
void network_set_parameters(network *network, const void *parameters);

/* Name of the kernels in use: "avx512", "avx2" or "portable", and whether LIBXSMM makes the products. */
const char *network_kernels(void);

ntkw_status workspace_create(const network *network, workspace **out);
void workspace_destroy(workspace **workspace);

/* Largest number of points of a panel with these streams: at least 1; about 128 rows. */
int workspace_capacity(const workspace *workspace, const stream_set *streams);

void workspace_lane_begin(workspace *workspace);

/* points: n x n_inputs, row-major. coefficients: n_pairs x n (coefficient k of point p at [k * n + p]); NULL if n_pairs
 * is 0. outputs, widened to double: output o, stream s, point p at [(o * n_streams + s) * n + p]. */
void workspace_forward(workspace *workspace, const stream_set *streams, int n, const double *points,
                       const double *coefficients, double *outputs);

/* After a forward pass of the same panel. seeds: as outputs, the derivative of something by each output stream.
 * scales: n factors, applied to each point's rows just before the gradient of W and b is accumulated; NULL: 1.
 * diagonal: n values, set to sum over parameters of (d something_i / d parameter)^2, before scaling; NULL: not wanted.
 * May be called several times after one forward pass (several equations); the lane's sums then take the equations in
 * turn, panel by panel, so that panels of the capacity are part of the arithmetic. */
void workspace_backward(workspace *workspace, const double *seeds, const double *scales, double *diagonal);

/* Called during a backward pass, before scaling, with the factors of the Jacobian's rows: for every dense layer, from
 * the last to the first (0), its input h [rows][in_padded] and the derivatives by its z, bar [rows][out_padded]
 * (layers.h); and for all parameters in no dense layer, if there are some, the columns of the Jacobian themselves,
 * [points][n_others]. */
typedef struct jacobian_observer {
  void (*layer)(void *context, int layer, int rows, const void *h, const void *bar); /* NULL: there is no observer */
  void (*others)(void *context, int points, const void *columns);
  void *context;
} jacobian_observer;
/* NULL: no observer any more. */
void workspace_observe(workspace *workspace, const jacobian_observer *observer);
/* Does this network call observers? If not, it gives no kernel. */
bool network_shows_jacobian(const network *network);

/* The lane's gradient as a flat vector in the network's precision. */
void workspace_lane_end(workspace *workspace, void *gradient);
/* The same, added to sums[0], the result to sums[1], and so on, left + right, element by element; only the last of the n
 * vectors, at least one, is written. The lane has had points. */
void workspace_lane_add(workspace *workspace, void *const sums[], int n);

#endif
