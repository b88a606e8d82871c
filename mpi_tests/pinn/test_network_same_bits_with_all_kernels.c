/* Outputs, diagonal and gradient of a chunk have the same bits for every value of NTKW_KERNELS. One rank alone tests
 * the kernels one after the other. Of several ranks each uses other kernels from its start. */
#include "harness.h"
#include "base/cpu.h"
#include "jet_oracle.h"
#include "chunk_run.h"
#include "pinn/arithmetic/kernels.h"

#include <stdlib.h>

enum { POINTS = 75 };

static bool use(int variant) {
  if (!kernels_find((kernel_variant)variant, NTKW_FLOAT32)) return false;
  setenv("NTKW_KERNELS", ntkw_i_kernels_name((kernel_variant)variant), 1);
  return true;
}

static void compare(const network_options *options, int stream_case) {
  const size_t size = chunk_run(options, stream_case, POINTS, 0, NULL);
  char *state = malloc(size), *first = malloc(size);
  chunk_run(options, stream_case, POINTS, 0, state);
  CHECK(same_on_all_ranks(state, size));
  memcpy(first, state, size);
  for (int v = 0; v < KERNEL_VARIANTS && world_size() == 1; v++) {
    if (!use(v)) continue;
    chunk_run(options, stream_case, POINTS, 0, state);
    CHECK(memcmp(state, first, size) == 0);
  }
  free(state);
  free(first);
}

static void all_networks(ntkw_dtype precision) {
  static const int hidden[3] = {100, 37, 144};
  for (int function = ACTIVATION_TANH; function <= ACTIVATION_SIN; function++)
    for (int i = 0; i < ORACLE_CASES * oracle_kinds(); i++) {
      const int c = i % ORACLE_CASES;
      if (i >= ORACLE_CASES && c % 2 != function) continue; /* other kinds: the activations alternate */
      network_options options = oracle_network(i / ORACLE_CASES, 3, 3, hidden, (activation)function, precision);
      if (c % 2) oracle_add_features(&options, true, true);
      compare(&options, c);
    }
}

static void float32(void) {
  all_networks(NTKW_FLOAT32);
}
static void float64(void) {
  all_networks(NTKW_FLOAT64);
}

/* NTKW_KERNELS is set before MPI_Init, as a user would set it. */
int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(float32), TEST(float64)};
  const char *rank = getenv("OMPI_COMM_WORLD_RANK");
  use(rank ? atoi(rank) % KERNEL_VARIANTS : KERNELS_PORTABLE);
  return run_suite("kernels", cases, sizeof cases / sizeof *cases, argc, argv);
}
