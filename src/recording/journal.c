#include "recording/journal.h"
#include "checkpoint/digest.h"
#include "checkpoint/file_bytes.h"
#include "status/check.h"

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char mark[8] = "NTKWJRNL";
enum { HEAD = 16, TAIL = 24 }; /* bytes before each change, and at the end */

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

/* The change that begins at *position, which moves on; false: none is left. */
static bool next_change(const trace_journal *j, size_t *position, change *out) {
  if (*position + HEAD > j->used) return false;
  const char *head = j->bytes + *position;
  *out = (change){(int64_t)get_word(head), (size_t)get_word(head + 8), head + HEAD};
  *position += HEAD + out->length;
  return true;
}

static bool reserve(trace_journal *j, size_t more) {
  if (j->used + more <= j->capacity) return true;
  const size_t capacity = 2 * (j->used + more);
  char *bytes = realloc(j->bytes, capacity);
  if (!bytes) return false;
  j->bytes = bytes;
  j->capacity = capacity;
  return true;
}

static void add_change(trace_journal *j, int64_t at, size_t length, const void *bytes) {
  j->lost = j->lost || !reserve(j, HEAD + length + TAIL);
  if (j->lost) return;
  put_word(j->bytes + j->used, (uint64_t)at);
  put_word(j->bytes + j->used + 8, (uint64_t)length);
  memcpy(j->bytes + j->used + HEAD, bytes, length);
  j->used += HEAD + length;
}

/* HDF5's driver. */
typedef struct open_file {
  H5FD_t shared; /* HDF5's part; must be the first */
  trace_journal *journal;
} open_file;

static trace_journal *journal_of(const H5FD_t *file) {
  return ((const open_file *)file)->journal;
}

static H5FD_t *begin(const char *name, unsigned flags, hid_t access, haddr_t most) {
  (void)name, (void)flags, (void)most;
  trace_journal *const *info = H5Pget_driver_info(access);
  open_file *file = info ? calloc(1, sizeof *file) : NULL;
  if (!file) return NULL;
  file->journal = *info;
  file->journal->length = 0;
  return &file->shared;
}

static herr_t end(H5FD_t *file) {
  free(file);
  return 0;
}

/* The flags of HDF5's own driver, so that the files are the same. */
static herr_t query(const H5FD_t *file, unsigned long *flags) {
  (void)file;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

static haddr_t get_allocated(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return (haddr_t)journal_of(file)->length;
}

static herr_t set_allocated(H5FD_t *file, H5FD_mem_t type, haddr_t address) {
  (void)type;
  journal_of(file)->length = (int64_t)address;
  return 0;
}

static haddr_t get_end(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return (haddr_t)journal_of(file)->end;
}

/* The bytes of the file, zeros behind its end, overwritten by the changes in their order. */
static herr_t read_bytes(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t from, size_t size, void *bytes) {
  (void)type, (void)transfer;
  const trace_journal *j = journal_of(file);
  const int64_t first = (int64_t)from, last = first + (int64_t)size;
  struct stat about;
  memset(bytes, 0, size);
  if (fstat(j->fd, &about) != 0) return -1;
  const int64_t there = about.st_size < last ? about.st_size : last;
  if (there > first && ntkw_i_file_read(j->fd, j->path, bytes, (size_t)(there - first), first) != NTKW_SUCCESS)
    return -1;
  change c;
  for (size_t position = 0; next_change(j, &position, &c);) {
    const int64_t a = c.at > first ? c.at : first,
                  b = c.at + (int64_t)c.length < last ? c.at + (int64_t)c.length : last;
    if (a < b) memcpy((char *)bytes + (a - first), c.bytes + (a - c.at), (size_t)(b - a));
  }
  return 0;
}

static herr_t write_bytes(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t size, const void *bytes) {
  (void)type, (void)transfer;
  trace_journal *j = journal_of(file);
  add_change(j, (int64_t)at, size, bytes);
  if ((int64_t)(at + size) > j->end) j->end = (int64_t)(at + size);
  return 0;
}

static herr_t cut_off(H5FD_t *file, hid_t transfer, hbool_t closing) {
  (void)transfer, (void)closing;
  journal_of(file)->end = journal_of(file)->length;
  return 0;
}

static hid_t make_driver(void) {
  static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
      .version = H5FD_CLASS_VERSION,
      .value = (H5FD_class_value_t)513, /* not HDF5's own, nor the forgiving file's */
#endif
      .name = "ntkw journaled file",
      .maxaddr = INT64_MAX,
      .fc_degree = H5F_CLOSE_STRONG,
      .fapl_size = sizeof(trace_journal *),
      .open = begin,
      .close = end,
      .query = query,
      .get_eoa = get_allocated,
      .set_eoa = set_allocated,
      .get_eof = get_end,
      .read = read_bytes,
      .write = write_bytes,
      .truncate = cut_off,
      .fl_map = H5FD_FLMAP_DICHOTOMY};
  return H5FDregister(&driver);
}

ntkw_status ntkw_i_journal_access(hid_t access, trace_journal *j) {
  struct stat about;
  NTKW_CHECK(fstat(j->fd, &about) == 0, NTKW_ERR_FILE, "cannot read %s: %s", j->path, strerror(errno));
  if (j->end < about.st_size) j->end = about.st_size;
  if (j->driver <= 0) j->driver = make_driver();
  NTKW_CHECK(j->driver > 0 && H5Pset_driver(access, j->driver, &j) >= 0, NTKW_ERR_FILE, "cannot prepare HDF5 for %s",
             j->path);
  return NTKW_SUCCESS;
}

/* Do the changes fill the journal exactly, and lie in the file? */
static bool is_sound(const trace_journal *j, int64_t most) {
  size_t position = 0;
  change c;
  while (position + HEAD <= j->used) {
    const uint64_t at = get_word(j->bytes + position), length = get_word(j->bytes + position + 8);
    if (length > j->used - position - HEAD || at > (uint64_t)most) return false;
    next_change(j, &position, &c);
  }
  return position == j->used;
}

ntkw_status ntkw_i_journal_find(trace_journal *j, bool *found) {
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

static ntkw_status put(const trace_journal *j, const void *bytes, size_t length, int64_t at) {
  if (ntkw_i_journal_hook) ntkw_i_journal_hook(j->fd, bytes, length, at);
  return ntkw_i_file_write(j->fd, j->path, bytes, length, at);
}

/* Write the journal as the end of the file, in space reserved there if that is enough. *at: its position. */
static ntkw_status write_journal(trace_journal *j, int64_t *at) {
  struct stat about;
  char *tail = j->bytes + j->used;
  const int64_t size = (int64_t)j->used + TAIL;
  NTKW_CHECK(fstat(j->fd, &about) == 0, NTKW_ERR_FILE, "cannot write %s: %s", j->path, strerror(errno));
  const int64_t inside = about.st_size - size;
  *at = inside >= j->length ? inside : j->length > about.st_size ? j->length : about.st_size;
  put_word(tail, (uint64_t)j->used);
  put_word(tail + 8, ntkw_i_digest_bytes(j->bytes, 0, j->used));
  memcpy(tail + 16, mark, sizeof mark);
  const ntkw_status status = put(j, j->bytes, (size_t)size, *at);
  if (status != NTKW_SUCCESS && about.st_size < *at + size) (void)!ftruncate(j->fd, about.st_size);
  return status;
}

ntkw_status ntkw_i_journal_commit(trace_journal *j) {
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

ntkw_status ntkw_i_journal_cut(const trace_journal *j) {
  NTKW_CHECK(ftruncate(j->fd, (off_t)j->length) == 0, NTKW_ERR_FILE, "cannot set the length of %s: %s", j->path,
             strerror(errno));
  return NTKW_SUCCESS;
}

void ntkw_i_journal_free(trace_journal *j) {
  if (j->driver > 0) H5FDunregister(j->driver);
  free(j->bytes);
  *j = (trace_journal){.fd = -1};
}
