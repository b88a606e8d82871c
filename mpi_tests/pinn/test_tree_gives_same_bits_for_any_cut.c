/* For any cut of a group's chunks into runs, joining the nodes of the runs gives the bits of the layer-by-layer
 * tree. */
#include "harness.h"
#include "pinn/training/partial_sums.h"

#include <stdlib.h>

enum { WIDTH = 3, MOST = 70 };

static float leaves[MOST][WIDTH];

static void fill(uint64_t seed) {
  for (int l = 0; l < MOST; l++)
    for (int i = 0; i < WIDTH; i++) leaves[l][i] = (float)(random_uniform(&seed) - 0.5) * (float)(1 << (l % 20));
}

/* The definition of the tree: add neighbours layer by layer. A last node without a neighbour moves up unchanged. */
static void layer_by_layer(int n, float result[WIDTH]) {
  float layer[MOST][WIDTH];
  memcpy(layer, leaves, sizeof layer);
  for (; n > 1; n = (n + 1) / 2)
    for (int k = 0; k < (n + 1) / 2; k++)
      for (int i = 0; i < WIDTH; i++)
        layer[k][i] = 2 * k + 1 < n ? layer[2 * k][i] + layer[2 * k + 1][i] : layer[2 * k][i];
  memcpy(result, layer[0], WIDTH * sizeof *result);
}

/* Reduce the leaves first .. end - 1 to nodes. The nodes' values are in `values`. */
static partial_sums reduce_run(int first, int end, float values[MOST][WIDTH]) {
  partial_sums run = {.n = 0}, shape;
  void *released[MAX_TREE_NODES];
  for (int l = first; l < end; l++) {
    memcpy(values[l], leaves[l], sizeof leaves[l]);
    partial_sums_append(&run, (tree_node){0, l, values[l]}, WIDTH, NTKW_FLOAT32, released);
  }
  partial_sums_shape(first, end, &shape);
  CHECK_EQUAL_INT(run.n, shape.n);
  for (int k = 0; k < run.n; k++) {
    CHECK_EQUAL_INT(run.nodes[k].level, shape.nodes[k].level);
    CHECK_EQUAL_INT(run.nodes[k].index, shape.nodes[k].index);
  }
  return run;
}

/* tree_node_is_final is true if and only if the node is one of the whole run's nodes. */
static void nodes_that_stay_are_known(void) {
  for (int first = 0; first < 20; first++)
    for (int end = first + 1; end <= MOST; end++) {
      partial_sums whole, part;
      partial_sums_shape(first, end, &whole);
      for (int l = first + 1; l <= end; l++) {
        partial_sums_shape(first, l, &part);
        for (int k = 0; k < part.n; k++) {
          const bool same =
              k < whole.n && part.nodes[k].level == whole.nodes[k].level && part.nodes[k].index == whole.nodes[k].index;
          CHECK(tree_node_is_final(&part.nodes[k], first, end) == same);
        }
      }
    }
}

static void join(int n, const int cuts[], int n_runs, float result[WIDTH]) {
  float values[MOST][WIDTH];
  partial_sums all = {.n = 0};
  void *released[MAX_TREE_NODES];
  for (int r = 0; r < n_runs; r++) {
    const partial_sums run = reduce_run(cuts[r], r + 1 < n_runs ? cuts[r + 1] : n, values);
    for (int k = 0; k < run.n; k++) partial_sums_append(&all, run.nodes[k], WIDTH, NTKW_FLOAT32, released);
  }
  partial_sums_collapse(&all, WIDTH, NTKW_FLOAT32);
  CHECK_EQUAL_INT(all.n, 1);
  memcpy(result, all.nodes[0].values, WIDTH * sizeof *result);
}

static int ascending(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

static void any_cut_gives_the_tree(void) {
  uint64_t state = 7;
  for (int n = 1; n <= MOST; n++) {
    float expected[WIDTH], got[WIDTH];
    fill((uint64_t)n);
    layer_by_layer(n, expected);
    for (int trial = 0; trial < 20; trial++) {
      int cuts[9] = {0};
      const int n_runs = 1 + trial % 9;
      for (int r = 1; r < n_runs; r++) cuts[r] = (int)(random_bits(&state) % (uint64_t)(n + 1));
      qsort(cuts, (size_t)n_runs, sizeof *cuts, ascending);
      join(n, cuts, n_runs, got);
      CHECK(memcmp(got, expected, sizeof got) == 0);
    }
  }
}

static void order_matters_to_the_test(void) {
  float expected[WIDTH], sequential[WIDTH] = {0};
  fill(3);
  layer_by_layer(MOST, expected);
  for (int l = 0; l < MOST; l++)
    for (int i = 0; i < WIDTH; i++) sequential[i] += leaves[l][i];
  CHECK(memcmp(sequential, expected, sizeof expected) != 0);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(any_cut_gives_the_tree), TEST(nodes_that_stay_are_known),
                                    TEST(order_matters_to_the_test)};
  return run_suite("tree", cases, sizeof cases / sizeof *cases, argc, argv);
}
