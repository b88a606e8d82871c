/* Read and write bytes of a file, and values of its arrays, past HDF5 and MPI-IO. Every error message names the file
 * and the system's reason. Arrays are little-endian in files.
 *
 * No function is collective. */
#ifndef NTKW_FILEIO_FILE_IO_H
#define NTKW_FILEIO_FILE_IO_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

/* Read or write exactly length bytes at an offset. path is for messages. @return NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status ntkw_i_file_read(int fd, const char *path, void *bytes, size_t length, int64_t at);
ntkw_status ntkw_i_file_write(int fd, const char *path, const void *bytes, size_t length, int64_t at);

/* Read or write count values, beginning with element `first` of the array at byte `address`. Values in memory have the
 * machine's byte order. @return NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status ntkw_i_array_read(int fd, const char *path, ntkw_dtype dtype, int64_t address, int64_t first, size_t count,
                              void *values);
ntkw_status ntkw_i_array_write(int fd, const char *path, ntkw_dtype dtype, int64_t address, int64_t first, size_t count,
                               const void *values);

/* Change the byte order of count values of this size from the file's to the machine's. */
void ntkw_i_array_swap_order(void *values, size_t size, size_t count);

/* Tell the system that the file will be read in order, piece by piece. It then reads twice as far ahead while the
 * caller works on a piece. (Asking for the pieces ahead by POSIX_FADV_WILLNEED made reading three times slower.) Has no
 * effect on systems without posix_fadvise. */
void ntkw_i_file_expect_sequential(int fd);

/* Reserve space for the first length bytes, so that a later write cannot fail because the disk is full. Succeeds
 * without effect if the file system cannot reserve space. @return NTKW_SUCCESS; NTKW_ERR_FILE (no space, quota, limit
 * on file sizes). */
ntkw_status ntkw_i_file_reserve(int fd, const char *path, int64_t length);

/* Write everything to the disk, and drop the cached pages so that the next read asks the disk. */
ntkw_status ntkw_i_file_sync(int fd, const char *path);

/* Write the folder entry of the file to the disk. */
ntkw_status ntkw_i_folder_sync(const char *path);

/* Close the file unless *fd is -1, and set *fd to -1. */
void ntkw_i_file_close(int *fd);

#endif
