/* A checkpoint opened for reading. */
#ifndef NTKW_CHECKPOINT_READING_H
#define NTKW_CHECKPOINT_READING_H

#include "checkpoint/inventory.h"

struct ntkw_checkpoint_reader {
  MPI_Comm comm;
  char *path;
  int fd; /* stays open, so that all is read from the file that was verified, whatever takes its name */
  ntkw_i_inventory inventory;
};

/* The array of that name, or NULL. Local. */
const stored_array *ntkw_i_stored_array(const ntkw_checkpoint_reader *reader, const char *name);

/* Digest of all bytes after the user block of a file of this length; each rank reads a stripe. Collective; every rank has
 * the file open.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_FILE, NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status ntkw_i_file_digest(MPI_Comm comm, int fd, const char *path, int64_t length, uint64_t *digest);

#endif
