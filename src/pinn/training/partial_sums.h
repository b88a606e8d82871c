/* Partial sums: nodes of the complete binary tree over the chunks of a group (docs/arithmetic.md, rule 2).
 *
 * A group is the set of chunks that are summed into one gradient: the chunks of one condition, or all chunks. Node
 * (level, index) covers the chunks index * 2^level .. (index + 1) * 2^level - 1 of the group. A node without a sibling
 * moves up unchanged. A contiguous run of chunks reduces to a few complete nodes in ascending order. Joining the nodes
 * of all runs gives the same bits for every cut into runs. No function here is collective. */
#ifndef NTKW_PINN_PARTIAL_SUMS_H
#define NTKW_PINN_PARTIAL_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

enum { MAX_TREE_NODES = 64 }; /* nodes of one run: at most 2 log2(chunks) */

typedef struct tree_node {
  int level, index;
  void *values;
} tree_node;

/* The nodes of one run of chunks. */
typedef struct partial_sums {
  int n;
  tree_node nodes[MAX_TREE_NODES];
} partial_sums;

/* The nodes, without values, of the chunks first .. end - 1 of a group. */
void partial_sums_shape(int first, int end, partial_sums *partial);

/* Is a node final in the run of the chunks first .. end - 1? If not, it will be added to a sibling. */
bool tree_node_is_final(const tree_node *node, int first, int end);

/* Append a node that follows the run's last chunk, and add siblings together: left = left + right, element by element.
 * released: buffers that became free, in that order, at most MAX_TREE_NODES. @return their number. */
int partial_sums_append(partial_sums *partial, tree_node node, size_t count, ntkw_dtype dtype, void *released[]);

/* Plan the addition of the next leaf without a buffer for it. The nodes that the leaf completes become one node. The
 * caller must add the leaf to sums[0], the result to sums[1], and so on (left + right, element by element). The last
 * buffer then holds the result and the others are free. @return the number of sums, at most MAX_TREE_NODES. 0: the leaf
 * has no sibling yet and nothing changed; use partial_sums_append. */
int partial_sums_add(partial_sums *partial, int leaf, void *sums[]);

/* Join the remaining nodes from right to left into the values of the first node: the sum of the whole group. */
void partial_sums_collapse(partial_sums *partial, size_t count, ntkw_dtype dtype);

#endif
