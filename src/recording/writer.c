/* Recording: the collective calls, in which every rank takes part whatever its own verdict. */
#include "recording/recording_impl.h"
#include "ranks/comm.h"
#include "ranks/same_on_ranks.h"
#include "fileio/posix_io.h"
#include "fileio/hdf5_error.h"
#include "base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_CHUNK = 1 << 28 }; /* values: HDF5's chunks have less than 4 GiB */

/* Collective: work of the first rank, with HDF5 silent. */
static ntkw_status on_first(ntkw_recording *t, ntkw_status (*work)(ntkw_recording *)) {
  ntkw_status status = NTKW_SUCCESS;
  if (t->rank == 0) {
    const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
    status = work(t);
    ntkw_i_hdf5_restore_errors(handler);
  }
  return ntkw_status_agree(t->comm, status);
}

static ntkw_status state(ntkw_recording *t, int n, const char *const names[], const ntkw_recording_options *options) {
  NTKW_TRY(ntkw_i_recording_state(&t->stated, n, names, options));
  const trace_stated *s = &t->stated;
  t->chunk_length = s->n_parameters < MOST_CHUNK ? s->n_parameters : MOST_CHUNK;
  t->n_chunks = (int)((s->n_parameters + t->chunk_length - 1) / t->chunk_length);
  t->addresses = calloc((size_t)n * (size_t)t->n_chunks, sizeof *t->addresses);
  t->message = calloc((size_t)n, (size_t)(ntkw_sum_limbs(s->dtype) + 1) * sizeof *t->message);
  t->squares = calloc((size_t)n, sizeof *t->squares);
  t->norms = calloc((size_t)n, sizeof *t->norms);
  NTKW_CHECK(t->addresses && t->message && t->squares && t->norms, NTKW_ERR_MEMORY, "out of memory for a trace");
  return NTKW_SUCCESS;
}

static ntkw_status open_for_shards(ntkw_recording *t) {
  if (t->fd < 0) t->fd = open(t->path, O_RDWR | O_CLOEXEC);
  NTKW_CHECK(t->fd >= 0, NTKW_ERR_FILE, "the trace %s cannot be opened on rank %d: %s", t->path, t->rank,
             strerror(errno));
  return NTKW_SUCCESS;
}

static ntkw_status copy_path(ntkw_recording *t, const char *path) {
  t->path = strdup(path);
  NTKW_CHECK(t->path, NTKW_ERR_MEMORY, "out of memory for a trace");
  return NTKW_SUCCESS;
}

static ntkw_status make(ntkw_recording *t, const char *path, int n, const char *const names[],
                        const ntkw_recording_options *options, ntkw_status (*get_file)(ntkw_recording *)) {
  NTKW_TRY(ntkw_i_same_text_on_ranks(t->comm, "the path of a trace", path));
  NTKW_TRY(ntkw_status_agree(t->comm, copy_path(t, path)));
  NTKW_TRY(ntkw_status_agree(t->comm, state(t, n, names, options)));
  NTKW_TRY(ntkw_i_recording_same_stated(t->comm, &t->stated));
  NTKW_TRY(ntkw_i_recording_covers(t->comm, &t->stated));
  NTKW_TRY(on_first(t, get_file));
  NTKW_CHECK(MPI_Bcast(&t->n_steps, 1, MPI_INT64_T, 0, t->comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Bcast failed in a trace");
  return ntkw_status_agree(t->comm, open_for_shards(t));
}

static void free_trace(ntkw_recording **trace) {
  ntkw_recording *t = *trace;
  ntkw_i_file_close(&t->fd);
  ntkw_i_communicator_free(&t->comm);
  ntkw_i_recording_stated_free(&t->stated);
  free(t->path);
  free(t->addresses);
  free(t->message);
  free(t->squares);
  free(t->norms);
  free(t);
  *trace = NULL;
}

static ntkw_status allocate(MPI_Comm comm, ntkw_recording **out) {
  NTKW_CHECK(out, NTKW_ERR_ARGUMENT, "the place for a new trace is NULL");
  *out = NULL;
  NTKW_TRY(ntkw_i_communicator_check(comm, "the communicator of a trace"));
  ntkw_recording *t = calloc(1, sizeof *t);
  const ntkw_status status =
      ntkw_status_agree(comm, t ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a trace"));
  if (status != NTKW_SUCCESS) {
    free(t);
    return status;
  }
  t->comm = MPI_COMM_NULL;
  t->fd = -1;
  t->file = H5I_INVALID_HID;
  for (int which = 0; which < TRACE_N_DATASETS; which++) t->datasets[which] = H5I_INVALID_HID;
  *out = t;
  return NTKW_SUCCESS;
}

static ntkw_status begin(MPI_Comm comm, const char *path, int n, const char *const names[],
                         const ntkw_recording_options *options, int64_t epoch,
                         ntkw_status (*get_file)(ntkw_recording *), ntkw_recording **out) {
  NTKW_TRY(allocate(comm, out));
  ntkw_recording *t = *out;
  t->epoch = epoch;
  ntkw_status status = ntkw_i_comm_duplicate(comm, &t->comm);
  if (status == NTKW_SUCCESS && MPI_Comm_rank(t->comm, &t->rank) != MPI_SUCCESS)
    status = ntkw_i_fail(NTKW_ERR_MPI, "MPI_Comm_rank failed for a trace");
  if (status == NTKW_SUCCESS) status = make(t, path, n, names, options, get_file);
  if (status == NTKW_SUCCESS) return status;
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  if (t->rank == 0) (void)!ntkw_i_recording_close_file(t);
  ntkw_i_hdf5_restore_errors(handler);
  if (t->made) unlink(t->path);
  free_trace(out);
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

static ntkw_status check_step(const ntkw_recording *t, const ntkw_recording_step *step, const void *const shards[]) {
  const trace_stated *s = &t->stated;
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

/* Collective: the step into the file, where a failure may leave part of it. */
static ntkw_status write_step(ntkw_recording *t, const void *const shards[]) {
  NTKW_TRY(on_first(t, ntkw_i_recording_extend));
  const int n = t->stated.n_conditions * t->n_chunks;
  ntkw_status status = NTKW_SUCCESS;
  if (MPI_Bcast(t->addresses, n, MPI_INT64_T, 0, t->comm) != MPI_SUCCESS)
    status = ntkw_i_fail(NTKW_ERR_MPI, "MPI_Bcast failed in a trace");
  else
    status = ntkw_i_recording_write_shards(t, shards);
  NTKW_TRY(ntkw_status_agree(t->comm, status));
  return on_first(t, ntkw_i_recording_write_rows);
}

/* The sentence of the failure stays. */
static ntkw_status withdraw_quietly(ntkw_recording *t, ntkw_status status) {
  char sentence[1024];
  strncpy(sentence, ntkw_last_error(), sizeof sentence - 1);
  sentence[sizeof sentence - 1] = '\0';
  if (t->rank == 0) {
    const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
    (void)!ntkw_i_recording_withdraw(t);
    ntkw_i_hdf5_restore_errors(handler);
  }
  return ntkw_i_fail(status, "%s", sentence);
}

ntkw_status ntkw_recording_record(ntkw_recording *trace, const ntkw_recording_step *step, const void *const shards[]) {
  NTKW_CHECK(trace, NTKW_ERR_ARGUMENT, "the trace to be recorded is NULL");
  NTKW_TRY(ntkw_status_agree(trace->comm, check_step(trace, step, shards)));
  NTKW_TRY(ntkw_i_recording_same_step(trace->comm, step, &trace->stated));
  NTKW_TRY(ntkw_i_recording_reduce(trace, shards));
  trace->step = step;
  const ntkw_status status = write_step(trace, shards);
  trace->step = NULL;
  if (status != NTKW_SUCCESS) return withdraw_quietly(trace, status);
  trace->n_steps++;
  return NTKW_SUCCESS;
}

int64_t ntkw_recording_steps(const ntkw_recording *trace) {
  return trace ? trace->n_steps : 0;
}

ntkw_status ntkw_recording_close(ntkw_recording **trace) {
  if (!trace || !*trace) return NTKW_SUCCESS;
  ntkw_recording *t = *trace;
  if (ntkw_i_mpi_is_over()) { /* HDF5 has closed the file in MPI_Finalize */
    const ntkw_status late = ntkw_i_fail(NTKW_ERR_ORDER,
                                         "the trace %s is closed after MPI_Finalize: nobody has seen that its steps "
                                         "reached the disk; expected ntkw_recording_close before",
                                         t->path);
    t->journal.storage.driver = 0; /* HDF5's driver went with HDF5 */
    ntkw_i_journal_free(&t->journal);
    free_trace(trace);
    return late;
  }
  const ntkw_status closed = on_first(t, ntkw_i_recording_close_file);
  const ntkw_status synced = ntkw_status_agree(t->comm, ntkw_i_file_sync(t->fd, t->path));
  const ntkw_status status = closed != NTKW_SUCCESS ? closed : synced;
  free_trace(trace);
  return status;
}
