/* Check the superblock and the object headers of a file before HDF5 opens it.
 *
 * HDF5 trusts the lengths in them and reads beyond its memory (1.10.8: an attribute that is longer than its message, a
 * header of 4 GB). Only a file whose digest was made to fit its damage gets as far as this check. The check accepts
 * what this library writes in format version 3: FORMAT.md. No function is collective. */
#ifndef NTKW_CHECKPOINT_STRUCTURE_CHECK_H
#define NTKW_CHECKPOINT_STRUCTURE_CHECK_H

#include <stdint.h>
#include "ntkw/status.h"

typedef struct ntkw_i_checked_file {
  int fd;
  const char *path;
  int64_t length; /* of the file */
} ntkw_i_checked_file;

/* Check the superblock. *root: address of the root group's header. @return NTKW_SUCCESS, NTKW_ERR_FORMAT,
 * NTKW_ERR_FILE. */
ntkw_status ntkw_i_check_superblock(const ntkw_i_checked_file *file, uint64_t *root);

typedef enum ntkw_i_object { NTKW_I_GROUP, NTKW_I_DATASET } ntkw_i_object;

/* Check the object header at an address, as HDF5 counts addresses, and all its messages.
 * @return NTKW_SUCCESS, NTKW_ERR_FORMAT, NTKW_ERR_FILE, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_check_object_header(const ntkw_i_checked_file *file, ntkw_i_object kind, uint64_t address);

#endif
