#include "pinn/network/layers.h"
#include "pinn/network/features.h"

#include <stdlib.h>
#include <string.h>

void *matrix_allocate(const network *net, int64_t rows, int64_t columns) {
  const size_t bytes = (size_t)rows * (size_t)columns * net->kernels->size;
  const size_t rounded = (bytes / MEMORY_ALIGNMENT + 1) * MEMORY_ALIGNMENT;
  void *memory = aligned_alloc(MEMORY_ALIGNMENT, rounded);
  if (memory) memset(memory, 0, rounded);
  return memory;
}

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(word) JOIN(word, SUFFIX)

#define REAL float
#define SUFFIX _f32
#include "layers.inc"
#undef REAL
#undef SUFFIX
#define REAL double
#define SUFFIX _f64
#include "layers.inc"

static bool is_double(const network *net) {
  return net->options.precision == NTKW_FLOAT64;
}

void layer_pack(const network *net, const dense_layer *layer, const void *parameters) {
  if (is_double(net))
    pack_f64(layer, (const double *)parameters + layer->offset);
  else
    pack_f32(layer, (const float *)parameters + layer->offset);
}

void layer_unpack(const network *net, int index, const void *weights, const void *biases, void *parameters) {
  const dense_layer *layer = &net->layers[index];
  if (is_double(net))
    unpack_f64(layer, weights, biases, (double *)parameters + layer->offset);
  else
    unpack_f32(layer, weights, biases, (float *)parameters + layer->offset);
}

void layer_add(const network *net, int index, const void *weights, const void *biases, void *const sums[], int n) {
  (is_double(net) ? add_f64 : add_f32)(&net->layers[index], weights, biases, sums, n);
}

void others_unpack(const network *net, const void *d, void *parameters) {
  (is_double(net) ? unpack_others_f64 : unpack_others_f32)(net, d, parameters);
}

void others_add(const network *net, const void *d, void *const sums[], int n) {
  (is_double(net) ? add_others_f64 : add_others_f32)(net, d, sums, n);
}

void others_accumulate(const network *net, double scale, const void *columns, void *d) {
  (is_double(net) ? accumulate_others_f64 : accumulate_others_f32)(net->n_others, scale, columns, d);
}

double others_squared_norm(const network *net, const void *columns) {
  return (is_double(net) ? squared_norm_of_others_f64 : squared_norm_of_others_f32)(net->n_others, columns);
}

void rows_add(const network *net, int64_t n, const void *x, void *y) {
  if (is_double(net))
    add_terms_f64(n, x, y);
  else
    add_terms_f32(n, x, y);
}

void inputs_write(const network *net, const jet_panel *panel, const double *points, double *scratch, void *h) {
  if (features_are_periodic(&net->options)) {
    (is_double(net) ? write_periodic_f64 : write_periodic_f32)(&net->options, panel, points, scratch, h);
    return;
  }
  (is_double(net) ? write_inputs_f64 : write_inputs_f32)(&net->options, panel, points, h);
}

void outputs_read(const network *net, const jet_panel *panel, const void *z, double *outputs) {
  (is_double(net) ? read_outputs_f64 : read_outputs_f32)(net->options.n_outputs, panel, z, outputs);
}

void output_adjoints_write(const network *net, const jet_panel *panel, const double *output_adjoints, void *adjoint) {
  (is_double(net) ? write_output_adjoints_f64 : write_output_adjoints_f32)(net->options.n_outputs, panel,
                                                                           output_adjoints, adjoint);
}
