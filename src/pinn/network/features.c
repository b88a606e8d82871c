#include "pinn/network/features.h"
#include "pinn/arithmetic/random.h"
#include "pinn/arithmetic/reproducible.h"
#include "base/check.h"

#include <math.h>
#include <string.h>

static const double TWO_PI = 6.283185307179586, HALF_PI = 1.5707963267948966;

static int basic_of_input(const network_options *options, int input) {
  const int harmonics = options->features.harmonics[input];
  return harmonics > 0 ? 2 * harmonics : 1;
}

int features_basic_count(const network_options *options) {
  int n = 0;
  for (int i = 0; i < options->n_inputs; i++) n += basic_of_input(options, i);
  return n;
}

int network_feature_count(const network_options *options) {
  return options->features.n_fourier > 0 ? options->features.n_fourier : features_basic_count(options);
}

bool features_are_periodic(const network_options *options) {
  for (int i = 0; i < options->n_inputs; i++)
    if (options->features.harmonics[i] > 0) return true;
  return false;
}

static ntkw_status check_periodic(const feature_options *features, int i) {
  NTKW_CHECK(features->harmonics[i] >= 0 && features->harmonics[i] <= MAX_HARMONICS, NTKW_ERR_ARGUMENT,
             "input %d has %d harmonics, expected 0 to %d", i, features->harmonics[i], MAX_HARMONICS);
  if (features->harmonics[i] == 0) return NTKW_SUCCESS;
  NTKW_CHECK(isfinite(features->start[i]), NTKW_ERR_ARGUMENT, "the start of the period of input %d is %g", i,
             features->start[i]);
  NTKW_CHECK(isfinite(features->period[i]) && features->period[i] > 0, NTKW_ERR_ARGUMENT,
             "the period of input %d is %g, expected a number above 0", i, features->period[i]);
  return NTKW_SUCCESS;
}

ntkw_status features_check(const network_options *options) {
  const feature_options *features = &options->features;
  NTKW_CHECK(features->n_fourier >= 0 && features->n_fourier <= MAX_FEATURES && features->n_fourier % 2 == 0,
             NTKW_ERR_ARGUMENT, "a network of %d random Fourier features, expected an even number from 0 to %d",
             features->n_fourier, MAX_FEATURES);
  for (int i = 0; i < options->n_inputs; i++) {
    NTKW_TRY(check_periodic(features, i));
    NTKW_CHECK(features->n_fourier == 0 || (isfinite(features->deviation[i]) && features->deviation[i] > 0),
               NTKW_ERR_ARGUMENT, "the deviation of the Fourier features of input %d is %g, expected a number above 0",
               i, features->deviation[i]);
  }
  return NTKW_SUCCESS;
}

/* Derivatives of a feature by its input, of orders 0 to MAX_ORDER. */
typedef struct feature_jet {
  double by_order[MAX_ORDER + 1];
} feature_jet;

static void harmonic_jets(double cosine, double sine, double frequency, feature_jet jets[2]) {
  const double turn[MAX_ORDER + 1] = {cosine, -sine, -cosine, sine, cosine};
  const double turn_sine[MAX_ORDER + 1] = {sine, cosine, -sine, -cosine, sine};
  double factor = 1;
  for (int order = 0; order <= MAX_ORDER; order++, factor *= frequency) {
    jets[0].by_order[order] = factor * turn[order];
    jets[1].by_order[order] = factor * turn_sine[order];
  }
}

/* Cosines and sines of multiples of the angle, by recurrence. The angle is reduced first, so that both ends of the
 * period give the same bits. */
static void periodic_jets(const feature_options *features, int input, double x, feature_jet *jets) {
  const double turns = (x - features->start[input]) / features->period[input];
  const double angle = TWO_PI * (turns - floor(turns + 0.5)), frequency = TWO_PI / features->period[input];
  const double cosine = reproducible_cos(angle), sine = reproducible_sin(angle);
  double c = cosine, s = sine;
  for (int k = 1; k <= features->harmonics[input]; k++) {
    harmonic_jets(c, s, k * frequency, jets + 2 * (k - 1));
    const double next = c * cosine - s * sine;
    s = s * cosine + c * sine;
    c = next;
  }
}

static void input_jets(const network_options *options, int input, double x, feature_jet *jets) {
  if (options->features.harmonics[input] > 0) {
    periodic_jets(&options->features, input, x, jets);
    return;
  }
  const double scale = options->input_scale[input];
  jets[0] = (feature_jet){{(x - options->input_shift[input]) * scale, scale}};
}

/* Order of stream s in the input; -1 if the stream also has a derivative by another input. */
static int order_in(const stream_set *streams, int s, int input) {
  const stream_derivative at = stream_at(streams, s);
  for (int i = 0; i < at.order; i++)
    if (streams->first[at.by[i]] != input) return -1;
  return at.order;
}

/* Coefficient of the second derivative by the input in the forward Laplacian. */
static double own_coefficient(const stream_set *streams, int input, const double *coefficients, ptrdiff_t stride) {
  double sum = 0;
  for (int k = 0; k < streams->n_pairs; k++)
    if (streams->pair[k].a == streams->pair[k].b && streams->first[streams->pair[k].a] == input)
      sum += coefficients[k * stride];
  return sum;
}

void features_basic(const network_options *options, const stream_set *streams, const double *x,
                    const double *coefficients, ptrdiff_t stride, double *rows) {
  const int n_basic = features_basic_count(options), n_streams = stream_count(streams);
  const int laplacian = streams->n_pairs > 0 ? 1 + streams->n_first : -1;
  feature_jet jets[2 * MAX_HARMONICS];
  for (int i = 0, first = 0; i < options->n_inputs; i++) {
    const int n = basic_of_input(options, i);
    input_jets(options, i, x[i], jets);
    for (int s = 0; s < n_streams; s++) {
      const int order = s == laplacian ? 2 : order_in(streams, s, i);
      const double factor = s == laplacian ? own_coefficient(streams, i, coefficients, stride) : 1.0;
      double *row = rows + (ptrdiff_t)s * n_basic + first;
      for (int f = 0; f < n; f++) row[f] = order < 0 ? 0.0 : factor * jets[f].by_order[order];
    }
    first += n;
  }
}

void features_fourier_layer(const network_options *options, double *weights_and_biases) {
  const feature_options *features = &options->features;
  const int width = features->n_fourier, half = width / 2;
  double *row = weights_and_biases;
  uint64_t index = 0;
  for (int i = 0; i < options->n_inputs; i++)
    for (int f = 0; f < basic_of_input(options, i); f++, row += width)
      for (int j = 0; j < half; j++, index++)
        row[j] = row[half + j] = features->deviation[i] * random_normal(features->seed, RANDOM_FEATURES, 0, 0, index);
  for (int j = 0; j < width; j++) row[j] = j < half ? HALF_PI : 0.0;
}
