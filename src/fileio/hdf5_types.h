/* Types of values and texts in HDF5 files. Types are to be closed by H5Tclose. No function is collective. */
#ifndef NTKW_FILEIO_HDF5_TYPES_H
#define NTKW_FILEIO_HDF5_TYPES_H

#include <hdf5.h>
#include <stdbool.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

/* The type of values in the file, which is little-endian, and in memory. */
hid_t ntkw_i_hdf5_file_type(ntkw_dtype dtype);
hid_t ntkw_i_hdf5_memory_type(ntkw_dtype dtype);

/* Find the dtype whose file type this is. @return false: there is none. */
bool ntkw_i_hdf5_find_dtype(hid_t type, ntkw_dtype *dtype);

/* The type of UTF-8 texts of size bytes, the last of which is zero; size can be H5T_VARIABLE. */
hid_t ntkw_i_hdf5_text_type(size_t size);

#endif
