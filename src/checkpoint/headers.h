/* The superblock and object headers of a file, judged before HDF5 sees them.
 *
 * HDF5 trusts lengths that it finds in them (1.10.8: an attribute that is longer than its message, a header of 4 GB) and
 * reads beyond its memory. Only a file whose digest was made to fit its damage gets as far as this. What passes is what
 * this library writes, in format version 3: FORMAT.md. */
#ifndef NTKW_CHECKPOINT_HEADERS_H
#define NTKW_CHECKPOINT_HEADERS_H

#include <stdint.h>
#include "ntkw/status.h"

typedef struct ntkw_i_structure {
  int fd;
  const char *path;
  int64_t length; /* of the file */
} ntkw_i_structure;

/* Judge the superblock, and find the address of the root group's header. Local. NTKW_ERR_FORMAT, NTKW_ERR_FILE. */
ntkw_status ntkw_i_superblock_judge(const ntkw_i_structure *file, uint64_t *root);

typedef enum ntkw_i_object { NTKW_I_GROUP, NTKW_I_DATASET } ntkw_i_object;

/* Judge the object header at an address, as HDF5 counts them, with all its messages. Local. NTKW_ERR_FORMAT,
 * NTKW_ERR_FILE, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_header_judge(const ntkw_i_structure *file, ntkw_i_object kind, uint64_t address);

#endif
