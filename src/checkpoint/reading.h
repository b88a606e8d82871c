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

#endif
