/* Read and write values of an array at its address in a file, past HDF5. Files are little-endian. */
#ifndef NTKW_FILEIO_ARRAY_IO_H
#define NTKW_FILEIO_ARRAY_IO_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

/* Read or write count values, beginning with element `first` of the array at byte `address`. Not collective. Values in
 * memory have the machine's byte order. @return NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status ntkw_i_array_read(int fd, const char *path, ntkw_dtype dtype, int64_t address, int64_t first, size_t count,
                              void *values);
ntkw_status ntkw_i_array_write(int fd, const char *path, ntkw_dtype dtype, int64_t address, int64_t first, size_t count,
                               const void *values);

/* Change the byte order of count values of this size from the file's to the machine's. Not collective. */
void ntkw_i_array_swap_order(void *values, size_t size, size_t count);

#endif
