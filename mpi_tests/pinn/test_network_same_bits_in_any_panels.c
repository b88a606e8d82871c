/* The outputs, diagonal and gradient of a chunk have the same bits for any lengths of its panels. */
#include "harness.h"
#include "jet_oracle.h"
#include "chunk_run.h"

#include <stdlib.h>

enum { POINTS = 31 };

static void compare(const network_options *options, int stream_case, int n) {
  const size_t size = chunk_run(options, stream_case, n, 0, NULL);
  char *whole = malloc(size), *parts = malloc(size);
  chunk_run(options, stream_case, n, 0, whole);
  const int panels[] = {1, 2 + world_rank(), 7, 9};
  for (size_t i = 0; i < sizeof panels / sizeof *panels; i++) {
    chunk_run(options, stream_case, n, panels[i], parts);
    CHECK(memcmp(whole, parts, size) == 0);
  }
  CHECK(same_on_all_ranks(whole, size));
  free(whole);
  free(parts);
}

static void all_networks(ntkw_dtype precision) {
  static const int hidden[2] = {50, 20};
  for (int i = 0; i < ORACLE_CASES * oracle_kinds(); i++) {
    const int c = i % ORACLE_CASES;
    network_options options =
        oracle_network(i / ORACLE_CASES, 3, 2, hidden, c % 2 ? ACTIVATION_SIN : ACTIVATION_TANH, precision);
    compare(&options, c, POINTS);
    oracle_add_features(&options, true, c > 1);
    compare(&options, c, POINTS);
  }
}

static void float32(void) {
  all_networks(NTKW_FLOAT32);
}
static void float64(void) {
  all_networks(NTKW_FLOAT64);
}

/* The gradient of a chunk without points is zero, also after a chunk with points. */
static void an_empty_chunk_is_zero(void) {
  static const int hidden[1] = {9};
  const network_options options = oracle_network(0, 3, 1, hidden, ACTIVATION_TANH, NTKW_FLOAT64);
  network *net;
  workspace *work;
  CHECK_OK(network_create(&options, &net));
  CHECK_OK(workspace_create(net, &work));
  const int64_t count = network_parameter_count(net);
  double parameters[64], gradient[64], outputs[2], points[3] = {0.5, 0.25, 0.125}, seeds[2] = {1, 2};
  CHECK_EQUAL_INT(count, (3 + 1) * 9 + (9 + 1) * 2);
  oracle_set_parameters(net, NTKW_FLOAT64, 1, parameters);
  const stream_set streams = oracle_streams(0);
  workspace_chunk_begin(work);
  workspace_forward(work, &streams, 1, points, NULL, outputs);
  workspace_backward(work, seeds, NULL, NULL);
  workspace_chunk_end(work, gradient);
  CHECK_EQUAL_DOUBLE(gradient[count - 1], 2);
  workspace_chunk_begin(work);
  workspace_forward(work, &streams, 0, NULL, NULL, outputs);
  workspace_backward(work, seeds, NULL, NULL);
  workspace_chunk_end(work, gradient);
  for (int64_t i = 0; i < count; i++) CHECK_EQUAL_DOUBLE(gradient[i], 0);
  workspace_destroy(&work);
  network_destroy(&net);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(float32), TEST(float64), TEST(an_empty_chunk_is_zero)};
  return run_suite("panels", cases, sizeof cases / sizeof *cases, argc, argv);
}
