/* Writing and reading without any of a checkpoint's safety. All collective on MPI_COMM_WORLD; false: failed here. */
#ifndef NTKW_BENCH_RAW_FILES_H
#define NTKW_BENCH_RAW_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each rank its part of one file, by pwrite, then fsync. */
bool raw_write(const char *path, const void *values, size_t bytes, int64_t at);

/* Each rank its part, by pread. */
bool raw_read(const char *path, void *values, size_t bytes, int64_t at);

/* One array of doubles by a collective H5Dwrite; closed, not synced. */
bool plain_hdf5_write(const char *path, const double *values, int64_t n_global, int64_t offset, int64_t n_local);

/* Bring the file to the disk and give up its cached pages, as far as the system follows. */
void forget_pages(const char *path);

#endif
