/* Features of the inputs: both ends of a period have the same bits in all derivatives. Random frequencies depend on the
 * seed and have the requested deviations. Problem files set the features, and signatures of problems contain them. */
#include "jet_oracle.h"
#include "pinn/network/features.h"
#include "pinn/state/problem_signature.h"
#include "problem_fixture.h"

enum { N = 2, TOTAL = 2 * 14 };

/* Compute the outputs of a network at N points. */
static void outputs_at(const network_options *options, const double *points, double *outputs) {
  const stream_set streams = oracle_streams(7);
  network *net = NULL;
  workspace *work = NULL;
  double parameters[1024];
  CHECK_OK(network_create(options, &net));
  CHECK_OK(workspace_create(net, &work));
  CHECK(network_parameter_count(net) <= 1024);
  oracle_set_parameters(net, options->precision, 3, parameters);
  workspace_forward(work, &streams, N, points, NULL, outputs);
  workspace_destroy(&work);
  network_destroy(&net);
}

static network_options periodic_network(ntkw_dtype precision, int n_fourier) {
  static const int hidden[1] = {11};
  network_options options = oracle_network(0, 3, 1, hidden, ACTIVATION_TANH, precision);
  options.features = (feature_options){.harmonics = {0, 3},
                                       .start = {0, -0.75},
                                       .period = {0, 2},
                                       .n_fourier = n_fourier,
                                       .deviation = {1, 2, 3},
                                       .seed = 5};
  return options;
}

static void both_ends_have_the_same_bits(void) {
  const double points[N * 3] = {0.3, -0.75, 0.2, 0.3, 1.25, 0.2};
  for (int precision = 0; precision < 2; precision++)
    for (int n_fourier = 0; n_fourier <= 24; n_fourier += 24) {
      const network_options options = periodic_network(precision ? NTKW_FLOAT64 : NTKW_FLOAT32, n_fourier);
      double outputs[TOTAL * N];
      outputs_at(&options, points, outputs);
      for (int i = 0; i < TOTAL; i++) CHECK_EQUAL_DOUBLE(outputs[i * N], outputs[i * N + 1]);
      CHECK(outputs[0] != 0.0);
    }
}

static void seeds_choose_frequencies(void) {
  const double points[N * 3] = {0.3, 0.75, 0.2, 0.1, 0.25, 0.2};
  double outputs[3][TOTAL * N];
  for (int i = 0; i < 3; i++) {
    network_options options = periodic_network(NTKW_FLOAT64, 16);
    options.features.seed = i < 2 ? 5 : 6;
    outputs_at(&options, points, outputs[i]);
  }
  CHECK(memcmp(outputs[0], outputs[1], sizeof outputs[0]) == 0);
  CHECK(memcmp(outputs[0], outputs[2], sizeof outputs[0]) != 0);
}

/* For each basic feature, mean and deviation of 5000 frequencies are within five standard errors. The weights of
 * cosines and sines are equal. */
static void frequencies_have_their_deviation(void) {
  enum { HALF = 5000, BASIC = 8 };
  const network_options options = periodic_network(NTKW_FLOAT64, 2 * HALF);
  const double deviation[BASIC] = {1, 2, 2, 2, 2, 2, 2, 3};
  double *layer = malloc((BASIC + 1) * 2 * HALF * sizeof *layer);
  CHECK_EQUAL_INT(features_basic_count(&options), BASIC);
  CHECK_EQUAL_INT(network_feature_count(&options), 2 * HALF);
  features_fourier_layer(&options, layer);
  for (int f = 0; f < BASIC; f++) {
    const double *row = layer + f * 2 * HALF;
    double sum = 0, squares = 0;
    for (int j = 0; j < HALF; j++) {
      sum += row[j];
      squares += row[j] * row[j];
      CHECK(row[j] == row[HALF + j]);
    }
    CHECK_NEAR(sum / HALF, 0, 5 * deviation[f] / sqrt(HALF));
    CHECK_NEAR(sqrt(squares / HALF) / deviation[f], 1, 5 / sqrt(2.0 * HALF));
  }
  CHECK_NEAR(layer[BASIC * 2 * HALF], M_PI / 2, 1e-15);
  CHECK_EQUAL_DOUBLE(layer[BASIC * 2 * HALF + HALF], 0);
  free(layer);
}

static problem *problem_with(const char *network_line) {
  problem *made = NULL;
  CHECK_OK(problem_from_lua("features.lua", text_with(NETWORK_LINE, network_line), &made));
  if (!made) exit(1);
  return made;
}

static void problem_files_set_them(void) {
  problem *p = problem_with("network = { hidden = {8}, periodic = { x = 2 },"
                            "fourier = { features = 32, scale = { t = 5 } } }, seed = 9,");
  const feature_options *features = &p->network.features;
  CHECK_EQUAL_INT(features->harmonics[0], 0);
  CHECK_EQUAL_INT(features->harmonics[1], 2);
  CHECK_EQUAL_DOUBLE(features->start[1], -1);
  CHECK_EQUAL_DOUBLE(features->period[1], 2);
  CHECK_EQUAL_INT(features->n_fourier, 32);
  CHECK_EQUAL_DOUBLE(features->deviation[0], 5);
  CHECK_EQUAL_DOUBLE(features->deviation[1], 1);
  CHECK_EQUAL_INT(features->seed, 9);
  problem_set_seed(p, 4);
  CHECK(p->seed == 4 && features->seed == 4);
  problem_destroy(&p);
  p = problem_with("network = { hidden = {8}, fourier = { features = 2, scale = 3 } },");
  CHECK(p->network.features.deviation[0] == 3 && p->network.features.deviation[1] == 3);
  CHECK_EQUAL_INT(p->network.features.seed, 1);
  CHECK_EQUAL_INT(features_basic_count(&p->network), 2);
  problem_destroy(&p);
}

/* Other features give another signature. Another seed does not: a checkpoint stores it as a setting. */
static void identities_differ(void) {
  static const char *const lines[] = {"network = { hidden = {8} },",
                                      "network = { hidden = {8}, periodic = { x = 1 } },",
                                      "network = { hidden = {8}, periodic = { x = 2 } },",
                                      "network = { hidden = {8}, fourier = { features = 8 } },",
                                      "network = { hidden = {8}, fourier = { features = 8, scale = 2 } },",
                                      "network = { hidden = {8}, fourier = { features = 8 }, periodic = { x = 1 } },"};
  char *texts[6], *again;
  for (int i = 0; i < 6; i++) {
    problem *p = problem_with(lines[i]);
    CHECK_OK(problem_signature(p, &texts[i]));
    problem_set_seed(p, 77);
    CHECK_OK(problem_signature(p, &again));
    CHECK(strcmp(texts[i], again) == 0);
    free(again);
    for (int k = 0; k < i; k++) CHECK_STATUS(problem_signature_compare("old.h5", texts[k], texts[i]), NTKW_ERR_PROBLEM);
    problem_destroy(&p);
  }
  for (int i = 0; i < 6; i++) free(texts[i]);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(both_ends_have_the_same_bits), TEST(seeds_choose_frequencies),
                                    TEST(frequencies_have_their_deviation), TEST(problem_files_set_them),
                                    TEST(identities_differ)};
  return run_suite("features", cases, sizeof cases / sizeof *cases, argc, argv);
}
