/* The bytes of a file beside HDF5 and MPI-IO: read, write, reserve, sync, digest. All sentences name file and reason.
 */
#ifndef NTKW_CHECKPOINT_FILE_BYTES_H
#define NTKW_CHECKPOINT_FILE_BYTES_H

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>
#include "ntkw/status.h"

/* The most bytes that one call moves, in and out of a file: far below the 2 GiB at which MPI-IO and read() break.
 * A variable only so that tests can have many pieces of small arrays. */
extern int64_t ntkw_i_piece_length;

/* Read or write length bytes at an offset, whole. Local. NTKW_ERR_FILE. */
ntkw_status ntkw_i_file_read(int fd, const char *path, void *bytes, size_t length, int64_t at);
ntkw_status ntkw_i_file_write(int fd, const char *path, const void *bytes, size_t length, int64_t at);

/* Say that the file will be read in order, piece by piece: the system reads ahead twice as far then, while the caller
 * works on what it has. (Asking for pieces ahead by POSIX_FADV_WILLNEED made reading three times slower.) Local; without
 * effect where there is no such thing. */
void ntkw_i_file_expect(int fd);

/* Reserve space for the first length bytes, so that writing them cannot fail for want of it. Local. Where the file
 * system cannot reserve, this succeeds without effect. NTKW_ERR_FILE: no space, quota, limit on file sizes. */
ntkw_status ntkw_i_file_reserve(int fd, const char *path, int64_t length);

/* Bring what was written to the disk, and forget the cached pages, so that the next reading asks the disk. Local. */
ntkw_status ntkw_i_file_sync(int fd, const char *path);

/* Bring the entry of the file in its folder to the disk. Local. */
ntkw_status ntkw_i_folder_sync(const char *path);

/* Digest of all bytes after the user block of a file of that length; the ranks read a stripe each. Collective; every
 * rank has the file open.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_FILE, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_file_digest(MPI_Comm comm, int fd, const char *path, int64_t length, uint64_t *digest);

/* Close unless it is -1, and set it to -1. */
void ntkw_i_file_close(int *fd);

#endif
