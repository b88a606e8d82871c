/* The stages of a publication.
 *
 * No rank waits for another inside a call that can fail: the file's structure is written by rank 0 alone, its whole
 * length is reserved, every rank opens the file, and then each writes its own values. (Over MPI-IO, if that is asked
 * for, opening and closing are collective: hence all that can be found is found before.) */
#include "ranks/comm.h"
#include "checkpoint/digest.h"
#include "fileio/posix_io.h"
#include "ranks/coverage.h"

#include "checkpoint/locked.h"
#include "ranks/coverage.h"
#include "checkpoint/publication.h"
#include "checkpoint/user_block.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

ntkw_status (*ntkw_i_publication_hook)(const char *stage, const char *temporary);

static ntkw_status check_slabs(const ntkw_checkpoint *checkpoint, const pending_array *array) {
  const ntkw_status status =
      ntkw_i_slabs_check(array->name, array->n_dimensions, array->shape, array->n_slabs, array->slabs);
  return status == NTKW_SUCCESS ? status : ntkw_i_fail(status, "rank %d: %s", checkpoint->rank, ntkw_last_error());
}

static ntkw_status cover_by_slabs(const ntkw_checkpoint *checkpoint, const pending_array *array) {
  NTKW_TRY(ntkw_status_agree(checkpoint->comm, check_slabs(checkpoint, array)));
  return ntkw_i_cover_slabs(checkpoint->comm, array->name, array->n_dimensions, array->shape, array->n_slabs,
                            array->slabs);
}

static ntkw_status stage_compare(ntkw_i_publication *publication) {
  ntkw_checkpoint *checkpoint = publication->checkpoint;
  NTKW_TRY(ntkw_i_stated_alike(checkpoint));
  for (int i = 0; i < checkpoint->n_arrays; i++) {
    const pending_array *array = &checkpoint->arrays[i];
    int by_rows = array->by_rows;
    MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, &by_rows, 1, MPI_INT, MPI_MIN, checkpoint->comm));
    NTKW_TRY(by_rows ? ntkw_i_cover_rows(checkpoint->comm, array->name, array->shape[0], array->offset, array->count)
                     : cover_by_slabs(checkpoint, array));
  }
  return NTKW_SUCCESS;
}

static uint64_t digest_of_part(const pending_array *array) {
  const char *values = array->copy ? array->copy : array->values;
  const size_t size = ntkw_i_value_size(array->dtype);
  uint64_t digest = 0;
  slab_runs runs = ntkw_i_slab_runs(array->n_dimensions, array->shape, array->n_slabs, array->slabs);
  while (ntkw_i_slab_next(&runs))
    digest += ntkw_i_digest_values(values + (size_t)runs.at * size, array->dtype, runs.first, (size_t)runs.length);
  return digest;
}

static ntkw_status stage_digest(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  for (int i = 0; i < checkpoint->n_arrays; i++) publication->words[i] = digest_of_part(&checkpoint->arrays[i]);
  return NTKW_SUCCESS;
}

static ntkw_status settle_digest(ntkw_i_publication *publication) {
  ntkw_checkpoint *checkpoint = publication->checkpoint;
  for (int i = 0; i < checkpoint->n_arrays; i++) checkpoint->arrays[i].digest = publication->words[i];
  return NTKW_SUCCESS;
}

/* A number that no other run uses at the same time. */
static uint64_t unique_number(void) {
  uint64_t number;
  if (getrandom(&number, sizeof number, GRND_NONBLOCK) == (ssize_t)sizeof number) return number;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  number = ((uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec) + ((uint64_t)getpid() << 44);
  return ntkw_i_digest_bytes(&number, 0, sizeof number);
}

static ntkw_status stage_name(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  uint64_t number = checkpoint->rank == 0 ? unique_number() : 0;
  MPI_TRY(MPI_Bcast(&number, 1, MPI_UINT64_T, 0, checkpoint->comm));
  const size_t length = strlen(checkpoint->place) + 32;
  publication->temporary = malloc(length);
  NTKW_CHECK(publication->temporary, NTKW_ERR_MEMORY, "out of memory for the name of a file");
  snprintf(publication->temporary, length, "%s.tmp-%016" PRIx64, checkpoint->place, number);
  return NTKW_SUCCESS;
}

static ntkw_status stage_create(ntkw_i_publication *publication) {
  const char *path = publication->checkpoint->place;
  if (publication->checkpoint->rank != 0) return NTKW_SUCCESS;
  if (publication->checkpoint->lock) NTKW_TRY(ntkw_i_lock_held(publication->checkpoint->lock));
  struct stat about;
  NTKW_CHECK(stat(path, &about) != 0 || !S_ISDIR(about.st_mode), NTKW_ERR_FILE, "%s is a folder", path);
  const bool hinted = publication->checkpoint->info != MPI_INFO_NULL;
  if (hinted) NTKW_TRY(ntkw_i_mpi_io_make(publication));
  publication->fd = open(publication->temporary, O_RDWR | (hinted ? 0 : O_CREAT | O_EXCL) | O_CLOEXEC, 0666);
  NTKW_CHECK(publication->fd >= 0, NTKW_ERR_FILE, "cannot make %s: %s", publication->temporary, strerror(errno));
  publication->made = true;
  NTKW_TRY(ntkw_i_skeleton_write(publication));
  return ntkw_i_file_reserve(publication->fd, path, publication->length);
}

/* The addresses of the arrays and the length: rank 0's, as all others add zeros. */
static ntkw_status stage_tell(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  memset(publication->words, 0, (size_t)publication->n_words * sizeof *publication->words);
  if (checkpoint->rank != 0) return NTKW_SUCCESS;
  for (int i = 0; i < checkpoint->n_arrays; i++) publication->words[i] = (uint64_t)checkpoint->arrays[i].address;
  publication->words[checkpoint->n_arrays] = (uint64_t)publication->length;
  return NTKW_SUCCESS;
}

static ntkw_status settle_tell(ntkw_i_publication *publication) {
  ntkw_checkpoint *checkpoint = publication->checkpoint;
  for (int i = 0; i < checkpoint->n_arrays; i++) checkpoint->arrays[i].address = (int64_t)publication->words[i];
  publication->length = (int64_t)publication->words[checkpoint->n_arrays];
  return NTKW_SUCCESS;
}

/* Every rank must reach the file, or MPI-IO would wait for those that cannot. */
static ntkw_status stage_reach(ntkw_i_publication *publication) {
  if (publication->checkpoint->rank == 0) return NTKW_SUCCESS;
  publication->fd = open(publication->temporary, O_RDWR | O_CLOEXEC);
  NTKW_CHECK(publication->fd >= 0, NTKW_ERR_FILE, "cannot open %s, which rank 0 made: %s", publication->temporary,
             strerror(errno));
  return NTKW_SUCCESS;
}

static ntkw_status stage_begin(ntkw_i_publication *publication) {
  return publication->checkpoint->transfer == NTKW_TRANSFER_MPI_IO ? ntkw_i_mpi_io_begin(publication) : NTKW_SUCCESS;
}

static ntkw_status stage_write(ntkw_i_publication *publication) {
  return publication->checkpoint->transfer == NTKW_TRANSFER_MPI_IO ? ntkw_i_mpi_io_write(publication)
                                                                   : ntkw_i_direct_write(publication);
}

static void free_copies(ntkw_checkpoint *checkpoint) {
  for (int i = 0; i < checkpoint->n_arrays; i++) {
    free(checkpoint->arrays[i].copy);
    checkpoint->arrays[i].copy = NULL;
  }
}

static ntkw_status stage_sync(ntkw_i_publication *publication) {
  NTKW_TRY(ntkw_i_file_sync(publication->fd, publication->temporary));
  const int fd = publication->fd;
  publication->fd = -1;
  NTKW_CHECK(close(fd) == 0, NTKW_ERR_FILE, "cannot close %s: %s", publication->temporary, strerror(errno));
  free_copies(publication->checkpoint);
  return NTKW_SUCCESS;
}

/* Network file systems promise that a file opened after others have closed it shows what they wrote, no more. */
static ntkw_status stage_reopen(ntkw_i_publication *publication) {
  publication->fd = open(publication->temporary, O_RDWR | O_CLOEXEC);
  NTKW_CHECK(publication->fd >= 0, NTKW_ERR_FILE, "cannot open %s: %s", publication->temporary, strerror(errno));
  return NTKW_SUCCESS;
}

static ntkw_status stage_read_back(ntkw_i_publication *publication) {
  struct stat about;
  NTKW_CHECK(fstat(publication->fd, &about) == 0, NTKW_ERR_FILE, "cannot read %s: %s", publication->temporary,
             strerror(errno));
  NTKW_CHECK(about.st_size == publication->length, NTKW_ERR_FILE, "%s has %lld bytes, expected %lld",
             publication->temporary, (long long)about.st_size, (long long)publication->length);
  return ntkw_i_read_back(publication);
}

/* A success code of writing proves nothing: the digests of what was read must be those taken from memory. */
static ntkw_status settle_read_back(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  for (int i = 0; i < checkpoint->n_arrays; i++)
    NTKW_CHECK(checkpoint->arrays[i].address < 0 || checkpoint->arrays[i].digest == publication->words[i],
               NTKW_ERR_FILE, "checkpoint %s: array \"%s\" is read back from %s with other values than were written",
               checkpoint->path, checkpoint->arrays[i].name, publication->temporary);
  publication->digest = publication->words[checkpoint->n_arrays];
  return NTKW_SUCCESS;
}

static ntkw_status stage_contents(ntkw_i_publication *publication) {
  return publication->checkpoint->rank == 0 ? ntkw_i_skeleton_read_back(publication) : NTKW_SUCCESS;
}

static ntkw_status write_user_block(const ntkw_i_publication *publication, const user_block *block) {
  unsigned char bytes[USER_BLOCK_LENGTH], again[USER_BLOCK_LENGTH];
  ntkw_i_user_block_encode(block, bytes);
  NTKW_TRY(ntkw_i_file_write(publication->fd, publication->temporary, bytes, sizeof bytes, 0));
  NTKW_TRY(ntkw_i_file_sync(publication->fd, publication->temporary));
  NTKW_TRY(ntkw_i_file_read(publication->fd, publication->temporary, again, sizeof again, 0));
  NTKW_CHECK(memcmp(bytes, again, sizeof bytes) == 0, NTKW_ERR_FILE, "the user block of %s is read back different",
             publication->temporary);
  return NTKW_SUCCESS;
}

static ntkw_status stage_seal(ntkw_i_publication *publication) {
  const user_block block = {.length = publication->length,
                            .version = ntkw_i_format_version(publication->checkpoint),
                            .digest = publication->digest};
  return publication->checkpoint->rank == 0 ? write_user_block(publication, &block) : NTKW_SUCCESS;
}

static ntkw_status stage_rename(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  if (checkpoint->rank != 0) return NTKW_SUCCESS;
  if (checkpoint->lock) NTKW_TRY(ntkw_i_lock_held(checkpoint->lock));
  NTKW_CHECK(rename(publication->temporary, checkpoint->place) == 0, NTKW_ERR_FILE, "cannot rename %s to %s: %s",
             publication->temporary, checkpoint->place, strerror(errno));
  return ntkw_i_folder_sync(checkpoint->place);
}

const ntkw_i_stage ntkw_i_stages[] = {
    {"compare", stage_compare, NTKW_I_COLLECTIVE, true, NULL},
    {"name", stage_name, NTKW_I_COLLECTIVE, true, NULL},
    {"digest", stage_digest, NTKW_I_ANYWHERE, true, settle_digest},
    {"create", stage_create, NTKW_I_MAIN, false, NULL},
    {"tell", stage_tell, NTKW_I_MAIN, true, settle_tell},
    {"reach", stage_reach, NTKW_I_ANYWHERE, false, NULL},
    {"begin", stage_begin, NTKW_I_TRANSFER, false, NULL},
    {"write", stage_write, NTKW_I_TRANSFER, false, NULL},
    {"end", ntkw_i_mpi_io_end, NTKW_I_TRANSFER, false, NULL},
    {"sync", stage_sync, NTKW_I_ANYWHERE, true, NULL},
    {"reopen", stage_reopen, NTKW_I_ANYWHERE, false, NULL},
    {"read back", stage_read_back, NTKW_I_ANYWHERE, true, settle_read_back},
    {"contents", stage_contents, NTKW_I_MAIN, false, NULL},
    {"seal", stage_seal, NTKW_I_ANYWHERE, true, NULL},
    {"rename", stage_rename, NTKW_I_ANYWHERE, true, NULL},
};
const int ntkw_i_n_stages = sizeof ntkw_i_stages / sizeof *ntkw_i_stages;

ntkw_i_place ntkw_i_stage_place(const ntkw_i_stage *stage, const ntkw_checkpoint *checkpoint) {
  if (stage->place != NTKW_I_TRANSFER) return stage->place;
  return checkpoint->transfer == NTKW_TRANSFER_DIRECT ? NTKW_I_ANYWHERE : NTKW_I_COLLECTIVE;
}

ntkw_status ntkw_i_stage_run(const ntkw_i_stage *stage, ntkw_i_publication *publication) {
  ntkw_status status = stage->run(publication);
  if (status == NTKW_SUCCESS && ntkw_i_publication_hook)
    status = ntkw_i_publication_hook(stage->name, publication->temporary);
  if (status != NTKW_ERR_FILE) return status;
  return ntkw_i_fail(status, "checkpoint %s, rank %d: %s", publication->checkpoint->path, publication->checkpoint->rank,
                     ntkw_last_error());
}

ntkw_status ntkw_i_publication_init(ntkw_i_publication *publication, ntkw_checkpoint *checkpoint) {
  *publication = (ntkw_i_publication){
      .checkpoint = checkpoint, .fd = -1, .file = H5I_INVALID_HID, .n_words = checkpoint->n_arrays + 1};
  publication->words = calloc((size_t)publication->n_words, sizeof *publication->words);
  NTKW_CHECK(publication->words, NTKW_ERR_MEMORY, "out of memory for publishing %s", checkpoint->path);
  return NTKW_SUCCESS;
}

void ntkw_i_publication_free(ntkw_i_publication *publication) {
  ntkw_i_file_close(&publication->fd);
  free_copies(publication->checkpoint);
  free(publication->temporary);
  free(publication->words);
}
