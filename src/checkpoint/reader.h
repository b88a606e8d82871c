/* A checkpoint opened for reading. */
#ifndef NTKW_CHECKPOINT_READER_H
#define NTKW_CHECKPOINT_READER_H

#include "checkpoint/contents.h"

struct ntkw_checkpoint_reader {
  MPI_Comm comm;
  char *path;
  int fd; /* stays open: everything is read from the file that was verified, even if another file takes its name */
  ntkw_i_contents contents;
};

/* The array of this name, or NULL. Not collective. */
const stored_array *ntkw_i_stored_array(const ntkw_checkpoint_reader *reader, const char *name);

/* Check the digest of an array's values. Collective.
 * @param[in] mine  the digest of the values that this rank has read; all ranks together have read each value once.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FORMAT: the array is damaged; NTKW_ERR_MPI. */
ntkw_status ntkw_i_check_array_digest(const ntkw_checkpoint_reader *reader, const stored_array *array, uint64_t mine);

/* Digest all bytes after the user block of a file of this length; each rank reads a stripe. Collective; every rank has
 * the file open.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_FILE, NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status ntkw_i_file_digest(MPI_Comm comm, int fd, const char *path, int64_t length, uint64_t *digest);

#endif
