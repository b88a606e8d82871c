/* ntkw_checkpoint_publish: the stages in order, with an agreement on the status after each.
 *
 * No rank waits for another inside a call that can fail: rank 0 alone writes the structure of the file and reserves its
 * whole length, every rank opens the file, and then each writes its own values. (Opening and closing over MPI-IO are
 * collective, so every error that can be found is found before.) */
#include "base/digest.h"
#include "base/dtype.h"
#include "base/failure.h"
#include "base/unique_number.h"
#include "checkpoint/format.h"
#include "checkpoint/lock.h"
#include "checkpoint/publication.h"
#include "fileio/hdf5_error.h"
#include "fileio/file_io.h"
#include "fileio/test_hooks.h"
#include "ranks/agree.h"
#include "ranks/comm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ntkw_status stage_compare(ntkw_i_publication *publication) {
  return ntkw_i_check_ranks(publication->checkpoint);
}

static const char *values_of(const pending_array *array) {
  return array->copy ? array->copy : array->values;
}

static uint64_t digest_of_part(const pending_array *array) {
  const char *values = values_of(array);
  const size_t size = ntkw_i_value_size(array->dtype);
  uint64_t digest = 0;
  slab_runs runs = ntkw_i_slab_runs(array->n_dimensions, array->shape, array->n_slabs, array->slabs);
  while (ntkw_i_slab_next(&runs))
    digest += ntkw_i_digest_values(values + (size_t)runs.at * size, array->dtype, runs.first, (size_t)runs.length);
  return digest;
}

static ntkw_status stage_digest(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  for (int i = 0; i < checkpoint->n_arrays; i++)
    publication->sums[NTKW_I_SUM_DIGESTS][i] = digest_of_part(&checkpoint->arrays[i]);
  return NTKW_SUCCESS;
}

static ntkw_status decide_digest(ntkw_i_publication *publication) {
  ntkw_checkpoint *checkpoint = publication->checkpoint;
  for (int i = 0; i < checkpoint->n_arrays; i++)
    checkpoint->arrays[i].digest = publication->sums[NTKW_I_SUM_DIGESTS][i];
  return NTKW_SUCCESS;
}

static ntkw_status stage_name(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  uint64_t number = checkpoint->rank == 0 ? ntkw_i_unique_number() : 0;
  MPI_TRY(MPI_Bcast(&number, 1, MPI_UINT64_T, 0, checkpoint->comm));
  const size_t length = strlen(checkpoint->absolute_path) + 32;
  publication->temporary = malloc(length);
  NTKW_CHECK(publication->temporary, NTKW_ERR_MEMORY, "out of memory for the name of a file");
  snprintf(publication->temporary, length, "%s.tmp-%016" PRIx64, checkpoint->absolute_path, number);
  return NTKW_SUCCESS;
}

static ntkw_status stage_create(ntkw_i_publication *publication) {
  const char *path = publication->checkpoint->absolute_path;
  if (publication->checkpoint->rank != 0) return NTKW_SUCCESS;
  if (publication->checkpoint->lock) NTKW_TRY(ntkw_i_lock_check_held(publication->checkpoint->lock));
  struct stat about;
  NTKW_CHECK(stat(path, &about) != 0 || !S_ISDIR(about.st_mode), NTKW_ERR_FILE, "%s is a folder", path);
  const bool hinted = publication->checkpoint->info != MPI_INFO_NULL;
  if (hinted) NTKW_TRY(ntkw_i_mpi_io_create(publication));
  publication->fd = open(publication->temporary, O_RDWR | (hinted ? 0 : O_CREAT | O_EXCL) | O_CLOEXEC, 0666);
  NTKW_CHECK(publication->fd >= 0, NTKW_ERR_FILE, "cannot make %s: %s", publication->temporary, strerror(errno));
  publication->created = true;
  NTKW_TRY(ntkw_i_layout_write(publication));
  return ntkw_i_file_reserve(publication->fd, path, publication->length);
}

/* Rank 0 knows the addresses and the length; the other ranks add zeros. */
static ntkw_status stage_share_layout(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  uint64_t *layout = publication->sums[NTKW_I_SUM_LAYOUT];
  if (checkpoint->rank != 0) return NTKW_SUCCESS;
  for (int i = 0; i < checkpoint->n_arrays; i++) layout[i] = (uint64_t)checkpoint->arrays[i].address;
  layout[checkpoint->n_arrays] = (uint64_t)publication->length;
  return NTKW_SUCCESS;
}

static ntkw_status decide_share_layout(ntkw_i_publication *publication) {
  ntkw_checkpoint *checkpoint = publication->checkpoint;
  const uint64_t *layout = publication->sums[NTKW_I_SUM_LAYOUT];
  for (int i = 0; i < checkpoint->n_arrays; i++) checkpoint->arrays[i].address = (int64_t)layout[i];
  publication->length = (int64_t)layout[checkpoint->n_arrays];
  return NTKW_SUCCESS;
}

/* Every rank opens the file before MPI-IO does, which would wait for the ranks that cannot. */
static ntkw_status stage_open_everywhere(ntkw_i_publication *publication) {
  if (publication->checkpoint->rank == 0) return NTKW_SUCCESS;
  publication->fd = open(publication->temporary, O_RDWR | O_CLOEXEC);
  NTKW_CHECK(publication->fd >= 0, NTKW_ERR_FILE, "cannot open %s, which rank 0 made: %s", publication->temporary,
             strerror(errno));
  return NTKW_SUCCESS;
}

static ntkw_status stage_open_mpi_io(ntkw_i_publication *publication) {
  return publication->checkpoint->transfer == NTKW_TRANSFER_MPI_IO ? ntkw_i_mpi_io_open(publication) : NTKW_SUCCESS;
}

/* Write this rank's part straight to the address of the array, which rank 0 has shared. */
static ntkw_status write_part(const ntkw_i_publication *publication, const pending_array *array) {
  const char *values = values_of(array);
  const size_t size = ntkw_i_value_size(array->dtype);
  slab_runs runs = ntkw_i_slab_runs(array->n_dimensions, array->shape, array->n_slabs, array->slabs);
  while (array->address >= 0 && ntkw_i_slab_next(&runs))
    NTKW_TRY(ntkw_i_array_write(publication->fd, publication->temporary, array->dtype, array->address, runs.first,
                                (size_t)runs.length, values + (size_t)runs.at * size));
  return NTKW_SUCCESS;
}

static ntkw_status transfer_direct(const ntkw_i_publication *publication) {
  for (int i = 0; i < publication->checkpoint->n_arrays; i++)
    NTKW_TRY(write_part(publication, &publication->checkpoint->arrays[i]));
  return NTKW_SUCCESS;
}

static ntkw_status stage_write(ntkw_i_publication *publication) {
  return publication->checkpoint->transfer == NTKW_TRANSFER_MPI_IO ? ntkw_i_transfer_mpi_io(publication)
                                                                   : transfer_direct(publication);
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

/* Network file systems promise only that a file opened after others closed it shows what they wrote. */
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
  return ntkw_i_read_back_data(publication);
}

/* A success code of writing proves nothing: the digests of what was read must be those taken from memory. */
static ntkw_status decide_read_back(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  const uint64_t *found = publication->sums[NTKW_I_SUM_READ_BACK];
  for (int i = 0; i < checkpoint->n_arrays; i++)
    NTKW_CHECK(checkpoint->arrays[i].address < 0 || checkpoint->arrays[i].digest == found[i], NTKW_ERR_FILE,
               "checkpoint %s: array \"%s\" is read back from %s with other values than were written", checkpoint->path,
               checkpoint->arrays[i].name, publication->temporary);
  publication->digest = found[checkpoint->n_arrays];
  return NTKW_SUCCESS;
}

static ntkw_status stage_contents(ntkw_i_publication *publication) {
  return publication->checkpoint->rank == 0 ? ntkw_i_read_back_layout(publication) : NTKW_SUCCESS;
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

static ntkw_status stage_write_header(ntkw_i_publication *publication) {
  const user_block block = {.length = publication->length,
                            .version = ntkw_i_format_version(publication->checkpoint),
                            .digest = publication->digest};
  return publication->checkpoint->rank == 0 ? write_user_block(publication, &block) : NTKW_SUCCESS;
}

static ntkw_status stage_rename(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  if (checkpoint->rank != 0) return NTKW_SUCCESS;
  if (checkpoint->lock) NTKW_TRY(ntkw_i_lock_check_held(checkpoint->lock));
  NTKW_CHECK(rename(publication->temporary, checkpoint->absolute_path) == 0, NTKW_ERR_FILE,
             "cannot rename %s to %s: %s", publication->temporary, checkpoint->absolute_path, strerror(errno));
  return ntkw_i_folder_sync(checkpoint->absolute_path);
}

const ntkw_i_stage ntkw_i_stages[] = {
    {"compare", stage_compare, NTKW_I_COLLECTIVE, true, NTKW_I_SUM_NOTHING, NULL},
    {"name", stage_name, NTKW_I_COLLECTIVE, true, NTKW_I_SUM_NOTHING, NULL},
    {"digest", stage_digest, NTKW_I_ANY_THREAD, true, NTKW_I_SUM_DIGESTS, decide_digest},
    {"create", stage_create, NTKW_I_CALLING_THREAD, false, NTKW_I_SUM_NOTHING, NULL},
    {"share layout", stage_share_layout, NTKW_I_CALLING_THREAD, true, NTKW_I_SUM_LAYOUT, decide_share_layout},
    {"open everywhere", stage_open_everywhere, NTKW_I_ANY_THREAD, false, NTKW_I_SUM_NOTHING, NULL},
    {"begin", stage_open_mpi_io, NTKW_I_BY_TRANSFER, false, NTKW_I_SUM_NOTHING, NULL},
    {"write", stage_write, NTKW_I_BY_TRANSFER, false, NTKW_I_SUM_NOTHING, NULL},
    {"end", ntkw_i_mpi_io_close, NTKW_I_BY_TRANSFER, false, NTKW_I_SUM_NOTHING, NULL},
    {"sync", stage_sync, NTKW_I_ANY_THREAD, true, NTKW_I_SUM_NOTHING, NULL},
    {"reopen", stage_reopen, NTKW_I_ANY_THREAD, false, NTKW_I_SUM_NOTHING, NULL},
    {"read back", stage_read_back, NTKW_I_ANY_THREAD, true, NTKW_I_SUM_READ_BACK, decide_read_back},
    {"contents", stage_contents, NTKW_I_CALLING_THREAD, false, NTKW_I_SUM_NOTHING, NULL},
    {"write header", stage_write_header, NTKW_I_ANY_THREAD, true, NTKW_I_SUM_NOTHING, NULL},
    {"rename", stage_rename, NTKW_I_ANY_THREAD, true, NTKW_I_SUM_NOTHING, NULL},
};
const int ntkw_i_n_stages = sizeof ntkw_i_stages / sizeof *ntkw_i_stages;

ntkw_i_site ntkw_i_stage_site(const ntkw_i_stage *stage, const ntkw_checkpoint *checkpoint) {
  if (stage->site != NTKW_I_BY_TRANSFER) return stage->site;
  return checkpoint->transfer == NTKW_TRANSFER_DIRECT ? NTKW_I_ANY_THREAD : NTKW_I_COLLECTIVE;
}

uint64_t *ntkw_i_stage_sums(const ntkw_i_stage *stage, const ntkw_i_publication *publication, int *n) {
  const bool none = stage->sum == NTKW_I_SUM_NOTHING;
  *n = none ? 0 : publication->n_sums;
  return none ? NULL : publication->sums[stage->sum];
}

ntkw_status ntkw_i_stage_run(const ntkw_i_stage *stage, ntkw_i_publication *publication) {
  ntkw_status status = stage->run(publication);
  if (status == NTKW_SUCCESS && ntkw_i_hooks.after_stage)
    status = ntkw_i_hooks.after_stage(stage->name, publication->temporary);
  if (status != NTKW_ERR_FILE) return status;
  return ntkw_i_fail(status, "checkpoint %s, rank %d: %s", publication->checkpoint->path, publication->checkpoint->rank,
                     ntkw_last_error());
}

ntkw_status ntkw_i_publication_init(ntkw_i_publication *publication, ntkw_checkpoint *checkpoint) {
  *publication = (ntkw_i_publication){
      .checkpoint = checkpoint, .fd = -1, .file = H5I_INVALID_HID, .n_sums = checkpoint->n_arrays + 1};
  for (int sum = 0; sum < NTKW_I_N_SUMS; sum++) {
    publication->sums[sum] = calloc((size_t)publication->n_sums, sizeof **publication->sums);
    NTKW_CHECK(publication->sums[sum], NTKW_ERR_MEMORY, "out of memory for publishing %s", checkpoint->path);
  }
  return NTKW_SUCCESS;
}

void ntkw_i_publication_free(ntkw_i_publication *publication) {
  ntkw_i_file_close(&publication->fd);
  free_copies(publication->checkpoint);
  free(publication->temporary);
  for (int sum = 0; sum < NTKW_I_N_SUMS; sum++) free(publication->sums[sum]);
}

static ntkw_status run_stages(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  for (int i = 0; i < ntkw_i_n_stages; i++) {
    const ntkw_i_stage *stage = &ntkw_i_stages[i];
    int n_sums;
    uint64_t *sums = ntkw_i_stage_sums(stage, publication, &n_sums);
    const ntkw_status mine = ntkw_i_stage_run(stage, publication);
    NTKW_TRY(ntkw_i_agree(checkpoint->comm, &checkpoint->stall, mine, sums, n_sums));
    if (stage->decide) NTKW_TRY(stage->decide(publication));
  }
  return NTKW_SUCCESS;
}

/* Remove the temporary file. Collective: no rank returns before the file is gone. A file that only some ranks could
 * open over MPI-IO stays open, because closing it would wait for the other ranks. */
static void withdraw(ntkw_i_publication *publication, ntkw_status status) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  int opened = publication->file >= 0, by_all = 0;
  if (MPI_Allreduce(&opened, &by_all, 1, MPI_INT, MPI_MIN, checkpoint->comm) == MPI_SUCCESS && by_all) {
    ntkw_i_failure first;
    ntkw_i_failure_keep(&first, status);
    ntkw_i_mpi_io_close(publication);
    ntkw_i_failure_report(&first);
  }
  if (publication->created) unlink(publication->temporary);
  MPI_Barrier(checkpoint->comm);
}

ntkw_status ntkw_checkpoint_publish(ntkw_checkpoint *checkpoint) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_publish"));
  ntkw_i_publication publication;
  /* this agreement is also where early ranks wait for late ones */
  ntkw_status status =
      ntkw_i_agree(checkpoint->comm, &checkpoint->stall, ntkw_i_publication_init(&publication, checkpoint), NULL, 0);
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  if (status == NTKW_SUCCESS) {
    status = run_stages(&publication);
    if (status != NTKW_SUCCESS) withdraw(&publication, status);
  }
  ntkw_i_publication_free(&publication);
  ntkw_i_hdf5_restore_errors(handler);
  return status;
}
