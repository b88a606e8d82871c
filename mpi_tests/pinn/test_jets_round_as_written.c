/* The jets of every kernel have the bits of the formulas in kernels_jets.inc, which this test computes number by number
 * with one rounding for each operation, for sets of streams with code of their own and for others. Padding stays 0. */
#include "harness.h"
#include "pinn/arithmetic/kernels.h"

#include <math.h>

enum { POINTS = 2, MOST_STREAMS = 16, MOST_WIDTH = 48, MOST = POINTS * MOST_STREAMS * MOST_WIDTH };

static const stream_set sets[] = {
    {0},
    {.n_first = 1},
    {.n_first = 2},
    {.n_first = 3},
    {.n_first = 4},
    {.n_first = 1, .n_second = 1, .second = {{0, 0}}},
    {.n_first = 2, .n_second = 1, .second = {{1, 1}}},
    {.n_first = 2, .n_second = 1, .second = {{0, 1}}},
    {.n_first = 3, .n_second = 1, .second = {{1, 2}}},
    {.n_first = 2, .n_second = 3, .second = {{0, 0}, {0, 1}, {1, 1}}},
    {.n_first = 1, .n_pairs = 1, .pair = {{0, 0}}},
    {.n_first = 2, .n_pairs = 2, .pair = {{0, 0}, {1, 1}}},
    {.n_first = 2, .n_pairs = 3, .pair = {{0, 0}, {0, 1}, {1, 1}}},
    {.n_first = 2, .n_pairs = 3, .pair = {{1, 1}, {0, 1}, {0, 0}}},
    {.n_first = 3, .n_pairs = 4, .pair = {{0, 0}, {0, 2}, {1, 1}, {2, 2}}},
    {.n_first = 3, .n_pairs = 2, .pair = {{0, 1}, {1, 2}}},
    {.n_first = 4, .n_pairs = 5, .pair = {{0, 0}, {1, 1}, {1, 3}, {2, 2}, {3, 3}}},
};
enum { N_SETS = sizeof sets / sizeof *sets };

static ntkw_dtype precision; /* of all that follows */

static double rounded(double x) {
  return precision == NTKW_FLOAT32 ? (double)(float)x : x;
}
static double product(double x, double y) {
  return rounded(x * y);
}
static double sum(double x, double y) {
  return rounded(x + y);
}

static double get(const void *values, int i) {
  return precision == NTKW_FLOAT32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

static void set(void *values, int i, double value) {
  if (precision == NTKW_FLOAT32)
    ((float *)values)[i] = (float)value;
  else
    ((double *)values)[i] = value;
}

/* One feature of one point. */
typedef struct element {
  const stream_set *streams;
  double coefficients[MAX_PAIRS], value, slope, second, third;
  double z[MOST_STREAMS], h[MOST_STREAMS], adjoint[MOST_STREAMS];
} element;

static void differentiate(const kernels *k, nonlinearity function, double z, element *e) {
  double x[PADDING_F32] = {0}, y[2][PADDING_F32];
  set(x, 0, z);
  if (function == NONLINEARITY_SIN)
    k->sincos(feature_padding(precision), x, y[0], y[1]);
  else
    k->tanh(feature_padding(precision), x, y[0]);
  e->value = get(y[0], 0);
  e->slope = function == NONLINEARITY_SIN ? get(y[1], 0) : sum(1, -product(e->value, e->value));
  e->second = function == NONLINEARITY_SIN ? -e->value : product(product(-2, e->value), e->slope);
  e->third =
      function == NONLINEARITY_SIN ? -e->slope : product(e->slope, sum(product(6, product(e->value, e->value)), -2));
}

static const stream_pair *pairs_of(const stream_set *streams, int s, int *count) {
  *count = streams->n_pairs > 0 ? streams->n_pairs : 1;
  return streams->n_pairs > 0 ? streams->pair : &streams->second[s];
}

static double form(const element *e, int s) {
  int count;
  const stream_pair *pair = pairs_of(e->streams, s, &count);
  double q = 0;
  for (int k = 0; k < count; k++)
    q = sum(q, product(product(e->coefficients[k], e->z[1 + pair[k].a]), e->z[1 + pair[k].b]));
  return q;
}

static void forward(element *e) {
  const int n_first = e->streams->n_first, n_streams = stream_count(e->streams);
  e->h[0] = e->value;
  for (int s = 1; s < n_streams; s++) e->h[s] = product(e->slope, e->z[s]);
  for (int s = 1 + n_first; s < n_streams; s++) e->h[s] = sum(e->h[s], product(e->second, form(e, s - 1 - n_first)));
}

static void add_pulled(element *e, int to, double c, double pull, int from) {
  e->adjoint[1 + to] = sum(e->adjoint[1 + to], product(product(c, pull), e->z[1 + from]));
}

static void backward_second(element *e, int s) {
  int count;
  const int stream = 1 + e->streams->n_first + s;
  const stream_pair *pair = pairs_of(e->streams, s, &count);
  const double own = e->adjoint[stream], pull = product(e->second, own);
  const double by_value = sum(product(e->second, e->z[stream]), product(e->third, form(e, s)));
  e->adjoint[0] = sum(e->adjoint[0], product(by_value, own));
  e->adjoint[stream] = product(own, e->slope);
  for (int k = 0; k < count; k++) {
    const double c = e->coefficients[k];
    if (pair[k].a == pair[k].b) {
      add_pulled(e, pair[k].a, 2 * c, pull, pair[k].a);
      continue;
    }
    add_pulled(e, pair[k].a, c, pull, pair[k].b);
    add_pulled(e, pair[k].b, c, pull, pair[k].a);
  }
}

static void backward(element *e) {
  const int n_second = stream_count(e->streams) - 1 - e->streams->n_first;
  e->adjoint[0] = product(e->adjoint[0], e->slope);
  for (int s = 1; s <= e->streams->n_first; s++) {
    e->adjoint[0] = sum(e->adjoint[0], product(product(e->second, e->z[s]), e->adjoint[s]));
    e->adjoint[s] = product(e->adjoint[s], e->slope);
  }
  for (int s = 0; s < n_second; s++) backward_second(e, s);
}

static struct {
  double bias[MOST_WIDTH], coefficients[MAX_PAIRS * POINTS];
  double z[MOST], h[MOST], adjoint[MOST], before[MOST], adjoint_before[MOST];
} panel_data;

/* Random rows, 0 in their padding. */
static void fill(int n_rows, const jet_panel *panel, uint64_t *state, void *rows) {
  memset(rows, 0, sizeof(double) * (size_t)(n_rows * panel->width));
  for (int r = 0; r < n_rows; r++)
    for (int j = 0; j < panel->features; j++)
      set(rows, r * panel->width + j, ldexp(random_uniform(state) - 0.5, (int)(random_bits(state) % 4)));
}

static element element_at(const kernels *k, const jet_panel *panel, nonlinearity function, int point, int feature) {
  const int n_streams = stream_count(panel->streams), first = point * n_streams * panel->width + feature;
  element e = {.streams = panel->streams, .coefficients = {1}};
  for (int c = 0; c < panel->streams->n_pairs; c++)
    e.coefficients[c] = rounded(panel->coefficients[c * POINTS + point]);
  for (int s = 0; s < n_streams; s++) {
    e.z[s] = get(panel_data.before, first + s * panel->width);
    e.adjoint[s] = get(panel_data.adjoint_before, first + s * panel->width);
  }
  differentiate(k, function, sum(e.z[0], get(panel_data.bias, feature)), &e);
  forward(&e);
  backward(&e);
  return e;
}

static void compare_element(const kernels *k, const jet_panel *panel, nonlinearity function, int point, int feature) {
  const int n_streams = stream_count(panel->streams), first = point * n_streams * panel->width + feature;
  const element e = element_at(k, panel, function, point, feature);
  CHECK_EQUAL_DOUBLE(get(panel_data.z, first), e.slope);
  for (int s = 0; s < n_streams; s++) {
    CHECK_EQUAL_DOUBLE(get(panel_data.h, first + s * panel->width), e.h[s]);
    CHECK_EQUAL_DOUBLE(get(panel_data.adjoint, first + s * panel->width), e.adjoint[s]);
  }
}

static void check_padding(const jet_panel *panel, const void *rows) {
  for (int r = 0; r < POINTS * stream_count(panel->streams); r++)
    for (int j = panel->features; j < panel->width; j++) CHECK(get(rows, r * panel->width + j) == 0);
}

static void check_panel(const kernels *k, nonlinearity function, const stream_set *streams, int features) {
  const jet_panel panel = {.streams = streams,
                           .n_points = POINTS,
                           .width = padded_width(precision, features),
                           .features = features,
                           .coefficients = panel_data.coefficients};
  const int n_rows = POINTS * stream_count(streams);
  uint64_t state = (uint64_t)(features + 100 * n_rows);
  for (int i = 0; i < MAX_PAIRS * POINTS; i++) panel_data.coefficients[i] = 3 * random_uniform(&state) - 1.5;
  fill(1, &panel, &state, panel_data.bias);
  fill(n_rows, &panel, &state, panel_data.before);
  fill(n_rows, &panel, &state, panel_data.adjoint_before);
  memset(panel_data.h, 0, sizeof panel_data.h);
  memcpy(panel_data.z, panel_data.before, sizeof panel_data.z);
  memcpy(panel_data.adjoint, panel_data.adjoint_before, sizeof panel_data.adjoint);
  k->activate(&panel, function, panel_data.bias, panel_data.z, panel_data.h);
  k->activate_backward(&panel, function, panel_data.z, panel_data.h, panel_data.adjoint);
  for (int p = 0; p < POINTS; p++)
    for (int j = 0; j < features; j++) compare_element(k, &panel, function, p, j);
  check_padding(&panel, panel_data.h);
  check_padding(&panel, panel_data.adjoint);
}

static void check_kernels(nonlinearity function) {
  static const int features[] = {1, 8, 20, 33};
  for (int variant = 0; variant < KERNEL_VARIANTS; variant++)
    for (int d = NTKW_FLOAT32; d <= NTKW_FLOAT64; d++) {
      const kernels *k = kernels_find((kernel_variant)variant, (ntkw_dtype)d);
      precision = (ntkw_dtype)d;
      for (int s = 0; k && s < N_SETS; s++)
        for (size_t f = 0; f < sizeof features / sizeof *features; f++) check_panel(k, function, &sets[s], features[f]);
    }
}

static void of_tanh(void) {
  check_kernels(NONLINEARITY_TANH);
}

static void of_sin(void) {
  check_kernels(NONLINEARITY_SIN);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(of_tanh), TEST(of_sin)};
  return run_suite("jets", cases, sizeof cases / sizeof *cases, argc, argv);
}
