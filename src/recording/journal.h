/* A file for HDF5 whose changes are made all at once: whoever ends in between, by SIGKILL too, leaves the file as it was
 * before or after them.
 *
 * HDF5 writes through a driver of ours that keeps what is written in memory. ntkw_i_journal_commit writes all of it
 * behind the end of the file first, as a journal with a digest; then to its places; then it takes the journal back. If
 * it is killed before the journal is whole, nothing has changed; if after that, the journal at the end of the file
 * says what is to be changed, and who reads the file reads it as changed. Values that are written past HDF5, to space
 * that nothing in the file refers to yet, need no journal.
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
typedef struct trace_journal {
  ntkw_i_storage storage; /* must be the first member; allocated: length of the file without a journal */
  int fd;
  const char *path;
  char *bytes; /* changes that are not in the file yet, as the journal has them */
  size_t used, capacity;
  bool lost; /* there was no memory for one */
} trace_journal;

/* Let the file that is made or opened with these access properties be this one, which must live until it is closed. */
ntkw_status ntkw_i_journal_access(hid_t access, trace_journal *journal);

/* Take up a journal that was left behind. Its changes are seen by HDF5, and made by the next commit. *found: there is
 * one. NTKW_ERR_FILE, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_journal_find(trace_journal *journal, bool *found);

/* Make all changes, or none. NTKW_ERR_FILE, NTKW_ERR_MEMORY: none was made; the next commit tries again. */
ntkw_status ntkw_i_journal_commit(trace_journal *journal);

/* After HDF5 has closed the file: cut off what is behind its end. NTKW_ERR_FILE. */
ntkw_status ntkw_i_journal_cut(const trace_journal *journal);

/* Free, after HDF5 has closed the file. */
void ntkw_i_journal_free(trace_journal *journal);

/* For tests of ends in between: called before each write to the file. */
extern void (*ntkw_i_journal_hook)(int fd, const void *bytes, size_t length, int64_t at);

#endif
