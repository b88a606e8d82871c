/* A file for HDF5 to write, whose writes always succeed, as HDF5 sees it.
 *
 * A file that HDF5 could not complete it keeps open for ever: each H5Fclose fails, and MPI_Finalize ends with a
 * segmentation fault (1.10.8). So the first fault is kept here, what would be written after it is dropped, and whoever
 * has closed the file asks how it went. */
#ifndef NTKW_CHECKPOINT_FORGIVING_FILE_H
#define NTKW_CHECKPOINT_FORGIVING_FILE_H

#include <hdf5.h>
#include "ntkw/status.h"

typedef struct ntkw_i_forgiving_file {
  int fd;             /* open for reading and writing, empty; stays open */
  const char *path;   /* for sentences */
  ntkw_status status; /* the first fault, or NTKW_SUCCESS */
  char sentence[512];
} ntkw_i_forgiving_file;

/* The driver, to be unregistered by H5FDunregister when the file is closed; negative if HDF5 refuses it. */
hid_t ntkw_i_forgiving_driver(void);

/* Let the file that is made with these access properties be written to file, which must live until it is closed. */
herr_t ntkw_i_forgiving_access(hid_t access, hid_t driver, ntkw_i_forgiving_file *file);

#endif
