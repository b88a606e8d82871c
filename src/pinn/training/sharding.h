/* Flat sharding: parameters, gradients and optimizer state are cut evenly over the ranks; whole gradients, held as tree
 * nodes by the ranks that computed them, become shards at the ranks that own them.
 *
 * This and reduction.c are where the trainer communicates. */
#ifndef NTKW_PINN_SHARDING_H
#define NTKW_PINN_SHARDING_H

#include <mpi.h>
#include <stdint.h>
#include "pinn/training/tree.h"

typedef struct sharding sharding;

/* How the lanes of each group are spread: of group g, rank r holds run_first[g * size + r] .. run_end[g * size + r]
 * - 1. */
typedef struct group_layout {
  int n_groups;
  int *run_first, *run_end;
} group_layout;

/* Where a rank's shard of n values lies. Local. */
int64_t shard_offset(int64_t n, int rank, int size);

/* Collective on comm, which is borrowed and must outlive the sharding. layouts: all that will be used, the same on
 * every rank; they fix the memory. @return the same on every rank. */
ntkw_status sharding_create(MPI_Comm comm, int64_t n_parameters, ntkw_dtype precision, const group_layout *layouts[],
                            int n_layouts, sharding **out);
void sharding_destroy(sharding **handle);

int64_t sharding_offset(const sharding *s);
int64_t sharding_count(const sharding *s);

/* All parameters from everybody's shard. Collective: one MPI_Allgatherv. */
ntkw_status sharding_gather(sharding *s, const void *shard, void *all);

/* The exchange of a step, in three parts, so that it goes on while gradients are made. Each node's slices go to the
 * owners of the shards. */

/* Be ready to receive the nodes of other ranks. Local; every rank must go on to sharding_end or sharding_abandon. */
void sharding_begin(sharding *s, const group_layout *layout);
/* Send those of the first n_final nodes of this rank's run of a group that were not sent; each has all parameters'
 * values, which must stay until the end. Local. */
void sharding_offer(sharding *s, int group, const tree_run *run, int n_final);
/* shards[g]: the own shard of the sum of group g. runs[g]: all of this rank's nodes, all offered; their values are spoilt.
 * Collective. @return the same on every rank. */
ntkw_status sharding_end(sharding *s, tree_run runs[], void *const shards[]);
/* Instead of the end, on all ranks: some rank has failed to make its nodes. spare: n_parameters readable values. */
void sharding_abandon(sharding *s, const void *spare);

#endif
