/* The format of a checkpoint, see FORMAT.md: the user block, which identifies the file and proves it complete before
 * HDF5 opens it, and how texts are stored. No function is collective. */
#ifndef NTKW_CHECKPOINT_FORMAT_H
#define NTKW_CHECKPOINT_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/status.h"

enum {
  USER_BLOCK_LENGTH = 512,
  FORMAT_VERSION = 3, /* the newest that is read and written; a file has the oldest version that has all it uses */
  VERSION_OF_FIXED_TEXTS =
      3 /* the first with texts of fixed length; older ones have texts of variable length, which lie
                                in HDF5's global heap */
};

typedef struct user_block {
  int version;     /* of the format */
  int64_t length;  /* of the whole file */
  uint64_t digest; /* of all bytes after the user block */
} user_block;

void ntkw_i_user_block_encode(const user_block *block, unsigned char bytes[USER_BLOCK_LENGTH]);

/* Open a file for reading and check its user block and its length. On error *fd is -1.
 * @return NTKW_SUCCESS; NTKW_ERR_FILE (the file cannot be opened or read, or is a folder); NTKW_ERR_FORMAT (it is
 * empty, not a checkpoint, never completed, of another version, or truncated). */
ntkw_status ntkw_i_user_block_open(const char *path, int *fd, user_block *block);

/* The group of texts that are too long for an attribute, which HDF5 limits to 64 KiB with its name. No array has this
 * name. */
#define LONG_TEXTS_NAME "long texts"

#endif
