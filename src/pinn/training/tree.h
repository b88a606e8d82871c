/* The complete binary tree over the lanes of a group, layer by layer (src/README.md, rule 2).
 *
 * A group is the set of lanes that are summed into one gradient: those of one condition, or all. Node (level, index)
 * covers the lanes index * 2^level .. (index + 1) * 2^level - 1 of the group; a node whose sibling does not exist moves
 * up unchanged. Whoever holds a contiguous run of lanes reduces it to few complete nodes, in ascending order; joining
 * the nodes of all runs gives the same bits wherever the runs were cut. All functions are local. */
#ifndef NTKW_PINN_TREE_H
#define NTKW_PINN_TREE_H

#include <stdbool.h>
#include <stddef.h>
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

/* The values of the run's last node if that is the left sibling of the leaf to come, else NULL: the leaf may then be added
 * to them, left + right, element by element, and be absorbed instead of appended. Local. */
void *tree_run_sibling(const tree_run *run, int leaf);
/* The last node has had its sibling added. released: as above. */
int tree_run_absorb(tree_run *run, size_t count, ntkw_dtype dtype, void *released[]);

/* Join the remaining nodes, from the right, into the leftmost one's values: the sum of the whole group. */
void tree_run_collapse(tree_run *run, size_t count, ntkw_dtype dtype);

#endif
