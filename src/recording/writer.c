/* Write a recording: the collective calls. A rank with an error takes part in all communication, too. */
#include "recording/recording_impl.h"
#include "ranks/comm.h"
#include "ranks/same_on_ranks.h"
#include "fileio/file_io.h"
#include "fileio/hdf5_error.h"
#include "base/check.h"
#include "base/failure.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_CHUNK = 1 << 28 }; /* values: HDF5's chunks have less than 4 GiB */

/* Run work on rank 0 with HDF5's error stack suppressed. Collective; returns the status of rank 0 on every rank. */
static ntkw_status on_first(ntkw_recording *r, ntkw_status (*work)(ntkw_recording *)) {
  ntkw_status status = NTKW_SUCCESS;
  if (r->rank == 0) {
    const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
    status = work(r);
    ntkw_i_hdf5_restore_errors(handler);
  }
  return ntkw_status_agree(r->comm, status);
}

static ntkw_status prepare(ntkw_recording *r, int n, const char *const names[], const ntkw_recording_options *options) {
  NTKW_TRY(ntkw_i_recording_setup_copy(&r->setup, n, names, options));
  const recording_setup *s = &r->setup;
  r->chunk_length = s->n_parameters < MOST_CHUNK ? s->n_parameters : MOST_CHUNK;
  r->n_chunks = (int)((s->n_parameters + r->chunk_length - 1) / r->chunk_length);
  r->addresses = calloc((size_t)n * (size_t)r->n_chunks, sizeof *r->addresses);
  r->message = calloc((size_t)n, (size_t)(ntkw_sum_limbs(s->dtype) + 1) * sizeof *r->message);
  r->squares = calloc((size_t)n, sizeof *r->squares);
  r->norms = calloc((size_t)n, sizeof *r->norms);
  NTKW_CHECK(r->addresses && r->message && r->squares && r->norms, NTKW_ERR_MEMORY, "out of memory for a recording");
  return NTKW_SUCCESS;
}

static ntkw_status open_for_shards(ntkw_recording *r) {
  if (r->fd < 0) r->fd = open(r->path, O_RDWR | O_CLOEXEC);
  NTKW_CHECK(r->fd >= 0, NTKW_ERR_FILE, "the recording %s cannot be opened on rank %d: %s", r->path, r->rank,
             strerror(errno));
  return NTKW_SUCCESS;
}

static ntkw_status copy_path(ntkw_recording *r, const char *path) {
  r->path = strdup(path);
  NTKW_CHECK(r->path, NTKW_ERR_MEMORY, "out of memory for a recording");
  return NTKW_SUCCESS;
}

static ntkw_status make(ntkw_recording *r, const char *path, int n, const char *const names[],
                        const ntkw_recording_options *options, ntkw_status (*get_file)(ntkw_recording *)) {
  NTKW_TRY(ntkw_i_same_text_on_ranks(r->comm, "the path of a recording", path));
  NTKW_TRY(ntkw_status_agree(r->comm, copy_path(r, path)));
  NTKW_TRY(ntkw_status_agree(r->comm, prepare(r, n, names, options)));
  NTKW_TRY(ntkw_i_recording_same_setup(r->comm, &r->setup));
  NTKW_TRY(ntkw_i_recording_covers(r->comm, &r->setup));
  NTKW_TRY(on_first(r, get_file));
  NTKW_CHECK(MPI_Bcast(&r->n_steps, 1, MPI_INT64_T, 0, r->comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Bcast failed in a recording");
  return ntkw_status_agree(r->comm, open_for_shards(r));
}

static void free_recording(ntkw_recording **recording) {
  ntkw_recording *r = *recording;
  ntkw_i_file_close(&r->fd);
  ntkw_i_communicator_free(&r->comm);
  ntkw_i_recording_setup_free(&r->setup);
  free(r->path);
  free(r->addresses);
  free(r->message);
  free(r->squares);
  free(r->norms);
  free(r);
  *recording = NULL;
}

static ntkw_status allocate(MPI_Comm comm, ntkw_recording **out) {
  NTKW_CHECK(out, NTKW_ERR_ARGUMENT, "the place for a new recording is NULL");
  *out = NULL;
  NTKW_TRY(ntkw_i_communicator_check(comm, "the communicator of a recording"));
  ntkw_recording *r = calloc(1, sizeof *r);
  const ntkw_status status =
      ntkw_status_agree(comm, r ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a recording"));
  if (status != NTKW_SUCCESS) {
    free(r);
    return status;
  }
  r->comm = MPI_COMM_NULL;
  r->fd = -1;
  r->file = H5I_INVALID_HID;
  for (int which = 0; which < N_RECORDED_DATASETS; which++) r->datasets[which] = H5I_INVALID_HID;
  *out = r;
  return NTKW_SUCCESS;
}

static ntkw_status begin(MPI_Comm comm, const char *path, int n, const char *const names[],
                         const ntkw_recording_options *options, int64_t epoch,
                         ntkw_status (*get_file)(ntkw_recording *), ntkw_recording **out) {
  NTKW_TRY(allocate(comm, out));
  ntkw_recording *r = *out;
  r->epoch = epoch;
  ntkw_status status = ntkw_i_comm_duplicate(comm, "the communicator of a recording", &r->comm);
  if (status == NTKW_SUCCESS && MPI_Comm_rank(r->comm, &r->rank) != MPI_SUCCESS)
    status = ntkw_i_fail(NTKW_ERR_MPI, "MPI_Comm_rank failed for a recording");
  if (status == NTKW_SUCCESS) status = make(r, path, n, names, options, get_file);
  if (status == NTKW_SUCCESS) return status;
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  if (r->rank == 0) (void)!ntkw_i_recording_close_file(r);
  ntkw_i_hdf5_restore_errors(handler);
  if (r->made) unlink(r->path);
  free_recording(out);
  return status;
}

ntkw_status ntkw_recording_create(MPI_Comm comm, const char *path, int n, const char *const names[],
                                  const ntkw_recording_options *options, ntkw_recording **out) {
  return begin(comm, path, n, names, options, 0, ntkw_i_recording_make_file, out);
}

ntkw_status ntkw_recording_continue(MPI_Comm comm, const char *path, int n, const char *const names[],
                                    const ntkw_recording_options *options, int64_t epoch, ntkw_recording **out) {
  return begin(comm, path, n, names, options, epoch, ntkw_i_recording_open_file, out);
}

static ntkw_status check_step(const ntkw_recording *r, const ntkw_recording_step *step, const void *const shards[]) {
  const recording_setup *s = &r->setup;
  NTKW_CHECK(step && step->losses && step->weights && (step->traces || !s->traces), NTKW_ERR_ARGUMENT,
             "a step to be recorded, or its %s, is NULL",
             !step            ? "description"
             : !step->losses  ? "array of losses"
             : !step->weights ? "array of weights"
                              : "array of traces");
  NTKW_CHECK(step->epoch >= 0 && step->batch >= 0, NTKW_ERR_ARGUMENT,
             "a step to be recorded has epoch %lld and batch %lld; expected at least 0", (long long)step->epoch,
             (long long)step->batch);
  const bool empty = ntkw_i_recording_local_count(s) == 0;
  NTKW_CHECK(shards || empty, NTKW_ERR_ARGUMENT, "the shards of a step to be recorded are NULL");
  for (int c = 0; c < s->n_conditions; c++) {
    NTKW_CHECK(empty || shards[c], NTKW_ERR_ARGUMENT, "the shard of condition '%s' to be recorded is NULL",
               s->conditions[c]);
    NTKW_CHECK(isfinite(step->losses[c]) && isfinite(step->weights[c]), NTKW_ERR_NOT_FINITE,
               "the loss %g or the weight %g of condition '%s' to be recorded is not finite", step->losses[c],
               step->weights[c], s->conditions[c]);
    NTKW_CHECK(!s->traces || isfinite(step->traces[c]), NTKW_ERR_NOT_FINITE,
               "the trace %g of condition '%s' to be recorded is not finite", step->traces[c], s->conditions[c]);
  }
  NTKW_CHECK(isfinite(step->total), NTKW_ERR_NOT_FINITE, "the total to be recorded is %g", step->total);
  return NTKW_SUCCESS;
}

/* Write the step to the file. Collective. After an error a part of the step may be in the file. */
static ntkw_status write_step(ntkw_recording *r, const void *const shards[]) {
  NTKW_TRY(on_first(r, ntkw_i_recording_extend));
  const int n = r->setup.n_conditions * r->n_chunks;
  ntkw_status status = NTKW_SUCCESS;
  if (MPI_Bcast(r->addresses, n, MPI_INT64_T, 0, r->comm) != MPI_SUCCESS)
    status = ntkw_i_fail(NTKW_ERR_MPI, "MPI_Bcast failed in a recording");
  else
    status = ntkw_i_recording_write_shards(r, shards);
  NTKW_TRY(ntkw_status_agree(r->comm, status));
  return on_first(r, ntkw_i_recording_write_rows);
}

/* Withdraw the step on rank 0. Keeps the status and the error message of the failed write. */
static ntkw_status withdraw_quietly(ntkw_recording *r, ntkw_status status) {
  ntkw_i_failure first;
  ntkw_i_failure_keep(&first, status);
  if (r->rank == 0) {
    const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
    (void)!ntkw_i_recording_withdraw(r);
    ntkw_i_hdf5_restore_errors(handler);
  }
  return ntkw_i_failure_report(&first);
}

ntkw_status ntkw_recording_record(ntkw_recording *recording, const ntkw_recording_step *step,
                                  const void *const shards[]) {
  NTKW_CHECK(recording, NTKW_ERR_ARGUMENT, "the recording is NULL");
  NTKW_TRY(ntkw_status_agree(recording->comm, check_step(recording, step, shards)));
  NTKW_TRY(ntkw_i_recording_same_step(recording->comm, step, &recording->setup));
  NTKW_TRY(ntkw_i_recording_reduce(recording, shards));
  recording->step = step;
  const ntkw_status status = write_step(recording, shards);
  recording->step = NULL;
  if (status != NTKW_SUCCESS) return withdraw_quietly(recording, status);
  recording->n_steps++;
  return NTKW_SUCCESS;
}

int64_t ntkw_recording_steps(const ntkw_recording *recording) {
  return recording ? recording->n_steps : 0;
}

ntkw_status ntkw_recording_close(ntkw_recording **recording) {
  if (!recording || !*recording) return NTKW_SUCCESS;
  ntkw_recording *r = *recording;
  if (ntkw_i_mpi_is_over()) { /* HDF5 closed the file in MPI_Finalize */
    const ntkw_status late =
        ntkw_i_fail(NTKW_ERR_ORDER,
                    "the recording %s is closed after MPI_Finalize: it is not known whether its steps "
                    "reached the disk; expected ntkw_recording_close before",
                    r->path);
    r->journal.storage.driver = 0; /* HDF5 has unregistered the driver */
    ntkw_i_journal_free(&r->journal);
    free_recording(recording);
    return late;
  }
  const ntkw_status closed = on_first(r, ntkw_i_recording_close_file);
  const ntkw_status synced = ntkw_status_agree(r->comm, ntkw_i_file_sync(r->fd, r->path));
  const ntkw_status status = closed != NTKW_SUCCESS ? closed : synced;
  free_recording(recording);
  return status;
}
