/* Attributes and arrays of a checkpoint without the values: rank 0 finds them with HDF5 and broadcasts them. */
#ifndef NTKW_CHECKPOINT_CONTENTS_H
#define NTKW_CHECKPOINT_CONTENTS_H

#include "ntkw/checkpoint.h"
#include "ranks/broadcast_buffer.h"

typedef struct stored_array {
  ntkw_checkpoint_array about;
  uint64_t digest;
  int64_t address; /* in the file; -1 if it has no elements */
} stored_array;

/* Sorted by name. All strings lie in the buffer. Starts as {0}. */
typedef struct ntkw_i_contents {
  ntkw_i_broadcast_buffer buffer;
  stored_array *arrays;
  ntkw_checkpoint_attribute *attributes;
  int n_arrays, n_attributes;
} ntkw_i_contents;

/* Find the contents of a file of this format version and put them into the buffer. Not collective: rank 0 calls this.
 *
 * @param[in] path  For messages.
 * @param[in] fd    The file, open for reading; its digest was verified.
 * @return NTKW_SUCCESS; NTKW_ERR_FORMAT (the file has something that checkpoints do not have); NTKW_ERR_FILE (it cannot
 * be read); NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_contents_find(const char *path, int fd, int version, ntkw_i_broadcast_buffer *buffer);

/* Make the lists from the buffer after its broadcast. Not collective. @return NTKW_SUCCESS, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_contents_unpack(ntkw_i_contents *contents);

void ntkw_i_contents_free(ntkw_i_contents *contents);

#endif
