/* HDF5 calls with the printing of the error stack suppressed, and the stack turned into one error message. */
#ifndef NTKW_FILEIO_HDF5_ERROR_H
#define NTKW_FILEIO_HDF5_ERROR_H

#include <hdf5.h>
#include "ntkw/status.h"

/* The function that HDF5 calls to print its error stack. */
typedef struct ntkw_i_hdf5_handler {
  H5E_auto2_t print;
  void *data;
} ntkw_i_hdf5_handler;

/* Suppress the printing, and restore it with what the first function returned. Not collective. */
ntkw_i_hdf5_handler ntkw_i_hdf5_suppress_errors(void);
void ntkw_i_hdf5_restore_errors(ntkw_i_hdf5_handler previous);

/* Set the error message "cannot WHAT PATH: REASON" with the reason from HDF5's error stack. Not collective. Call it
 * right after the HDF5 call that failed: the next call clears the stack. @return code. */
ntkw_status ntkw_i_hdf5_fail(ntkw_status code, const char *what, const char *path);

#endif
