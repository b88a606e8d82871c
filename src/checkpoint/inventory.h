/* What is in a checkpoint beside the values: found by rank 0 with HDF5, known to all ranks. */
#ifndef NTKW_CHECKPOINT_INVENTORY_H
#define NTKW_CHECKPOINT_INVENTORY_H

#include "ranks/broadcast_buffer.h"
#include "ntkw/checkpoint.h"

typedef struct stored_array {
  ntkw_checkpoint_array about;
  uint64_t digest;
  int64_t address; /* in the file; -1 if it has no elements */
} stored_array;

/* Sorted by name. All strings lie in the buffer. Starts as {0}. */
typedef struct ntkw_i_inventory {
  ntkw_i_broadcast_buffer buffer;
  stored_array *arrays;
  ntkw_checkpoint_attribute *attributes;
  int n_arrays, n_attributes;
} ntkw_i_inventory;

/* Describe the file of that format version, which is open for reading and verified, in the buffer. path: for sentences.
 * Local, for one rank.
 * @return NTKW_SUCCESS; NTKW_ERR_FORMAT: something that a checkpoint does not have; NTKW_ERR_FILE: it cannot be read;
 * NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_inventory_find(const char *path, int fd, int version, ntkw_i_broadcast_buffer *buffer);

/* Fill in the lists from the inventory's buffer, after its broadcast. Local. @return NTKW_SUCCESS, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_inventory_unpack(ntkw_i_inventory *inventory);

void ntkw_i_inventory_free(ntkw_i_inventory *inventory);

#endif
