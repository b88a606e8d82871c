#include "jet_oracle.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"
#include "pinn/arithmetic/random.h"
#include "taylor.h"

enum { WIDEST = 512 };

static long double complex activate(activation function, long double complex z) {
  return function == ACTIVATION_SIN ? csinl(z) : ctanhl(z);
}

static bool is_residual(const network_options *options) {
  return strcmp(network_name(options), "residual") == 0;
}

/* Does the layer add its input to its result? */
static bool skips(const network_options *options, int layer) {
  return is_residual(options) && layer > 0 && layer < options->n_hidden;
}

static void evaluate(const network_options *options, const long double *w, const long double complex *x,
                     long double complex *y) {
  long double complex h[WIDEST], z[WIDEST];
  for (int i = 0; i < options->n_inputs; i++) h[i] = (x[i] - options->input_shift[i]) * options->input_scale[i];
  int in = options->n_inputs;
  for (int l = 0; l <= options->n_hidden; l++) {
    const int out = l < options->n_hidden ? options->hidden[l] : options->n_outputs;
    for (int o = 0; o < out; o++) {
      z[o] = w[in * out + o];
      for (int i = 0; i < in; i++) z[o] += h[i] * w[i * out + o];
    }
    for (int o = 0; o < out; o++) {
      if (l < options->n_hidden) z[o] = activate(options->activation, z[o]);
      h[o] = skips(options, l) ? h[o] + z[o] : z[o];
    }
    w += (in + 1) * out;
    in = out;
  }
  for (int o = 0; o < in; o++) y[o] = h[o];
}

/* The derivative by input i at x + shift e_k; the value if i < 0. */
static void first_derivative(const network_options *options, const long double *w, const double *x, int i, int k,
                             long double shift, long double *out) {
  const long double step = 1e-30L;
  long double complex at[MAX_INPUTS], y[MAX_OUTPUTS];
  for (int n = 0; n < options->n_inputs; n++) at[n] = x[n] + (n == k ? shift : 0) + (n == i ? step * I : 0);
  evaluate(options, w, at, y);
  for (int o = 0; o < options->n_outputs; o++) out[o] = i < 0 ? creall(y[o]) : cimagl(y[o]) / step;
}

static void second_derivative(const network_options *options, const long double *w, const double *x, int i, int k,
                              long double *out) {
  const long double step = 1e-3L, factor[3] = {45, -9, 1};
  for (int o = 0; o < options->n_outputs; o++) out[o] = 0;
  for (int n = 1; n <= 3; n++) {
    long double above[MAX_OUTPUTS], below[MAX_OUTPUTS];
    first_derivative(options, w, x, i, k, n * step, above);
    first_derivative(options, w, x, i, k, -n * step, below);
    for (int o = 0; o < options->n_outputs; o++) out[o] += factor[n - 1] * (above[o] - below[o]) / (60 * step);
  }
}

/* Compute the basic features, then the random Fourier features if there are any. @return the number of features. */
static int make_features(const network_options *options, const double *x, taylor *h) {
  const feature_options *features = &options->features;
  const long double pi = acosl(-1);
  static taylor basic[WIDEST];
  long double deviation[WIDEST];
  int n = 0;
  for (int i = 0; i < options->n_inputs; i++) {
    const int first = n;
    for (int k = 1; k <= features->harmonics[i]; k++, n += 2) {
      const long double frequency = 2 * pi * k / features->period[i];
      const taylor angle = taylor_input(i, frequency * (x[i] - (long double)features->start[i]), frequency);
      basic[n] = taylor_cos(&angle);
      basic[n + 1] = taylor_sin(&angle);
    }
    if (features->harmonics[i] == 0)
      basic[n++] = taylor_input(i, (x[i] - options->input_shift[i]) * options->input_scale[i], options->input_scale[i]);
    for (int f = first; f < n; f++) deviation[f] = features->deviation[i];
  }
  if (features->n_fourier == 0) memcpy(h, basic, sizeof *h * (size_t)n);
  const int half = features->n_fourier / 2;
  for (int j = 0; j < half; j++) {
    taylor angle = taylor_constant(0);
    for (int f = 0; f < n; f++)
      taylor_add(&angle, deviation[f] * random_normal(features->seed, RANDOM_FEATURES, 0, 0, (uint64_t)(f * half + j)),
                 &basic[f]);
    h[j] = taylor_cos(&angle);
    h[half + j] = taylor_sin(&angle);
  }
  return half > 0 ? 2 * half : n;
}

static long double derivative(const stream_set *streams, const stream_derivative *stream, const taylor *value) {
  int order[MAX_INPUTS] = {0};
  for (int i = 0; i < stream->order; i++) order[streams->first[stream->by[i]]]++;
  return taylor_derivative(value, order);
}

static long double laplacian(const stream_set *streams, const double *coefficients, const taylor *value) {
  long double sum = 0;
  for (int k = 0; k < streams->n_pairs; k++) {
    const stream_derivative pair = {2, {streams->pair[k].a, streams->pair[k].b}};
    sum += coefficients[k] * derivative(streams, &pair, value);
  }
  return sum;
}

/* oracle_outputs by Taylor polynomials, which contain all derivatives up to order four. */
static void taylor_outputs(const network_options *options, const long double *w, const stream_set *streams,
                           const double *x, const double *coefficients, long double *out) {
  static taylor h[WIDEST], z[WIDEST];
  const int n_streams = stream_count(streams);
  int in = make_features(options, x, h);
  for (int l = 0; l <= options->n_hidden; l++) {
    const int n = l < options->n_hidden ? options->hidden[l] : options->n_outputs;
    for (int o = 0; o < n; o++) {
      z[o] = taylor_constant(w[in * n + o]);
      for (int i = 0; i < in; i++) taylor_add(&z[o], w[i * n + o], &h[i]);
      if (l < options->n_hidden) z[o] = (options->activation == ACTIVATION_SIN ? taylor_sin : taylor_tanh)(&z[o]);
      if (skips(options, l)) taylor_add(&z[o], 1, &h[o]);
    }
    memcpy(h, z, sizeof *h * (size_t)n);
    w += (in + 1) * n;
    in = n;
  }
  for (int s = 0; s < n_streams; s++)
    for (int o = 0; o < options->n_outputs; o++) {
      const stream_derivative stream = stream_at(streams, s);
      const bool combined = streams->n_pairs > 0 && s == n_streams - 1;
      out[o * n_streams + s] = combined ? laplacian(streams, coefficients, &h[o]) : derivative(streams, &stream, &h[o]);
    }
}

void oracle_outputs(const network_options *options, const long double *parameters, const stream_set *streams,
                    const double *x, const double *coefficients, long double *out) {
  const int n_streams = stream_count(streams), n_outputs = options->n_outputs;
  long double y[MAX_OUTPUTS];
  if (streams->n_higher > 0 || network_feature_count(options) != options->n_inputs) {
    taylor_outputs(options, parameters, streams, x, coefficients, out);
    return;
  }
  for (int s = 0; s < n_streams; s++)
    for (int o = 0; o < n_outputs; o++) out[o * n_streams + s] = 0;
  for (int s = 0; s <= streams->n_first; s++) {
    first_derivative(options, parameters, x, s == 0 ? -1 : streams->first[s - 1], -1, 0, y);
    for (int o = 0; o < n_outputs; o++) out[o * n_streams + s] = y[o];
  }
  const bool combined = streams->n_pairs > 0;
  for (int k = 0; k < (combined ? streams->n_pairs : streams->n_second); k++) {
    const stream_pair pair = combined ? streams->pair[k] : streams->second[k];
    const int s = 1 + streams->n_first + (combined ? 0 : k);
    second_derivative(options, parameters, x, streams->first[pair.a], streams->first[pair.b], y);
    for (int o = 0; o < n_outputs; o++) out[o * n_streams + s] += combined ? coefficients[k] * y[o] : y[o];
  }
}

int oracle_kinds(void) {
  int n;
  network_names(&n);
  return n;
}

network_options oracle_network(int kind, int n_inputs, int n_hidden, const int *hidden, activation function,
                               ntkw_dtype precision) {
  network_options options = {.kind = kind,
                             .n_inputs = n_inputs,
                             .n_outputs = 2,
                             .n_hidden = n_hidden,
                             .activation = function,
                             .init = INIT_NTK,
                             .precision = precision};
  for (int l = 0; l < n_hidden; l++) options.hidden[l] = hidden[is_residual(&options) ? 0 : l];
  for (int i = 0; i < n_inputs; i++) {
    options.input_shift[i] = 0.25 * i - 0.125;
    options.input_scale[i] = 1.5 - 0.375 * i;
  }
  return options;
}

void oracle_add_features(network_options *options, bool periodic, bool fourier) {
  feature_options *features = &options->features;
  *features = (feature_options){.n_fourier = fourier ? 22 : 0, .seed = 6};
  for (int i = 0; i < options->n_inputs; i++) {
    features->harmonics[i] = periodic ? (i + 2) % 3 : 0;
    features->start[i] = -1.25 + 0.5 * i;
    features->period[i] = 3.5 - i;
    features->deviation[i] = 0.5 + 0.25 * i;
  }
}

stream_set oracle_streams(int index) {
  static const stream_set sets[ORACLE_CASES] = {
      {.n_first = 0},
      {.n_first = 2, .first = {2, 0}},
      {.n_first = 3, .first = {0, 1, 2}, .n_second = 4, .second = {{0, 0}, {0, 2}, {1, 2}, {2, 2}}},
      {.n_first = 1, .first = {1}, .n_second = 1, .second = {{0, 0}}},
      {.n_first = 2, .first = {0, 2}, .n_pairs = 3, .pair = {{0, 0}, {0, 1}, {1, 1}}},
      {.n_first = 1,
       .first = {1},
       .n_second = 1,
       .second = {{0, 0}},
       .n_higher = 2,
       .higher = {{3, {0, 0, 0}}, {4, {0, 0, 0, 0}}}},
      {.n_first = 2,
       .first = {2, 0},
       .n_second = 3,
       .second = {{0, 0}, {0, 1}, {1, 1}},
       .n_higher = 3,
       .higher = {{3, {0, 0, 1}}, {3, {0, 1, 1}}, {4, {0, 0, 1, 1}}}},
      {.n_first = 3,
       .first = {0, 1, 2},
       .n_second = 5,
       .second = {{0, 0}, {0, 1}, {0, 2}, {1, 2}, {2, 2}},
       .n_higher = 5,
       .higher = {{3, {0, 0, 0}}, {3, {0, 1, 2}}, {3, {0, 2, 2}}, {3, {1, 2, 2}}, {4, {0, 1, 2, 2}}}},
  };
  return sets[index];
}

void oracle_points(uint64_t *state, int n, double *numbers) {
  for (int i = 0; i < n; i++) numbers[i] = 2 * random_uniform(state) - 1;
}

void oracle_set_parameters(network *net, ntkw_dtype precision, uint64_t seed, double *parameters) {
  const int64_t count = network_parameter_count(net);
  float *narrow = malloc((size_t)count * sizeof *narrow);
  network_initial_parameters(net, seed, 0, count, precision == NTKW_FLOAT64 ? (void *)parameters : narrow);
  network_set_parameters(net, precision == NTKW_FLOAT64 ? (void *)parameters : narrow);
  for (int64_t i = 0; i < count && precision == NTKW_FLOAT32; i++) parameters[i] = narrow[i];
  free(narrow);
}
