/* Shards of gradients that the ranks hold as tree nodes have the same bits as the sum along the serial tree. */
#include "harness.h"
#include "pinn/training/sharding.h"

#include <stdlib.h>

enum { N_PARAMETERS = 103, N_GROUPS = 3 };
static const int chunks_of_group[N_GROUPS] = {13, 1, 6}, chunks_before[N_GROUPS] = {0, 13, 14};

static double leaf_value(int group, int chunk, int parameter) {
  uint64_t state = (uint64_t)(group * 1000 + chunk) * 7919 + (uint64_t)parameter;
  return (random_uniform(&state) - 0.5) * (double)(1 << (chunk % 9));
}

static double serial_sum(int group, int parameter) {
  double layer[16];
  int n = chunks_of_group[group];
  for (int l = 0; l < n; l++) layer[l] = leaf_value(group, l, parameter);
  for (; n > 1; n = (n + 1) / 2)
    for (int k = 0; k < (n + 1) / 2; k++) layer[k] = 2 * k + 1 < n ? layer[2 * k] + layer[2 * k + 1] : layer[2 * k];
  return layer[0];
}

/* Rank r has the chunks n r / size .. n (r + 1) / size - 1 of each group. */
static group_layout lay(int *first, int *end) {
  const int size = world_size();
  for (int g = 0; g < N_GROUPS; g++)
    for (int r = 0; r < size; r++) {
      first[g * size + r] = chunks_of_group[g] * r / size;
      end[g * size + r] = chunks_of_group[g] * (r + 1) / size;
    }
  return (group_layout){N_GROUPS, first, end};
}

static partial_sums reduce_own(const group_layout *layout, int group, double *memory) {
  partial_sums run = {.n = 0};
  void *released[MAX_TREE_NODES];
  const int at = group * world_size() + world_rank();
  for (int l = layout->chunk_first[at]; l < layout->chunk_end[at]; l++, memory += N_PARAMETERS) {
    for (int i = 0; i < N_PARAMETERS; i++) memory[i] = leaf_value(group, l, i);
    partial_sums_append(&run, (tree_node){0, l, memory}, N_PARAMETERS, NTKW_FLOAT64, released);
  }
  return run;
}

static void shards_have_the_bits_of_the_tree(void) {
  const int size = world_size();
  int *bounds = calloc((size_t)(2 * N_GROUPS * size), sizeof *bounds);
  const group_layout layout = lay(bounds, bounds + N_GROUPS * size), *const layouts[] = {&layout};
  sharding *shards_of_all;
  CHECK_OK(
      sharding_create(MPI_COMM_WORLD, N_PARAMETERS, NTKW_FLOAT64, (const group_layout **)layouts, 1, &shards_of_all));
  double *memory = calloc(20 * N_PARAMETERS, sizeof *memory), shard[N_GROUPS][N_PARAMETERS];
  for (int repeat = 0; repeat < 3; repeat++) { /* the exchange can be repeated with the same buffers */
    partial_sums runs[N_GROUPS];
    for (int g = 0; g < N_GROUPS; g++) runs[g] = reduce_own(&layout, g, memory + chunks_before[g] * N_PARAMETERS);
    void *const out[] = {shard[0], shard[1], shard[2]};
    sharding_begin(shards_of_all, &layout);
    for (int g = N_GROUPS - 1; g >= 0; g--) { /* in any order of the groups, a few nodes at a time */
      sharding_send_ready(shards_of_all, g, &runs[g], runs[g].n / 2);
      sharding_send_ready(shards_of_all, g, &runs[g], runs[g].n);
    }
    CHECK_OK(sharding_end(shards_of_all, runs, out));
    for (int g = 0; g < N_GROUPS; g++)
      for (int64_t i = 0; i < sharding_count(shards_of_all); i++)
        CHECK_EQUAL_DOUBLE(shard[g][i], serial_sum(g, (int)(sharding_offset(shards_of_all) + i)));
  }
  sharding_destroy(&shards_of_all);
  free(memory);
  free(bounds);
}

/* Rank 0 sends only the first node of each group, then all ranks cancel. No rank hangs, and the next exchange is
 * correct. */
static void an_abandoned_exchange_ends(void) {
  const int size = world_size();
  int *bounds = calloc((size_t)(2 * N_GROUPS * size), sizeof *bounds);
  const group_layout layout = lay(bounds, bounds + N_GROUPS * size), *const layouts[] = {&layout};
  sharding *s;
  CHECK_OK(sharding_create(MPI_COMM_WORLD, N_PARAMETERS, NTKW_FLOAT64, (const group_layout **)layouts, 1, &s));
  double *memory = calloc(20 * N_PARAMETERS, sizeof *memory), shard[N_GROUPS][N_PARAMETERS];
  const double spare[N_PARAMETERS] = {0};
  partial_sums runs[N_GROUPS];
  for (int repeat = 0; repeat < 2; repeat++) {
    for (int g = 0; g < N_GROUPS; g++) runs[g] = reduce_own(&layout, g, memory + chunks_before[g] * N_PARAMETERS);
    sharding_begin(s, &layout);
    for (int g = 0; g < N_GROUPS; g++)
      sharding_send_ready(s, g, &runs[g], repeat == 0 && world_rank() == 0 && runs[g].n > 1 ? 1 : runs[g].n);
    if (repeat == 0) sharding_cancel(s, spare);
  }
  void *const out[] = {shard[0], shard[1], shard[2]};
  CHECK_OK(sharding_end(s, runs, out));
  for (int64_t i = 0; i < sharding_count(s); i++)
    CHECK_EQUAL_DOUBLE(shard[2][i], serial_sum(2, (int)(sharding_offset(s) + i)));
  sharding_destroy(&s);
  free(memory);
  free(bounds);
}

static void gather_restores_the_whole(void) {
  const group_layout empty = {0, NULL, NULL}, *const layouts[] = {&empty};
  static const int64_t counts[] = {1, 2, 7, 103};
  for (int k = 0; k < 4; k++) {
    sharding *s;
    float all[103], own[103];
    CHECK_OK(sharding_create(MPI_COMM_WORLD, counts[k], NTKW_FLOAT32, (const group_layout **)layouts, 1, &s));
    for (int64_t i = 0; i < sharding_count(s); i++) own[i] = (float)(sharding_offset(s) + i) + 0.5f;
    CHECK_OK(sharding_gather(s, own, all));
    for (int64_t i = 0; i < counts[k]; i++) CHECK(all[i] == (float)i + 0.5f);
    sharding_destroy(&s);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(shards_have_the_bits_of_the_tree), TEST(an_abandoned_exchange_ends),
                                    TEST(gather_restores_the_whole)};
  return run_suite("sharding", cases, sizeof cases / sizeof *cases, argc, argv);
}
