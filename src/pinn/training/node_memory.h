/* Memory that the ranks of a computer (a node of a cluster) share: a window of MPI_Win_allocate_shared.
 *
 * Each rank owns one part. The other ranks of its computer read and write it with plain loads and stores. The
 * environment variable NTKW_SHARED_RANKS limits how many ranks of a computer share memory; 1: none do. */
#ifndef NTKW_PINN_NODE_MEMORY_H
#define NTKW_PINN_NODE_MEMORY_H

#include <mpi.h>
#include <stddef.h>
#include "ntkw/status.h"

typedef struct node_memory node_memory;

/* Create a part of `bytes` bytes on this rank; the number may differ between ranks. Collective on comm, which is
 * borrowed. If memory cannot be shared on some rank, no rank shares memory, and that is no error. Reasons: MPI refuses,
 * /dev/shm is missing or has too little space, the size of files is limited.
 *
 * @param[out] out  NULL on every rank if no ranks share memory.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT (NTKW_SHARED_RANKS is not a positive number),
 *         NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status node_memory_create(MPI_Comm comm, size_t bytes, node_memory **out);
/* Collective on comm. Takes NULL, sets NULL. */
void node_memory_destroy(node_memory **handle);

/* The part of a rank of comm, aligned to 8 bytes. NULL: that rank does not share memory with this one; a rank that
 * shares with nobody has no part. Not collective. m may be NULL. */
char *node_memory_of(const node_memory *m, int rank);

/* Order this rank's loads and stores before the call against those after it (MPI_Win_sync). What one rank stores,
 * another rank may load if both call this function around a call of MPI that makes the second rank wait for the first.
 * Not collective. m may be NULL. */
void node_memory_sync(const node_memory *m);
/* Wait until all ranks that share memory with this one have called this function. Collective on these ranks. m may be
 * NULL on all ranks. @return NTKW_SUCCESS or NTKW_ERR_MPI. */
ntkw_status node_memory_barrier(const node_memory *m);

#endif
