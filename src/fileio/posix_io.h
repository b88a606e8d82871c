/* Read and write bytes of a file past HDF5 and MPI-IO. Every error message names the file and the system's reason.
 *
 * No function is collective. */
#ifndef NTKW_FILEIO_POSIX_IO_H
#define NTKW_FILEIO_POSIX_IO_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/status.h"

/* The most bytes that one call moves, in and out of a file: far below the 2 GiB at which MPI-IO and read() break.
 * A variable only so that tests can have many pieces of small arrays. */
extern int64_t ntkw_i_piece_length;

/* Read or write exactly length bytes at an offset. path is for messages. @return NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status ntkw_i_file_read(int fd, const char *path, void *bytes, size_t length, int64_t at);
ntkw_status ntkw_i_file_write(int fd, const char *path, const void *bytes, size_t length, int64_t at);

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
