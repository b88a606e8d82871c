/* A rank's part of an array in a file, written and read without HDF5 at the array's address. */
#ifndef NTKW_CHECKPOINT_PART_BYTES_H
#define NTKW_CHECKPOINT_PART_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

/* Read count values of the array at address, from element first on, in the byte order of memory. Local. */
ntkw_status ntkw_i_part_read(int fd, const char *path, ntkw_dtype dtype, int64_t address, int64_t first, size_t count,
                             void *values);

/* Bring values of that many bytes from the file's byte order into that of memory. Local. */
void ntkw_i_part_order(void *values, size_t size, size_t count);

/* Write count values of memory to the array at address, from element first on. Local. */
ntkw_status ntkw_i_part_write(int fd, const char *path, ntkw_dtype dtype, int64_t address, int64_t first, size_t count,
                              const void *values);

#endif
