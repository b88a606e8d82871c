#include "pinn/network/network_ops.h"
#include "pinn/network/features.h"
#include "base/check.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static ntkw_status check_inputs(const network_options *options) {
  NTKW_CHECK(options->n_inputs >= 1 && options->n_inputs <= MAX_INPUTS, NTKW_ERR_ARGUMENT,
             "a network of %d inputs, expected 1 to %d", options->n_inputs, MAX_INPUTS);
  for (int i = 0; i < options->n_inputs; i++) {
    NTKW_CHECK(isfinite(options->input_shift[i]), NTKW_ERR_ARGUMENT, "the shift of input %d is %g, not a finite number",
               i, options->input_shift[i]);
    NTKW_CHECK(isfinite(options->input_scale[i]) && options->input_scale[i] != 0, NTKW_ERR_ARGUMENT,
               "the scale of input %d is %g, expected a finite number other than 0", i, options->input_scale[i]);
  }
  return NTKW_SUCCESS;
}

#define NETWORK_ADDRESS(id) &network_ops_##id,
static const network_ops *const kinds[] = {NETWORK_LIST(NETWORK_ADDRESS)};
#undef NETWORK_ADDRESS
enum { N_KINDS = sizeof kinds / sizeof *kinds };

const char *const *network_names(int *n) {
  static _Thread_local const char *names[N_KINDS];
  for (int k = 0; k < N_KINDS; k++) names[k] = kinds[k]->name;
  *n = N_KINDS;
  return names;
}

static ntkw_status find_kind(const network_options *options, const network_ops **out) {
  NTKW_CHECK(options->kind >= 0 && options->kind < N_KINDS, NTKW_ERR_ARGUMENT,
             "the kind of the network is number %d, expected 0 to %d", options->kind, N_KINDS - 1);
  *out = kinds[options->kind];
  return NTKW_SUCCESS;
}

const char *network_name(const network_options *options) {
  return kinds[options->kind]->name;
}

ntkw_status network_check_kind(const network_options *options) {
  const network_ops *ops = NULL;
  NTKW_TRY(find_kind(options, &ops));
  return ops->check ? ops->check(options) : NTKW_SUCCESS;
}

static ntkw_status check_options(const network_options *options) {
  NTKW_TRY(check_inputs(options));
  NTKW_TRY(features_check(options));
  NTKW_CHECK(options->n_outputs >= 1 && options->n_outputs <= MAX_OUTPUTS, NTKW_ERR_ARGUMENT,
             "a network of %d outputs, expected 1 to %d", options->n_outputs, MAX_OUTPUTS);
  NTKW_CHECK(options->n_hidden >= 0 && options->n_hidden <= MAX_HIDDEN_LAYERS, NTKW_ERR_ARGUMENT,
             "a network of %d hidden layers, expected 0 to %d", options->n_hidden, MAX_HIDDEN_LAYERS);
  for (int l = 0; l < options->n_hidden; l++)
    NTKW_CHECK(options->hidden[l] >= 1 && options->hidden[l] <= MAX_WIDTH, NTKW_ERR_ARGUMENT,
               "hidden layer %d has width %d, expected 1 to %d", l + 1, options->hidden[l], MAX_WIDTH);
  NTKW_CHECK(options->activation == ACTIVATION_TANH || options->activation == ACTIVATION_SIN, NTKW_ERR_ARGUMENT,
             "the activation is number %d, which is neither tanh nor sin", (int)options->activation);
  NTKW_CHECK(options->init == INIT_XAVIER || options->init == INIT_NTK, NTKW_ERR_ARGUMENT,
             "the initialisation is number %d, which is neither xavier nor ntk", (int)options->init);
  NTKW_CHECK(options->precision == NTKW_FLOAT32 || options->precision == NTKW_FLOAT64, NTKW_ERR_ARGUMENT,
             "the precision is number %d, which is neither float32 nor float64", (int)options->precision);
  return NTKW_SUCCESS;
}

static void set_widths(ntkw_dtype precision, dense_layer *layer, int in, int out) {
  layer->in = in;
  layer->out = out;
  layer->in_padded = padded_width(precision, in);
  layer->out_padded = padded_width(precision, out);
}

/* Initial laws of the weights and biases of a layer. */
static void find_laws(const network_options *options, const dense_layer *layer, initial_law *weights,
                      initial_law *biases) {
  const bool ntk = options->init == INIT_NTK;
  *weights = (initial_law){.deviation = sqrt(ntk ? 1.0 / (double)layer->in : 2.0 / (double)(layer->in + layer->out))};
  *biases = (initial_law){.deviation = ntk ? 1.0 : 0.0};
}

void network_add_layer(network *net, int in, int out) {
  assert(net->n_layers < MAX_LAYERS);
  const int index = net->n_layers++;
  dense_layer *layer = &net->layers[index];
  char name[TENSOR_NAME];
  initial_law weights, biases;
  set_widths(net->options.precision, layer, in, out);
  find_laws(&net->options, layer, &weights, &biases);
  snprintf(name, sizeof name, "layer%d.weights", index);
  layer->offset = tensors_add_matrix(&net->tensors, name, in, out, weights);
  snprintf(name, sizeof name, "layer%d.biases", index);
  tensors_add_vector(&net->tensors, name, out, biases);
  if (layer->in_padded > net->widest) net->widest = layer->in_padded;
  if (layer->out_padded > net->widest) net->widest = layer->out_padded;
}

void network_add_layers(network *net) {
  const network_options *options = &net->options;
  int in = network_feature_count(options);
  for (int l = 0; l < options->n_hidden; l++) {
    network_add_layer(net, in, options->hidden[l]);
    in = options->hidden[l];
  }
  network_add_layer(net, in, options->n_outputs);
}

int network_add_others(network *net, const char *name, int n, initial_law initial) {
  const int column = net->n_others;
  net->is_other[net->tensors.n] = true;
  tensors_add_vector(&net->tensors, name, n, initial);
  net->n_others += n;
  return column;
}

static bool allocate_layer(network *net, dense_layer *layer, bool transposed) {
  layer->weights = matrix_allocate(net, layer->in, layer->out_padded);
  layer->biases = matrix_allocate(net, 1, layer->out_padded);
  if (transposed) layer->transposed = matrix_allocate(net, layer->out, layer->in_padded);
  return layer->weights && layer->biases && (!transposed || layer->transposed);
}

static bool allocate_layers(network *net) {
  for (int l = 0; l < net->n_layers; l++)
    if (!allocate_layer(net, &net->layers[l], l > 0)) return false;
  return net->fourier.out == 0 || allocate_layer(net, &net->fourier, false);
}

/* Set the fixed weights of the random Fourier features. */
static bool fill_fourier(network *net) {
  const size_t n = (size_t)(net->fourier.in + 1) * (size_t)net->fourier.out;
  if (n == 0) return true;
  double *wide = malloc(n * sizeof *wide);
  float *narrow = malloc(n * sizeof *narrow);
  const bool complete = wide && narrow;
  if (complete) {
    features_fourier_layer(&net->options, wide);
    for (size_t i = 0; i < n; i++) narrow[i] = (float)wide[i];
    layer_pack(net, &net->fourier, net->options.precision == NTKW_FLOAT64 ? (void *)wide : narrow);
  }
  free(wide);
  free(narrow);
  return complete;
}

static ntkw_status fill(network *net) {
  const network_options *options = &net->options;
  set_widths(options->precision, &net->fourier, features_basic_count(options), options->features.n_fourier);
  net->ops->lay_out(net);
  NTKW_CHECK(allocate_layers(net) && fill_fourier(net), NTKW_ERR_MEMORY,
             "out of memory for a network of %lld parameters", (long long)net->tensors.count);
  return net->ops->create ? net->ops->create(net) : NTKW_SUCCESS;
}

ntkw_status network_create_of(const network_ops *ops, const network_options *options, network **out) {
  *out = NULL;
  kernel_variant variant;
  NTKW_TRY(check_options(options));
  if (ops->check) NTKW_TRY(ops->check(options));
  NTKW_TRY(kernels_choose(&variant));
  network *net = calloc(1, sizeof *net);
  NTKW_CHECK(net, NTKW_ERR_MEMORY, "out of memory for a network");
  net->ops = ops;
  net->options = *options;
  net->function = options->activation == ACTIVATION_SIN ? NONLINEARITY_SIN : NONLINEARITY_TANH;
  net->variant = variant;
  net->kernels = kernels_find(variant, options->precision);
  const ntkw_status status = fill(net);
  if (status == NTKW_SUCCESS)
    *out = net;
  else
    network_destroy(&net);
  return status;
}

ntkw_status network_create(const network_options *options, network **out) {
  const network_ops *ops = NULL;
  *out = NULL;
  NTKW_TRY(find_kind(options, &ops));
  return network_create_of(ops, options, out);
}

void network_destroy(network **net) {
  if (!*net) return;
  if ((*net)->ops->destroy) (*net)->ops->destroy(*net);
  for (int l = 0; l < (*net)->n_layers; l++) {
    free((*net)->layers[l].weights);
    free((*net)->layers[l].transposed);
    free((*net)->layers[l].biases);
  }
  free((*net)->fourier.weights);
  free((*net)->fourier.biases);
  free(*net);
  *net = NULL;
}

const tensor_list *network_tensors(const network *net) {
  return &net->tensors;
}

int64_t network_parameter_count(const network *net) {
  return net->tensors.count;
}

void network_set_parameters(network *net, const void *parameters) {
  for (int l = 0; l < net->n_layers; l++) layer_pack(net, &net->layers[l], parameters);
  if (net->ops->set_parameters) net->ops->set_parameters(net, parameters);
}

bool network_shows_jacobian(const network *net) {
  return net->ops->shows_jacobian;
}

void network_initial_parameters(const network *net, uint64_t seed, int64_t offset, int64_t count, void *parameters) {
  tensors_draw(&net->tensors, seed, offset, count, net->options.precision, parameters);
}

const char *network_kernels(void) {
  static const char *const compiled[KERNEL_VARIANTS] = {"portable", "avx2", "avx512"};
  static const char *const generated[KERNEL_VARIANTS] = {"portable", "avx2 with LIBXSMM", "avx512 with LIBXSMM"};
  kernel_variant variant;
  if (kernels_choose(&variant) != NTKW_SUCCESS) return "none";
  return matrix_generates(variant) ? generated[variant] : compiled[variant];
}
