#include "recording/journal.h"
#include "base/digest.h"
#include "fileio/file_io.h"
#include "base/check.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char mark[8] = "NTKWJRNL";
enum { HEAD = 16, TAIL = 24 }; /* bytes before each change, and at the end of the journal */

void (*ntkw_i_journal_hook)(int fd, const void *bytes, size_t length, int64_t at);

static uint64_t get_word(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return le64toh(word);
}

static void put_word(char *bytes, uint64_t word) {
  word = htole64(word);
  memcpy(bytes, &word, sizeof word);
}

/* One change in the journal. */
typedef struct change {
  int64_t at;
  size_t length;
  const char *bytes;
} change;

/* Get the change that begins at *position, and advance *position to the next. Returns false if none is left. */
static bool next_change(const recording_journal *j, size_t *position, change *out) {
  if (*position + HEAD > j->used) return false;
  const char *head = j->bytes + *position;
  *out = (change){(int64_t)get_word(head), (size_t)get_word(head + 8), head + HEAD};
  *position += HEAD + out->length;
  return true;
}

static bool reserve(recording_journal *j, size_t more) {
  if (j->used + more <= j->capacity) return true;
  const size_t capacity = 2 * (j->used + more);
  char *bytes = realloc(j->bytes, capacity);
  if (!bytes) return false;
  j->bytes = bytes;
  j->capacity = capacity;
  return true;
}

static void add_change(recording_journal *j, int64_t at, size_t length, const void *bytes) {
  j->lost = j->lost || !reserve(j, HEAD + length + TAIL);
  if (j->lost) return;
  put_word(j->bytes + j->used, (uint64_t)at);
  put_word(j->bytes + j->used + 8, (uint64_t)length);
  memcpy(j->bytes + j->used + HEAD, bytes, length);
  j->used += HEAD + length;
}

/* Read bytes of the file with the pending changes applied in their order. Bytes beyond the end of the file stay zero.
 */
static bool read_bytes(ntkw_i_storage *storage, H5FD_mem_t kind, int64_t first, size_t size, void *bytes) {
  (void)kind;
  const recording_journal *j = (const recording_journal *)storage;
  const int64_t last = first + (int64_t)size;
  struct stat about;
  if (fstat(j->fd, &about) != 0) return false;
  const int64_t there = about.st_size < last ? about.st_size : last;
  if (there > first && ntkw_i_file_read(j->fd, j->path, bytes, (size_t)(there - first), first) != NTKW_SUCCESS)
    return false;
  change c;
  for (size_t position = 0; next_change(j, &position, &c);) {
    const int64_t a = c.at > first ? c.at : first,
                  b = c.at + (int64_t)c.length < last ? c.at + (int64_t)c.length : last;
    if (a < b) memcpy((char *)bytes + (a - first), c.bytes + (a - c.at), (size_t)(b - a));
  }
  return true;
}

static void write_bytes(ntkw_i_storage *storage, int64_t at, size_t size, const void *bytes) {
  add_change((recording_journal *)storage, at, size, bytes);
}

ntkw_status ntkw_i_journal_access(hid_t access, recording_journal *j) {
  struct stat about;
  NTKW_CHECK(fstat(j->fd, &about) == 0, NTKW_ERR_FILE, "cannot read %s: %s", j->path, strerror(errno));
  j->storage.read = read_bytes;
  j->storage.write = write_bytes;
  if (j->storage.end < about.st_size) j->storage.end = about.st_size;
  return ntkw_i_hdf5_set_storage(access, &j->storage, j->path);
}

/* Whether the changes fill the journal exactly and each begins at an offset from 0 to most. */
static bool is_sound(const recording_journal *j, int64_t most) {
  size_t position = 0;
  change c;
  while (position + HEAD <= j->used) {
    const uint64_t at = get_word(j->bytes + position), length = get_word(j->bytes + position + 8);
    if (length > j->used - position - HEAD || at > (uint64_t)most) return false;
    next_change(j, &position, &c);
  }
  return position == j->used;
}

ntkw_status ntkw_i_journal_find(recording_journal *j, bool *found) {
  char tail[TAIL];
  struct stat about;
  *found = false;
  NTKW_CHECK(fstat(j->fd, &about) == 0, NTKW_ERR_FILE, "cannot read %s: %s", j->path, strerror(errno));
  if (about.st_size < TAIL) return NTKW_SUCCESS;
  NTKW_TRY(ntkw_i_file_read(j->fd, j->path, tail, TAIL, about.st_size - TAIL));
  const uint64_t length = get_word(tail);
  if (memcmp(tail + 16, mark, 8) != 0 || length > (uint64_t)(about.st_size - TAIL)) return NTKW_SUCCESS;
  NTKW_CHECK(reserve(j, (size_t)length + TAIL), NTKW_ERR_MEMORY, "out of memory for the journal of %s", j->path);
  NTKW_TRY(ntkw_i_file_read(j->fd, j->path, j->bytes, (size_t)length, about.st_size - TAIL - (int64_t)length));
  j->used = (size_t)length;
  *found = length > 0 && ntkw_i_digest_bytes(j->bytes, 0, (size_t)length) == get_word(tail + 8) &&
           is_sound(j, about.st_size);
  if (!*found) j->used = 0;
  return NTKW_SUCCESS;
}

static ntkw_status put(const recording_journal *j, const void *bytes, size_t length, int64_t at) {
  if (ntkw_i_journal_hook) ntkw_i_journal_hook(j->fd, bytes, length, at);
  return ntkw_i_file_write(j->fd, j->path, bytes, length, at);
}

/* Write the journal at the end of the file, in the space reserved there if that is large enough. *at: its offset. */
static ntkw_status write_journal(recording_journal *j, int64_t *at) {
  struct stat about;
  char *tail = j->bytes + j->used;
  const int64_t size = (int64_t)j->used + TAIL;
  NTKW_CHECK(fstat(j->fd, &about) == 0, NTKW_ERR_FILE, "cannot write %s: %s", j->path, strerror(errno));
  const int64_t inside = about.st_size - size;
  *at = inside >= j->storage.allocated         ? inside
        : j->storage.allocated > about.st_size ? j->storage.allocated
                                               : about.st_size;
  put_word(tail, (uint64_t)j->used);
  put_word(tail + 8, ntkw_i_digest_bytes(j->bytes, 0, j->used));
  memcpy(tail + 16, mark, sizeof mark);
  const ntkw_status status = put(j, j->bytes, (size_t)size, *at);
  if (status != NTKW_SUCCESS && about.st_size < *at + size) (void)!ftruncate(j->fd, about.st_size);
  return status;
}

ntkw_status ntkw_i_journal_commit(recording_journal *j) {
  static const char zeros[TAIL] = "";
  int64_t at = 0;
  NTKW_CHECK(!j->lost, NTKW_ERR_MEMORY, "out of memory for the changes of %s", j->path);
  if (j->used == 0) return NTKW_SUCCESS;
  NTKW_TRY(write_journal(j, &at));
  change c;
  for (size_t position = 0; next_change(j, &position, &c);) NTKW_TRY(put(j, c.bytes, c.length, c.at));
  NTKW_TRY(put(j, zeros, TAIL, at + (int64_t)j->used));
  j->used = 0;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_journal_cut(const recording_journal *j) {
  NTKW_CHECK(ftruncate(j->fd, (off_t)j->storage.allocated) == 0, NTKW_ERR_FILE, "cannot set the length of %s: %s",
             j->path, strerror(errno));
  return NTKW_SUCCESS;
}

void ntkw_i_journal_free(recording_journal *j) {
  ntkw_i_hdf5_release_storage(&j->storage);
  free(j->bytes);
  *j = (recording_journal){.fd = -1};
}
