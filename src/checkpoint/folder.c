/* Folders of checkpoints PREFIX<digits>.h5: open the newest good one, and remove all but the newest few. */
#include "ranks/comm.h"
#include "ranks/same_on_ranks.h"
#include "fileio/file_io.h"
#include "fileio/test_hooks.h"
#include "checkpoint/lock.h"
#include "ranks/broadcast_buffer.h"
#include "checkpoint/format.h"
#include "ntkw/checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A file of the folder; number points into name, after the prefix. */
typedef struct file_entry {
  char *name;
  const char *number;
} file_entry;

typedef struct file_list {
  file_entry *entries;
  int count;
} file_list;

static const char digits[] = "0123456789";

/* The end of the digits in a name PREFIX<digits>..., or NULL if the name is not of this form. */
static const char *after_digits(const char *name, const char *prefix) {
  const size_t length = strlen(prefix);
  if (strncmp(name, prefix, length) != 0) return NULL;
  const size_t n_digits = strspn(name + length, digits);
  return n_digits > 0 ? name + length + n_digits : NULL;
}

static bool is_checkpoint(const char *name, const char *prefix) {
  const char *rest = after_digits(name, prefix);
  return rest && strcmp(rest, ".h5") == 0;
}

static bool is_temporary(const char *name, const char *prefix) {
  static const char mark[] = ".h5.tmp-";
  const char *rest = after_digits(name, prefix);
  if (!rest || strncmp(rest, mark, strlen(mark)) != 0) return false;
  rest += strlen(mark);
  return strlen(rest) == 16 && strspn(rest, "0123456789abcdef") == 16;
}

/* A stale lock that was renamed by a process that died before it could remove it: lock.c. */
static bool is_stale_lock(const char *name, const char *prefix) {
  (void)prefix;
  static const char mark[] = "lock.stale-";
  if (strncmp(name, mark, strlen(mark)) != 0) return false;
  name += strlen(mark);
  return strlen(name) == 16 && strspn(name, "0123456789abcdef") == 16;
}

/* By number, the largest first; numbers may have any length. Equal numbers by name. */
static int newest_first(const void *a, const void *b) {
  const file_entry *left = a, *right = b;
  const char *left_number = left->number + strspn(left->number, "0");
  const char *right_number = right->number + strspn(right->number, "0");
  const size_t left_length = strspn(left_number, digits), right_length = strspn(right_number, digits);
  if (left_length != right_length) return left_length > right_length ? -1 : 1;
  const int order = strncmp(right_number, left_number, left_length);
  return order ? order : strcmp(left->name, right->name);
}

static void free_listing(file_list *listing) {
  for (int i = 0; i < listing->count; i++) free(listing->entries[i].name);
  free(listing->entries);
  listing->entries = NULL;
  listing->count = 0;
}

static ntkw_status append(file_list *listing, const char *name, size_t prefix_length) {
  file_entry *more = realloc(listing->entries, (size_t)(listing->count + 1) * sizeof *more);
  NTKW_CHECK(more, NTKW_ERR_MEMORY, "out of memory for the list of checkpoints");
  listing->entries = more;
  char *copy = strdup(name);
  NTKW_CHECK(copy, NTKW_ERR_MEMORY, "out of memory for the list of checkpoints");
  const size_t length = strlen(copy); /* names without the prefix may be shorter */
  more[listing->count++] = (file_entry){copy, copy + (prefix_length < length ? prefix_length : length)};
  return NTKW_SUCCESS;
}

/* List the names for which `wanted` holds, the newest first. Not collective. */
static ntkw_status list(const char *folder, const char *prefix, bool (*wanted)(const char *, const char *),
                        file_list *listing) {
  DIR *directory = opendir(folder);
  NTKW_CHECK(directory, NTKW_ERR_FILE, "cannot read the folder %s: %s", folder, strerror(errno));
  ntkw_status status = NTKW_SUCCESS;
  for (struct dirent *found; status == NTKW_SUCCESS && (found = readdir(directory));)
    if (wanted(found->d_name, prefix)) status = append(listing, found->d_name, strlen(prefix));
  closedir(directory);
  if (listing->count > 1) qsort(listing->entries, (size_t)listing->count, sizeof *listing->entries, newest_first);
  return status;
}

static ntkw_status join(const char *folder, const char *name, char **path) {
  const size_t length = strlen(folder) + strlen(name) + 2;
  *path = malloc(length);
  NTKW_CHECK(*path, NTKW_ERR_MEMORY, "out of memory for the name of a file");
  snprintf(*path, length, "%s/%s", folder, name);
  return NTKW_SUCCESS;
}

/* Broadcast the names of all checkpoints that rank 0 sees, the newest first. Collective. */
static ntkw_status share_candidates(MPI_Comm comm, const char *folder, const char *prefix,
                                    ntkw_i_broadcast_buffer *buffer) {
  int rank;
  MPI_TRY(MPI_Comm_rank(comm, &rank));
  file_list found = {NULL, 0};
  ntkw_status status = rank == 0 ? list(folder, prefix, is_checkpoint, &found) : NTKW_SUCCESS;
  status = ntkw_status_agree(comm, status);
  for (int i = 0; i < found.count; i++) ntkw_i_buffer_put_text(buffer, found.entries[i].name);
  free_listing(&found);
  return status == NTKW_SUCCESS ? ntkw_i_buffer_broadcast(buffer, comm) : status;
}

static void note_skipped(char *skipped, size_t size) {
  const size_t at = skipped ? strlen(skipped) : 0;
  if (skipped && at + 1 < size) snprintf(skipped + at, size - at, "%s%s", at ? "\n" : "", ntkw_last_error());
}

static ntkw_status open_one(MPI_Comm comm, const char *folder, const char *name, ntkw_checkpoint_reader **out) {
  char *path = NULL;
  ntkw_status status = ntkw_status_agree(comm, join(folder, name, &path));
  if (status == NTKW_SUCCESS) status = ntkw_checkpoint_reader_open(comm, path, out);
  free(path);
  return status;
}

static ntkw_status open_first_good(MPI_Comm comm, const char *folder, ntkw_i_broadcast_buffer *names, char *skipped,
                                   size_t skipped_size, ntkw_checkpoint_reader **out) {
  int n_skipped = 0;
  while (!ntkw_i_buffer_at_end(names)) {
    const ntkw_status status = open_one(comm, folder, ntkw_i_buffer_get_text(names), out);
    if (status != NTKW_ERR_FORMAT && status != NTKW_ERR_FILE) return status;
    note_skipped(skipped, skipped_size);
    n_skipped++;
  }
  NTKW_CHECK(n_skipped == 0, NTKW_ERR_FORMAT, "none of the %d checkpoints in %s is good; the oldest: %s", n_skipped,
             folder, ntkw_last_error());
  return NTKW_SUCCESS;
}

/* Collective. local: this rank's status from checking the other arguments. */
static ntkw_status check_arguments(MPI_Comm comm, const char *folder, const char *prefix, ntkw_status local) {
  NTKW_TRY(ntkw_status_agree(comm, local));
  NTKW_TRY(ntkw_i_same_text_on_ranks(comm, "the folder of checkpoints", folder));
  return ntkw_i_same_text_on_ranks(comm, "the prefix of checkpoints", prefix);
}

ntkw_status ntkw_checkpoint_reader_open_newest(MPI_Comm comm, const char *folder, const char *prefix, char *skipped,
                                               size_t skipped_size, ntkw_checkpoint_reader **out) {
  MPI_Comm plain;
  ntkw_i_broadcast_buffer names = {0};
  if (out) *out = NULL;
  if (skipped && skipped_size > 0) skipped[0] = '\0';
  NTKW_TRY(ntkw_i_comm_duplicate(comm, "the communicator of a checkpoint", &plain));
  ntkw_status status = check_arguments(
      plain, folder, prefix,
      out ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_ARGUMENT, "ntkw_checkpoint_reader_open_newest: out is NULL"));
  if (status == NTKW_SUCCESS) status = share_candidates(plain, folder, prefix, &names);
  if (status == NTKW_SUCCESS)
    status = open_first_good(plain, folder, &names, skipped_size > 0 ? skipped : NULL, skipped_size, out);
  ntkw_i_buffer_free(&names);
  MPI_Comm_free(&plain);
  return status;
}

static ntkw_status remove_one(const char *folder, const char *name) {
  char *path;
  NTKW_TRY(join(folder, name, &path));
  ntkw_status status = NTKW_SUCCESS;
  if (unlink(path) != 0 && errno != ENOENT)
    status = ntkw_i_fail(NTKW_ERR_FILE, "cannot remove %s: %s", path, strerror(errno));
  free(path);
  return status;
}

/* Check magic, version and length in the user block. The digest was right when the file was published. */
static bool looks_complete(const char *folder, const char *name) {
  char *path;
  int fd;
  user_block block;
  if (join(folder, name, &path) != NTKW_SUCCESS) return false;
  const bool complete = ntkw_i_user_block_open(path, &fd, &block) == NTKW_SUCCESS;
  if (complete) ntkw_i_file_close(&fd);
  free(path);
  return complete;
}

/* Remove all files after the first n complete ones. An error does not stop this; the last one is returned. */
static ntkw_status remove_older(const char *folder, const file_list *found, int n) {
  ntkw_status status = NTKW_SUCCESS;
  for (int i = 0; i < found->count; i++) {
    if (n > 0) {
      n -= looks_complete(folder, found->entries[i].name);
      continue;
    }
    const ntkw_status removed = remove_one(folder, found->entries[i].name);
    if (removed != NTKW_SUCCESS) status = removed;
  }
  return status;
}

/* Remove a renamed lock if it is old: the process that renamed a young one may still put it back. */
static ntkw_status remove_if_old(const char *folder, const char *name) {
  char *path;
  struct stat about;
  NTKW_TRY(join(folder, name, &path));
  const bool old = stat(path, &about) == 0 && difftime(time(NULL), about.st_mtime) > ntkw_i_hooks.lock_stale_after;
  free(path);
  return old ? remove_one(folder, name) : NTKW_SUCCESS;
}

static ntkw_status tidy(const char *folder, const char *prefix, int n) {
  file_list found = {NULL, 0};
  ntkw_status status = list(folder, prefix, is_checkpoint, &found);
  if (status == NTKW_SUCCESS) status = remove_older(folder, &found, n);
  free_listing(&found);
  if (status == NTKW_SUCCESS) status = list(folder, prefix, is_temporary, &found);
  for (int i = 0; status == NTKW_SUCCESS && i < found.count; i++) status = remove_one(folder, found.entries[i].name);
  free_listing(&found);
  if (status == NTKW_SUCCESS) status = list(folder, prefix, is_stale_lock, &found);
  for (int i = 0; status == NTKW_SUCCESS && i < found.count; i++) status = remove_if_old(folder, found.entries[i].name);
  free_listing(&found);
  return status;
}

ntkw_status ntkw_checkpoint_keep(MPI_Comm comm, const char *folder, const char *prefix, int n) {
  MPI_Comm plain;
  int rank;
  NTKW_TRY(ntkw_i_comm_duplicate(comm, "the communicator of a checkpoint", &plain));
  ntkw_status status = check_arguments(
      plain, folder, prefix,
      n >= 1 ? NTKW_SUCCESS
             : ntkw_i_fail(NTKW_ERR_ARGUMENT,
                           "ntkw_checkpoint_keep: %d checkpoints are to be kept; expected at least 1", n));
  if (MPI_Comm_rank(plain, &rank) != MPI_SUCCESS) rank = -1;
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(plain, rank == 0 ? tidy(folder, prefix, n) : NTKW_SUCCESS);
  MPI_Comm_free(&plain);
  return status;
}
