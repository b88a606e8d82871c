/* A file for HDF5 to write or read by a driver of ours that keeps the first fault and its sentence.
 *
 * Writes always succeed, as HDF5 sees it: a file that it could not complete it keeps open for ever, each H5Fclose fails,
 * and MPI_Finalize ends with a segmentation fault (1.10.8). So what would be written after the first fault is dropped,
 * and whoever has closed the file asks how it went. A file that is only read has reads that fail: HDF5's own sentences
 * tell what it was looking for, this one why. */
#ifndef NTKW_CHECKPOINT_FORGIVING_FILE_H
#define NTKW_CHECKPOINT_FORGIVING_FILE_H

#include <hdf5.h>
#include "ntkw/status.h"

typedef enum ntkw_i_file_use {
  NTKW_I_WRITE,         /* by H5Fcreate */
  NTKW_I_READ,          /* by H5Fopen, read-only */
  NTKW_I_READ_STRUCTURE /* the same, but values and the global heap, which HDF5 takes for values, are not to be read:
                           this is a fault of NTKW_ERR_FORMAT */
} ntkw_i_file_use;

typedef struct ntkw_i_forgiving_file {
  int fd;           /* open; stays so */
  const char *path; /* for sentences */
  int64_t length;   /* of what there is to read; for NTKW_I_WRITE: 0, as the file is empty */
  ntkw_i_file_use use;
  ntkw_status status; /* the first fault, or NTKW_SUCCESS */
  char sentence[512];
} ntkw_i_forgiving_file;

/* The driver, to be unregistered by H5FDunregister when the file is closed; negative if HDF5 refuses it. */
hid_t ntkw_i_forgiving_driver(void);

/* Let the file that is made or opened with these access properties be file, which must live until it is closed. */
herr_t ntkw_i_forgiving_access(hid_t access, hid_t driver, ntkw_i_forgiving_file *file);

#endif
