/* Atomic changes of an HDF5 file: a process that ends at any time, even by SIGKILL, leaves the file as it was before
 * all changes of a commit or after all of them.
 *
 * HDF5 writes through a driver that keeps the changes in memory. ntkw_i_journal_commit first writes all of them behind
 * the end of the file, as a journal with a digest; then it writes them to their places; then it removes the journal. If
 * it is killed before the journal is complete, nothing has changed. If it is killed later, the journal at the end of
 * the file holds the changes, and every reader applies them. Values that are written directly, to space that nothing in
 * the file refers to yet, need no journal.
 *
 * Format of the journal, with numbers as 64-bit words, little-endian: for each change its offset in the file, its
 * length and its bytes; then the length of all changes, their digest, and a mark, which end the file. No function is
 * collective. */
#ifndef NTKW_RECORDING_JOURNAL_H
#define NTKW_RECORDING_JOURNAL_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>
#include "fileio/hdf5_driver.h"

/* Initialise it as {.fd = ..., .path = ...}; both are borrowed. */
typedef struct recording_journal {
  ntkw_i_storage storage; /* must be the first member; allocated: length of the file without a journal */
  int fd;
  const char *path;
  char *bytes; /* changes that are not in the file yet, in the journal's format */
  size_t used, capacity;
  bool lost; /* a change was dropped for lack of memory */
} recording_journal;

/* Set access so that HDF5 creates or opens the file through this journal. journal must live until the file is closed.
 * @return NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status ntkw_i_journal_access(hid_t access, recording_journal *journal);

/* Read the journal that a killed process left in the file. *found: there is one. HDF5 then reads the file with these
 * changes, and the next commit makes them. @return NTKW_SUCCESS, NTKW_ERR_FILE, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_journal_find(recording_journal *journal, bool *found);

/* Make all changes. After an error a reader finds the file before all changes or after all of them. After NTKW_ERR_FILE
 * the next commit tries again. After NTKW_ERR_MEMORY, which means that a change was dropped, every commit fails. */
ntkw_status ntkw_i_journal_commit(recording_journal *journal);

/* Truncate the file to the length that HDF5 has allocated. Call it after HDF5 has closed the file. @return
 * NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status ntkw_i_journal_cut(const recording_journal *journal);

/* Free the memory of a journal, not the struct. Call it after HDF5 has closed the file. */
void ntkw_i_journal_free(recording_journal *journal);

/* For tests of killed processes: called before each write to the file. */
extern void (*ntkw_i_journal_hook)(int fd, const void *bytes, size_t length, int64_t at);

#endif
