/* Flat sharding: parameters, gradients and optimizer state are split evenly over the ranks. Whole gradients, held as
 * partial sums by the ranks that computed them, are added by the ranks that own the shards. Owners read those of ranks
 * on the same computer in shared memory (node_memory.h) and receive the others as messages.
 *
 * In each training step the trainer communicates only here and in sum_reduction.c. */
#ifndef NTKW_PINN_SHARDING_H
#define NTKW_PINN_SHARDING_H

#include <mpi.h>
#include <stdint.h>
#include "pinn/training/partial_sums.h"

typedef struct sharding sharding;

/* Distribution of the chunks of each group: rank r holds the chunks chunk_first[g * size + r] .. chunk_end[g * size +
 * r] - 1 of group g. Every group has a chunk. */
typedef struct group_layout {
  int n_groups;
  int *chunk_first, *chunk_end;
} group_layout;

/* Create a sharding. Collective on comm, which is borrowed and must outlive the sharding.
 *
 * @param[in] layouts     all layouts that will be used, the same on every rank. They fix the memory.
 * @param[in] node_bytes  size of all tree nodes that this rank holds at once; see sharding_node_memory.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT (too many parameters, or NTKW_SHARED_RANKS is wrong),
 *         NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status sharding_create(MPI_Comm comm, int64_t n_parameters, ntkw_dtype precision, const group_layout *layouts[],
                            int n_layouts, size_t node_bytes, sharding **out);
/* Collective on comm. Takes NULL, sets NULL. */
void sharding_destroy(sharding **handle);

/* First parameter and number of parameters of this rank's shard. Not collective. */
int64_t sharding_offset(const sharding *s);
int64_t sharding_count(const sharding *s);
/* Memory of node_bytes bytes, aligned to 64, in which all tree nodes of this rank must lie. NULL: they may lie
 * anywhere. Not collective. */
void *sharding_node_memory(const sharding *s);

/* Gather all parameters from all shards. Collective: one MPI_Allgatherv. */
ntkw_status sharding_gather(sharding *s, const void *shard, void *all);

/* The exchange of a step has three parts, so that it overlaps with the computation of gradients. The slices of each
 * node go to the owners of the shards. */

/* Post the receives of the nodes of other ranks. This rank may write its nodes from here on. Every rank must call
 * sharding_end or sharding_cancel afterwards. Collective; it communicates only if there was no sharding_gather since
 * the last sharding_end. */
ntkw_status sharding_begin(sharding *s, const group_layout *layout);
/* Send those of the first n_final nodes of this rank's partial sums of a group that were not yet sent. Each node has
 * the values of all parameters, which must stay valid until the exchange ends. Not collective. */
void sharding_send_ready(sharding *s, int group, const partial_sums *partial, int n_final);
/* Complete the exchange. Collective. Between the last sharding_send_ready of any rank and this call must lie a
 * collective call that no rank leaves before all ranks have entered it, such as an MPI_Allreduce.
 *
 * @param[in,out] partials  all nodes of this rank, all sent. Their values are overwritten.
 * @param[out]    sums      sums[g]: this rank's shard of the sum of group g, in memory of the sharding or of a node.
 *                          Valid until the next sharding_gather or sharding_begin.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_MPI. */
ntkw_status sharding_end(sharding *s, partial_sums partials[], const void *sums[]);
/* End the exchange without a result, because some rank could not compute its nodes. Collective. spare: n_parameters
 * readable values. */
void sharding_cancel(sharding *s, const void *spare);

#endif
