/* The 512 bytes before the HDF5 file, by which a checkpoint is known, and known to be whole, before HDF5 sees it. */
#ifndef NTKW_CHECKPOINT_USER_BLOCK_H
#define NTKW_CHECKPOINT_USER_BLOCK_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/status.h"

enum {
  USER_BLOCK_LENGTH = 512,
  FORMAT_VERSION = 3 /* the newest that is read and written; a file states the oldest that has all it uses */
};

typedef struct user_block {
  int version;     /* of the format */
  int64_t length;  /* of the whole file */
  uint64_t digest; /* of all bytes after the user block */
} user_block;

void ntkw_i_user_block_encode(const user_block *block, unsigned char bytes[USER_BLOCK_LENGTH]);

/* Judge a file by its first bytes (available of them: 512, or less if it is shorter) and its length. Local.
 * @return NTKW_SUCCESS; NTKW_ERR_FORMAT: empty, not a checkpoint, never completed, another version, truncated. */
ntkw_status ntkw_i_user_block_judge(const unsigned char *bytes, size_t available, int64_t file_length, const char *path,
                                    user_block *block);

/* Open a file for reading and judge it. Local. On error *fd is -1.
 * @return also NTKW_ERR_FILE: cannot be opened or read, is a folder. */
ntkw_status ntkw_i_user_block_open(const char *path, int *fd, user_block *block);

#endif
