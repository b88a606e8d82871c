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

/* A sharding, its layout, and memory for all leaves of this rank. */
typedef struct exchange {
  int *bounds;
  group_layout layout;
  sharding *sharding;
  double *memory, *allocated; /* allocated: NULL if the memory is shared with other ranks */
} exchange;

/* shared_ranks: most ranks that share memory, NULL: all of the node. */
static exchange start(const char *shared_ranks) {
  exchange x = {.bounds = calloc((size_t)(2 * N_GROUPS * world_size()), sizeof(int))};
  x.layout = lay(x.bounds, x.bounds + N_GROUPS * world_size());
  const group_layout *layouts[] = {&x.layout};
  const size_t bytes = sizeof(double[20][N_PARAMETERS]);
  if (shared_ranks)
    setenv("NTKW_SHARED_RANKS", shared_ranks, 1);
  else
    unsetenv("NTKW_SHARED_RANKS");
  CHECK_OK(sharding_create(MPI_COMM_WORLD, N_PARAMETERS, NTKW_FLOAT64, layouts, 1, bytes, &x.sharding));
  x.memory = sharding_node_memory(x.sharding);
  if (!x.memory) x.memory = x.allocated = malloc(bytes);
  return x;
}

static void stop(exchange *x) {
  sharding_destroy(&x->sharding);
  free(x->allocated);
  free(x->bounds);
}

static void reduce_all(const exchange *x, partial_sums runs[]) {
  for (int g = 0; g < N_GROUPS; g++) runs[g] = reduce_own(&x->layout, g, x->memory + chunks_before[g] * N_PARAMETERS);
}

static void end(const exchange *x, partial_sums runs[]) {
  const void *sums[N_GROUPS];
  MPI_Barrier(MPI_COMM_WORLD);
  CHECK_OK(sharding_end(x->sharding, runs, sums));
  for (int g = 0; g < N_GROUPS; g++)
    for (int64_t i = 0; i < sharding_count(x->sharding); i++)
      CHECK_EQUAL_DOUBLE(((const double *)sums[g])[i], serial_sum(g, (int)(sharding_offset(x->sharding) + i)));
}

static const char *const nodes[] = {NULL, "1", "2", "3"};
enum { N_NODES = sizeof nodes / sizeof *nodes };

static void shards_have_the_bits_of_the_tree(void) {
  for (int k = 0; k < N_NODES; k++) {
    exchange x = start(nodes[k]);
    for (int repeat = 0; repeat < 3; repeat++) { /* the exchange can be repeated with the same buffers */
      partial_sums runs[N_GROUPS];
      CHECK_OK(sharding_begin(x.sharding, &x.layout));
      reduce_all(&x, runs);
      for (int g = N_GROUPS - 1; g >= 0; g--) { /* in any order of the groups, a few nodes at a time */
        sharding_send_ready(x.sharding, g, &runs[g], runs[g].n / 2);
        sharding_send_ready(x.sharding, g, &runs[g], runs[g].n);
      }
      end(&x, runs);
    }
    stop(&x);
  }
}

/* Rank 0 sends only the first node of each group, then all ranks cancel. No rank hangs, and the next exchange is
 * correct. */
static void an_abandoned_exchange_ends(void) {
  const double spare[N_PARAMETERS] = {0};
  for (int k = 0; k < N_NODES; k++) {
    exchange x = start(nodes[k]);
    partial_sums runs[N_GROUPS];
    for (int repeat = 0; repeat < 2; repeat++) {
      CHECK_OK(sharding_begin(x.sharding, &x.layout));
      reduce_all(&x, runs);
      for (int g = 0; g < N_GROUPS; g++)
        sharding_send_ready(x.sharding, g, &runs[g], repeat == 0 && world_rank() == 0 && runs[g].n > 1 ? 1 : runs[g].n);
      if (repeat == 0) sharding_cancel(x.sharding, spare);
    }
    end(&x, runs);
    stop(&x);
  }
}

/* Without the collective call before sharding_end, a rank could read nodes of the exchange before. */
static void nodes_of_another_exchange_are_refused(void) {
  exchange x = start(NULL);
  partial_sums runs[N_GROUPS];
  const void *sums[N_GROUPS];
  CHECK_OK(sharding_begin(x.sharding, &x.layout));
  reduce_all(&x, runs);
  for (int g = 0; g < N_GROUPS; g++) sharding_send_ready(x.sharding, g, &runs[g], runs[g].n);
  end(&x, runs);
  CHECK_OK(sharding_begin(x.sharding, &x.layout)); /* and no rank publishes */
  const bool shared = x.allocated == NULL;
  if (shared)
    CHECK_EQUAL_INT(sharding_end(x.sharding, runs, sums), NTKW_ERR_MPI);
  else
    sharding_cancel(x.sharding, x.memory);
  stop(&x);
  if (!shared) CHECK_SKIP("no memory is shared here");
}

static void wrong_numbers_of_ranks_are_refused(void) {
  static const char *const wrong[] = {"0", "-1", "two", "2 ", "99999999999999999999"};
  const group_layout empty = {0, NULL, NULL}, *const layouts[] = {&empty};
  sharding *s;
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    setenv("NTKW_SHARED_RANKS", world_rank() == world_size() - 1 ? wrong[k] : "2", 1); /* on one rank */
    CHECK_EQUAL_INT(sharding_create(MPI_COMM_WORLD, 7, NTKW_FLOAT64, (const group_layout **)layouts, 1, 0, &s),
                    NTKW_ERR_ARGUMENT);
    CHECK(s == NULL && strstr(ntkw_last_error(), wrong[k]) != NULL);
  }
  unsetenv("NTKW_SHARED_RANKS");
}

static void gather_restores_the_whole(void) {
  const group_layout empty = {0, NULL, NULL}, *const layouts[] = {&empty};
  static const int64_t counts[] = {1, 2, 7, 103};
  for (int k = 0; k < 4; k++) {
    sharding *s;
    float all[103], own[103];
    CHECK_OK(sharding_create(MPI_COMM_WORLD, counts[k], NTKW_FLOAT32, (const group_layout **)layouts, 1, 0, &s));
    for (int64_t i = 0; i < sharding_count(s); i++) own[i] = (float)(sharding_offset(s) + i) + 0.5f;
    CHECK_OK(sharding_gather(s, own, all));
    for (int64_t i = 0; i < counts[k]; i++) CHECK(all[i] == (float)i + 0.5f);
    sharding_destroy(&s);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(shards_have_the_bits_of_the_tree), TEST(an_abandoned_exchange_ends),
                                    TEST(nodes_of_another_exchange_are_refused),
                                    TEST(wrong_numbers_of_ranks_are_refused), TEST(gather_restores_the_whole)};
  return run_suite("sharding", cases, sizeof cases / sizeof *cases, argc, argv);
}
