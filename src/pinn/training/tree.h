/* The complete binary tree over the lanes of a group, layer by layer (docs/arithmetic.md, rule 2).
 *
 * A group is the set of lanes that are summed into one gradient: those of one condition, or all. Node (level, index)
 * covers the lanes index * 2^level .. (index + 1) * 2^level - 1 of the group; a node whose sibling does not exist moves
 * up unchanged. Whoever holds a contiguous run of lanes reduces it to few complete nodes, in ascending order; joining
 * the nodes of all runs gives the same bits wherever the runs were cut. All functions are local. */
#ifndef NTKW_PINN_TREE_H
#define NTKW_PINN_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

enum { MAX_TREE_NODES = 64 }; /* of one run: at most 2 log2(lanes) */

typedef struct tree_node {
  int level, index;
  void *values;
} tree_node;

typedef struct tree_run {
  int n;
  tree_node nodes[MAX_TREE_NODES];
} tree_run;

/* The nodes, without values, to which the lanes first .. end - 1 of a group reduce. */
void tree_run_shape(int first, int end, tree_run *run);

/* Does a node stay as it is in a run of the lanes first .. end - 1, or will it be added to a sibling? */
bool tree_node_stays(const tree_node *node, int first, int end);

/* left += right, element by element. */
void tree_add(void *left, const void *right, size_t count, ntkw_dtype dtype);

/* Append a node to a run (it must follow the run's last lane) and add siblings together, into the left one's values.
 * released: the values that became free, in the order in which they did; at most MAX_TREE_NODES. Returns their number.
 */
int tree_run_append(tree_run *run, tree_node node, size_t count, ntkw_dtype dtype, void *released[]);

/* Instead of appending the next leaf and joining: the nodes that it completes become the run's last one. The caller is to
 * add the leaf to sums[0], that to sums[1], and so on, left + right, element by element; the last of them has the
 * result, the others are free. Returns their number, at most MAX_TREE_NODES; 0: the leaf has no sibling yet, the run is
 * as it was. */
int tree_run_absorb(tree_run *run, int leaf, void *sums[]);

/* Join the remaining nodes, from the right, into the leftmost one's values: the sum of the whole group. */
void tree_run_collapse(tree_run *run, size_t count, ntkw_dtype dtype);

#endif
