/* Writing and reading without a checkpoint's checks. Every rank of MPI_COMM_WORLD must call them. They return false if
 * this rank failed. */
#ifndef NTKW_BENCH_RAW_FILES_H
#define NTKW_BENCH_RAW_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Write this rank's part of one file at offset `at` by pwrite, then fsync. */
bool raw_write(const char *path, const void *values, size_t bytes, int64_t at);

/* Read this rank's part of the file by pread. */
bool raw_read(const char *path, void *values, size_t bytes, int64_t at);

/* Write one array of doubles by a collective H5Dwrite. The file is closed, not synced. */
bool plain_hdf5_write(const char *path, const double *values, int64_t n_global, int64_t offset, int64_t n_local);

/* Sync the file and ask the system to drop its cached pages. */
void forget_pages(const char *path);

#endif
