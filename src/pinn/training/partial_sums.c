#include "pinn/training/partial_sums.h"

/* left += right, element by element. */
static void add_values(void *left, const void *right, size_t count, ntkw_dtype dtype) {
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

static bool ends_in_siblings(const partial_sums *partial) {
  return partial->n >= 2 && are_siblings(&partial->nodes[partial->n - 2], &partial->nodes[partial->n - 1]);
}

static void merge_siblings(partial_sums *partial) {
  tree_node *left = &partial->nodes[partial->n - 2];
  left->level++;
  left->index /= 2;
  partial->n--;
}

void partial_sums_shape(int first, int end, partial_sums *partial) {
  partial->n = 0;
  for (int chunk = first; chunk < end; chunk++) {
    partial->nodes[partial->n++] = (tree_node){.level = 0, .index = chunk};
    while (ends_in_siblings(partial)) merge_siblings(partial);
  }
}

bool tree_node_is_final(const tree_node *node, int first, int end) {
  const int above = node->level + 1, parent = node->index / 2;
  return parent << above < first || (parent + 1) << above > end;
}

static int join_siblings(partial_sums *partial, size_t count, ntkw_dtype dtype, void *released[]) {
  int n_released = 0;
  while (ends_in_siblings(partial)) {
    void *right = partial->nodes[partial->n - 1].values;
    add_values(partial->nodes[partial->n - 2].values, right, count, dtype);
    released[n_released++] = right;
    merge_siblings(partial);
  }
  return n_released;
}

int partial_sums_append(partial_sums *partial, tree_node node, size_t count, ntkw_dtype dtype, void *released[]) {
  partial->nodes[partial->n++] = node;
  return join_siblings(partial, count, dtype, released);
}

int partial_sums_add(partial_sums *partial, int leaf, void *sums[]) {
  tree_node last = {.level = 0, .index = leaf};
  int n = 0;
  while (partial->n > 0 && are_siblings(&partial->nodes[partial->n - 1], &last)) {
    sums[n++] = partial->nodes[--partial->n].values;
    last = (tree_node){.level = last.level + 1, .index = last.index / 2, .values = sums[n - 1]};
  }
  if (n > 0) partial->nodes[partial->n++] = last;
  return n;
}

void partial_sums_collapse(partial_sums *partial, size_t count, ntkw_dtype dtype) {
  while (partial->n > 1) {
    add_values(partial->nodes[partial->n - 2].values, partial->nodes[partial->n - 1].values, count, dtype);
    partial->n--;
  }
}
