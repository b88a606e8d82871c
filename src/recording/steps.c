/* A step in the file, by the first rank: room for it, its rows, and its withdrawal. */
#include "fileio/posix_io.h"
#include "fileio/hdf5_error.h"
#include "base/dtype.h"
#include "base/check.h"
#include "recording/recording_impl.h"

#include <errno.h>
#include <sys/file.h>

static ntkw_status failed(const ntkw_recording *t) {
  return ntkw_i_hdf5_fail(NTKW_ERR_FILE, "write the trace", t->path);
}

static bool has_columns(trace_dataset which) {
  return which == TRACE_LOSSES || which == TRACE_WEIGHTS || which == TRACE_SQUARES || which == TRACE_NORMS ||
         which == TRACE_TRACES || which == TRACE_GRADIENTS;
}

ntkw_status ntkw_i_recording_set_steps(const ntkw_recording *t, int64_t n) {
  const hsize_t size[] = {(hsize_t)n, (hsize_t)t->stated.n_conditions, (hsize_t)t->stated.n_parameters};
  for (int which = 0; which < TRACE_N_DATASETS; which++)
    if (t->datasets[which] >= 0 && H5Dset_extent(t->datasets[which], size) < 0) return failed(t);
  return NTKW_SUCCESS;
}

/* What HDF5 may need for a step: its chunks, new chunks of the tables, and nodes of the chunks' indices. */
static ntkw_status reserve_step(const ntkw_recording *t) {
  hsize_t length = 0;
  if (H5Fget_filesize(t->file, &length) < 0) return failed(t);
  const int64_t chunks = (int64_t)t->stated.n_conditions * t->n_chunks;
  const int64_t values = chunks * t->chunk_length * (int64_t)ntkw_i_value_size(t->stated.dtype);
  return ntkw_i_file_reserve(t->fd, t->path, (int64_t)length + values + 512 * chunks + (1 << 20));
}

ntkw_status ntkw_i_recording_extend(ntkw_recording *t) {
  NTKW_CHECK(!t->broken, NTKW_ERR_FILE, "%s: a step that failed could not be taken back; nothing is recorded any more",
             t->path);
  NTKW_TRY(reserve_step(t));
  NTKW_TRY(ntkw_i_recording_set_steps(t, t->n_steps + 1));
  for (int c = 0; c < t->stated.n_conditions; c++)
    for (int k = 0; k < t->n_chunks; k++) {
      const hsize_t at[] = {(hsize_t)t->n_steps, (hsize_t)c, (hsize_t)(k * t->chunk_length)};
      unsigned filters = 0;
      haddr_t address = HADDR_UNDEF;
      hsize_t length = 0;
      if (H5Dget_chunk_info_by_coord(t->datasets[TRACE_GRADIENTS], at, &filters, &address, &length) < 0)
        return failed(t);
      NTKW_CHECK(address != HADDR_UNDEF, NTKW_ERR_FILE, "%s: HDF5 gave no place to the gradients of step %lld", t->path,
                 (long long)t->n_steps);
      t->addresses[c * t->n_chunks + k] = (int64_t)address;
    }
  return NTKW_SUCCESS;
}

/* One entry, or one for each condition. */
static ntkw_status write_row(const ntkw_recording *t, trace_dataset which, hid_t memory_type, const void *values) {
  const hsize_t start[] = {(hsize_t)t->n_steps, 0}, count[] = {1, (hsize_t)t->stated.n_conditions};
  const int rank = has_columns(which) ? 2 : 1;
  const hid_t file = H5Dget_space(t->datasets[which]), memory = H5Screate_simple(rank, count, NULL);
  const bool ok = H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                  H5Dwrite(t->datasets[which], memory_type, memory, file, H5P_DEFAULT, values) >= 0;
  const ntkw_status status = ok ? NTKW_SUCCESS : failed(t);
  H5Sclose(memory);
  H5Sclose(file);
  return status;
}

ntkw_status ntkw_i_recording_write_rows(ntkw_recording *t) {
  const ntkw_recording_step *step = t->step;
  const unsigned char updated = step->updated;
  NTKW_TRY(write_row(t, TRACE_EPOCH, H5T_NATIVE_INT64, &step->epoch));
  NTKW_TRY(write_row(t, TRACE_BATCH, H5T_NATIVE_INT64, &step->batch));
  NTKW_TRY(write_row(t, TRACE_UPDATED, H5T_NATIVE_UINT8, &updated));
  NTKW_TRY(write_row(t, TRACE_LOSSES, H5T_NATIVE_DOUBLE, step->losses));
  NTKW_TRY(write_row(t, TRACE_WEIGHTS, H5T_NATIVE_DOUBLE, step->weights));
  NTKW_TRY(write_row(t, TRACE_TOTAL, H5T_NATIVE_DOUBLE, &step->total));
  NTKW_TRY(write_row(t, TRACE_SQUARES, H5T_NATIVE_DOUBLE, t->squares));
  NTKW_TRY(write_row(t, TRACE_NORMS, H5T_NATIVE_DOUBLE, t->norms));
  if (t->stated.traces) NTKW_TRY(write_row(t, TRACE_TRACES, H5T_NATIVE_DOUBLE, step->traces));
  return ntkw_i_recording_commit(t);
}

/* The space of a step that is not taken back in the file may not be used again. */
ntkw_status ntkw_i_recording_withdraw(ntkw_recording *t) {
  t->broken = true;
  NTKW_TRY(ntkw_i_recording_set_steps(t, t->n_steps));
  NTKW_TRY(ntkw_i_recording_commit(t));
  t->broken = false;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_recording_take(ntkw_recording *t) {
  const bool taken = flock(t->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  NTKW_CHECK(!taken, NTKW_ERR_FILE, "the trace %s is being recorded, or read, by another process", t->path);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_recording_set_complete(const ntkw_recording *t, int64_t complete) {
  const hid_t attribute = H5Aopen(t->file, "complete", H5P_DEFAULT);
  const ntkw_status status =
      attribute >= 0 && H5Awrite(attribute, H5T_NATIVE_INT64, &complete) >= 0 ? NTKW_SUCCESS : failed(t);
  if (attribute >= 0) H5Aclose(attribute);
  return status;
}

ntkw_status ntkw_i_recording_commit(ntkw_recording *t) {
  return H5Fflush(t->file, H5F_SCOPE_LOCAL) >= 0 ? ntkw_i_journal_commit(&t->journal) : failed(t);
}

ntkw_status ntkw_i_recording_close_file(ntkw_recording *t) {
  bool ok = true;
  if (t->file < 0) ntkw_i_journal_free(&t->journal);
  if (t->file < 0) return NTKW_SUCCESS;
  ntkw_status status = t->broken ? NTKW_SUCCESS : ntkw_i_recording_set_complete(t, 1);
  for (int which = 0; which < TRACE_N_DATASETS; which++)
    if (t->datasets[which] >= 0) ok = H5Dclose(t->datasets[which]) >= 0 && ok;
  ok = H5Fclose(t->file) >= 0 && ok;
  t->file = H5I_INVALID_HID;
  if (status == NTKW_SUCCESS && !ok) status = failed(t);
  if (status == NTKW_SUCCESS && !t->broken) status = ntkw_i_journal_commit(&t->journal);
  if (status == NTKW_SUCCESS && !t->broken) status = ntkw_i_journal_cut(&t->journal);
  ntkw_i_journal_free(&t->journal);
  return status;
}
