/* Invalid options of networks: the message names the option, and nothing is created. */
#include "harness.h"
#include "jet_oracle.h"

#include <math.h>
#include <stdlib.h>

static network_options good(void) {
  static const int hidden[2] = {8, 8};
  return oracle_network(0, 2, 2, hidden, ACTIVATION_TANH, NTKW_FLOAT64);
}

static void refused(network_options options, const char *part) {
  network *net = NULL;
  CHECK_STATUS(network_create(&options, &net), NTKW_ERR_ARGUMENT);
  CHECK(net == NULL);
  CHECK_TEXT_HAS(ntkw_last_error(), part);
}

#define REFUSED(change, part)         \
  do {                                \
    network_options options = good(); \
    options.change;                   \
    refused(options, part);           \
  } while (0)

static void options_out_of_range(void) {
  REFUSED(n_inputs = 0, "0 inputs, expected 1 to 6");
  REFUSED(n_inputs = 7, "7 inputs");
  REFUSED(n_outputs = 0, "0 outputs, expected 1 to 8");
  REFUSED(n_outputs = 9, "9 outputs");
  REFUSED(n_hidden = -1, "-1 hidden layers, expected 0 to 16");
  REFUSED(n_hidden = 17, "17 hidden layers");
  REFUSED(hidden[1] = 0, "hidden layer 2 has width 0");
  REFUSED(hidden[0] = 65537, "hidden layer 1 has width 65537, expected 1 to 65536");
  REFUSED(activation = (activation)2, "activation is number 2");
  REFUSED(init = (initialisation)3, "initialisation is number 3");
  REFUSED(precision = (ntkw_dtype)4, "precision is number 4");
  REFUSED(input_scale[1] = 0, "scale of input 1 is 0");
  REFUSED(input_scale[0] = NAN, "scale of input 0 is");
  REFUSED(input_shift[1] = INFINITY, "shift of input 1 is inf");
}

static void features_out_of_range(void) {
  REFUSED(features.harmonics[1] = -1, "input 1 has -1 harmonics, expected 0 to 32");
  REFUSED(features.harmonics[0] = 33, "input 0 has 33 harmonics");
  REFUSED(features.harmonics[0] = 1, "the period of input 0 is 0, expected a number above 0");
  REFUSED(features = ((feature_options){.harmonics = {1}, .period = {1}, .start = {NAN}}), "the start of the period");
  REFUSED(features.n_fourier = 3, "3 random Fourier features, expected an even number");
  REFUSED(features.n_fourier = -2, "-2 random Fourier features");
  REFUSED(features = ((feature_options){.n_fourier = 2, .deviation = {1, INFINITY}}), "features of input 1 is inf");
}

static int kind_named(const char *name) {
  int n, kind = 0;
  const char *const *names = network_names(&n);
  while (kind < n && strcmp(names[kind], name) != 0) kind++;
  CHECK(kind < n);
  return kind;
}

static void kinds_refuse_what_they_cannot_have(void) {
  int n;
  network_names(&n);
  REFUSED(kind = -1, "the kind of the network is number -1, expected 0 to");
  REFUSED(kind = n, "the kind of the network is number");
  network_options options = good();
  CHECK(strcmp(network_name(&options), "perceptron") == 0);
  options.kind = kind_named("residual");
  options.hidden[1] = 9;
  refused(options, "hidden layer 2 of the residual network has width 9 and the first one 8; expected the same width");
  CHECK_STATUS(network_check_kind(&options), NTKW_ERR_ARGUMENT);
  options.hidden[1] = 8;
  CHECK_OK(network_check_kind(&options));
}

static void unknown_kernels(void) {
  setenv("NTKW_KERNELS", "avx3", 1);
  refused(good(), "NTKW_KERNELS is \"avx3\", expected portable, avx2 or avx512");
  CHECK_TEXT_HAS(network_kernels(), "none");
  setenv("NTKW_KERNELS", "portable", 1);
  CHECK(strcmp(network_kernels(), "portable") == 0);
  unsetenv("NTKW_KERNELS");
  CHECK(strcmp(network_kernels(), "none") != 0);
}

static void capacity(void) {
  const network_options options = good();
  network *net;
  workspace *work;
  CHECK_OK(network_create(&options, &net));
  CHECK_OK(workspace_create(net, &work));
  stream_set streams = {.n_first = 0};
  CHECK_EQUAL_INT(workspace_capacity(work, &streams), 128);
  streams.n_first = MAX_INPUTS;
  streams.n_second = MAX_PAIRS;
  CHECK_EQUAL_INT(workspace_capacity(work, &streams), 128 / (1 + MAX_INPUTS + MAX_PAIRS));
  streams.n_higher = MAX_HIGHER;
  CHECK_EQUAL_INT(workspace_capacity(work, &streams), 1);
  workspace_destroy(&work);
  network_destroy(&net);
  workspace_destroy(&work);
  network_destroy(&net);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(options_out_of_range), TEST(features_out_of_range),
                                    TEST(kinds_refuse_what_they_cannot_have), TEST(unknown_kernels), TEST(capacity)};
  return run_suite("options of networks", cases, sizeof cases / sizeof *cases, argc, argv);
}
