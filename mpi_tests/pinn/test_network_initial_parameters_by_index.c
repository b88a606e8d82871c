/* Initial parameters depend only on the seed and their index, and have the standard deviations of their scheme. */
#include "harness.h"
#include "jet_oracle.h"

#include <math.h>
#include <stdlib.h>

static network *make(initialisation init, ntkw_dtype precision) {
  static const int hidden[2] = {120, 40};
  network_options options = oracle_network(0, 3, 2, hidden, ACTIVATION_TANH, precision);
  network *net;
  options.init = init;
  CHECK_OK(network_create(&options, &net));
  CHECK_EQUAL_INT(network_parameter_count(net), 4 * 120 + 121 * 40 + 41 * 2);
  return net;
}

static void slices_agree(void) {
  for (int precision = NTKW_FLOAT32; precision <= NTKW_FLOAT64; precision++) {
    network *net = make(INIT_NTK, (ntkw_dtype)precision);
    const int64_t count = network_parameter_count(net);
    const size_t size = precision == NTKW_FLOAT64 ? sizeof(double) : sizeof(float);
    char *whole = malloc((size_t)count * size), *parts = malloc((size_t)count * size);
    network_initial_parameters(net, 5, 0, count, whole);
    for (int64_t at = 0, length = 0; at < count; at += length, length = length * 3 + 1) {
      if (length > count - at) length = count - at;
      network_initial_parameters(net, 5, at, length, parts + (size_t)at * size);
    }
    CHECK(memcmp(whole, parts, (size_t)count * size) == 0);
    network_initial_parameters(net, 6, 0, count, parts);
    CHECK(memcmp(whole, parts, size) != 0);
    free(whole);
    free(parts);
    network_destroy(&net);
  }
}

/* Check that the mean is 0 and the deviation is `deviation`, each within five standard errors. */
static void check_normal(const double *values, int n, double deviation) {
  double sum = 0, squares = 0;
  for (int i = 0; i < n; i++) sum += values[i], squares += values[i] * values[i];
  CHECK_NEAR(sum / n, 0, 5 * deviation / sqrt(n));
  CHECK_NEAR(sqrt(squares / n) / deviation, 1, 5 / sqrt(2.0 * n));
}

static void deviations(void) {
  double *values = malloc(sizeof(double) * 10000);
  network *net = make(INIT_XAVIER, NTKW_FLOAT64);
  network_initial_parameters(net, 1, 0, network_parameter_count(net), values);
  check_normal(values, 3 * 120, sqrt(2.0 / 123));
  check_normal(values + 4 * 120, 120 * 40, sqrt(2.0 / 160));
  for (int i = 0; i < 120; i++) CHECK_EQUAL_DOUBLE(values[3 * 120 + i], 0);
  CHECK_EQUAL_DOUBLE(values[network_parameter_count(net) - 1], 0);
  network_destroy(&net);
  net = make(INIT_NTK, NTKW_FLOAT64);
  network_initial_parameters(net, 1, 0, network_parameter_count(net), values);
  check_normal(values, 3 * 120, sqrt(1.0 / 3));
  check_normal(values + 3 * 120, 120, 1);
  check_normal(values + 4 * 120, 120 * 40, sqrt(1.0 / 120));
  network_destroy(&net);
  free(values);
}

static void float32_is_float64_rounded(void) {
  double wide[400];
  float narrow[400];
  network *a = make(INIT_XAVIER, NTKW_FLOAT64), *b = make(INIT_XAVIER, NTKW_FLOAT32);
  network_initial_parameters(a, 3, 300, 400, wide);
  network_initial_parameters(b, 3, 300, 400, narrow);
  for (int i = 0; i < 400; i++) CHECK_EQUAL_DOUBLE((double)narrow[i], (double)(float)wide[i]);
  network_destroy(&a);
  network_destroy(&b);
}

/* Check names, shapes and offsets of the tensors of a network 3-120-40-2. */
static void tensors_follow_each_other(void) {
  static const struct {
    const char *name;
    int n_dimensions;
    int64_t rows, columns;
  } expected[] = {{"layer0.weights", 2, 3, 120}, {"layer0.biases", 1, 120, 1}, {"layer1.weights", 2, 120, 40},
                  {"layer1.biases", 1, 40, 1},   {"layer2.weights", 2, 40, 2}, {"layer2.biases", 1, 2, 1}};
  network *net = make(INIT_XAVIER, NTKW_FLOAT32);
  const tensor_list *list = network_tensors(net);
  int64_t offset = 0;
  CHECK_EQUAL_INT(list->n, 6);
  for (int i = 0; i < 6; i++) {
    const tensor *t = &list->tensors[i];
    CHECK(strcmp(t->name, expected[i].name) == 0);
    CHECK_EQUAL_INT(t->n_dimensions, expected[i].n_dimensions);
    CHECK_EQUAL_INT(t->shape[0], expected[i].rows);
    if (t->n_dimensions == 2) CHECK_EQUAL_INT(t->shape[1], expected[i].columns);
    CHECK_EQUAL_INT(t->offset, offset);
    CHECK_EQUAL_INT(t->count, expected[i].rows * expected[i].columns);
    offset += t->count;
  }
  CHECK_EQUAL_INT(list->count, offset);
  network_destroy(&net);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(slices_agree), TEST(deviations), TEST(float32_is_float64_rounded),
                                    TEST(tensors_follow_each_other)};
  return run_suite("initial parameters", cases, sizeof cases / sizeof *cases, argc, argv);
}
