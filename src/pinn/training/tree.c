#include "pinn/training/tree.h"

void tree_add(void *left, const void *right, size_t count, ntkw_dtype dtype) {
  if (dtype == NTKW_FLOAT32) {
    float *restrict sum = left;
    const float *restrict term = right;
    for (size_t i = 0; i < count; i++) sum[i] = sum[i] + term[i];
  } else {
    double *restrict sum = left;
    const double *restrict term = right;
    for (size_t i = 0; i < count; i++) sum[i] = sum[i] + term[i];
  }
}

static bool are_siblings(const tree_node *left, const tree_node *right) {
  return left->level == right->level && left->index % 2 == 0 && right->index == left->index + 1;
}

static bool ends_in_siblings(const tree_run *run) {
  return run->n >= 2 && are_siblings(&run->nodes[run->n - 2], &run->nodes[run->n - 1]);
}

static void merge_siblings(tree_run *run) {
  tree_node *left = &run->nodes[run->n - 2];
  left->level++;
  left->index /= 2;
  run->n--;
}

void tree_run_shape(int first, int end, tree_run *run) {
  run->n = 0;
  for (int lane = first; lane < end; lane++) {
    run->nodes[run->n++] = (tree_node){.level = 0, .index = lane};
    while (ends_in_siblings(run)) merge_siblings(run);
  }
}

bool tree_node_stays(const tree_node *node, int first, int end) {
  const int above = node->level + 1, parent = node->index / 2;
  return parent << above < first || (parent + 1) << above > end;
}

static int join_siblings(tree_run *run, size_t count, ntkw_dtype dtype, void *released[]) {
  int n_released = 0;
  while (ends_in_siblings(run)) {
    void *right = run->nodes[run->n - 1].values;
    tree_add(run->nodes[run->n - 2].values, right, count, dtype);
    released[n_released++] = right;
    merge_siblings(run);
  }
  return n_released;
}

int tree_run_append(tree_run *run, tree_node node, size_t count, ntkw_dtype dtype, void *released[]) {
  run->nodes[run->n++] = node;
  return join_siblings(run, count, dtype, released);
}

int tree_run_absorb(tree_run *run, int leaf, void *sums[]) {
  tree_node last = {.level = 0, .index = leaf};
  int n = 0;
  while (run->n > 0 && are_siblings(&run->nodes[run->n - 1], &last)) {
    sums[n++] = run->nodes[--run->n].values;
    last = (tree_node){.level = last.level + 1, .index = last.index / 2, .values = sums[n - 1]};
  }
  if (n > 0) run->nodes[run->n++] = last;
  return n;
}

void tree_run_collapse(tree_run *run, size_t count, ntkw_dtype dtype) {
  while (run->n > 1) {
    tree_add(run->nodes[run->n - 2].values, run->nodes[run->n - 1].values, count, dtype);
    run->n--;
  }
}
