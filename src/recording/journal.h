/* A file for HDF5 whose changes are atomic: a process that ends in between, even by SIGKILL, leaves the file as it was
 * before or after all of them.
 *
 * HDF5 writes through a driver that keeps the changes in memory. ntkw_i_journal_commit first writes all of them behind
 * the end of the file, as a journal with a digest; then it writes them to their places; then it removes the journal. If
 * it is killed before the journal is complete, nothing has changed. If it is killed later, the journal at the end of
 * the file holds the changes, and every reader applies them. Values that are written directly, to space that nothing in
 * the file refers to yet, need no journal.
 *
 * The journal, in words of 64 bits, little-endian: for each change its place in the file, its length, its bytes; then
 * the length of all this, a digest, and a mark, which end the file. All functions are local. */
#ifndef NTKW_RECORDING_JOURNAL_H
#define NTKW_RECORDING_JOURNAL_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>
#include "fileio/hdf5_driver.h"

/* Starts as {.fd = ..., .path = ...}, which are borrowed. */
typedef struct recording_journal {
  ntkw_i_storage storage; /* must be the first member; allocated: length of the file without a journal */
  int fd;
  const char *path;
  char *bytes; /* changes that are not in the file yet, in the journal's format */
  size_t used, capacity;
  bool lost; /* a change was dropped for lack of memory */
} recording_journal;

/* Let HDF5 make or open the file through this journal, by these access properties. It must live until the file is
 * closed. */
ntkw_status ntkw_i_journal_access(hid_t access, recording_journal *journal);

/* Read a journal that a killed process left, if there is one (*found). HDF5 sees its changes; the next commit makes
 * them. NTKW_ERR_FILE, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_journal_find(recording_journal *journal, bool *found);

/* Make all changes, or none. NTKW_ERR_FILE, NTKW_ERR_MEMORY: none was made; the next commit tries again. */
ntkw_status ntkw_i_journal_commit(recording_journal *journal);

/* After HDF5 has closed the file: truncate it to its length. NTKW_ERR_FILE. */
ntkw_status ntkw_i_journal_cut(const recording_journal *journal);

/* Free, after HDF5 has closed the file. */
void ntkw_i_journal_free(recording_journal *journal);

/* For tests that kill the process in between: called before each write to the file. */
extern void (*ntkw_i_journal_hook)(int fd, const void *bytes, size_t length, int64_t at);

#endif
