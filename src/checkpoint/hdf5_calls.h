/* How the checkpoint calls HDF5: silently, with reasons. */
#ifndef NTKW_CHECKPOINT_HDF5_CALLS_H
#define NTKW_CHECKPOINT_HDF5_CALLS_H

#include <hdf5.h>
#include <stdbool.h>
#include "ntkw/checkpoint.h"

/* HDF5 prints its error stack unless told otherwise: what to put back afterwards. */
typedef struct hdf5_voice {
  H5E_auto2_t handler;
  void *data;
} hdf5_voice;
hdf5_voice ntkw_i_hdf5_silence(void);
void ntkw_i_hdf5_restore(hdf5_voice voice);

/* Set the sentence "cannot WHAT FILE: REASON", the reason from HDF5's error stack, and return code. To be called right
 * after the call that failed: the next one clears the stack. */
ntkw_status ntkw_i_hdf5_fail(ntkw_status code, const char *what, const char *path);

/* File access properties for one process, or for MPI-IO on a communicator. File locks are used where there are some. */
hid_t ntkw_i_hdf5_access(MPI_Comm comm_or_null);

/* The type of values in the file, little-endian, and in memory. To be closed. */
hid_t ntkw_i_hdf5_file_type(ntkw_dtype dtype);
hid_t ntkw_i_hdf5_memory_type(ntkw_dtype dtype);

/* Which of the file's types is it? False: none. */
bool ntkw_i_hdf5_find_dtype(hid_t type, ntkw_dtype *dtype);

/* The type of texts, UTF-8: of so many bytes, the last of which is zero; or H5T_VARIABLE. To be closed. */
hid_t ntkw_i_hdf5_text_type(size_t size);

#endif
