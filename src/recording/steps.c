/* A step in the file, on the first rank: reserve its space, write its rows, withdraw it after an error. */
#include "fileio/file_io.h"
#include "fileio/hdf5_error.h"
#include "base/dtype.h"
#include "base/check.h"
#include "recording/recording_impl.h"

#include <errno.h>
#include <sys/file.h>

static ntkw_status failed(const ntkw_recording *r) {
  return ntkw_i_hdf5_fail(NTKW_ERR_FILE, "write the recording", r->path);
}

static bool has_columns(recorded_dataset which) {
  return which == RECORDED_LOSSES || which == RECORDED_WEIGHTS || which == RECORDED_SQUARES ||
         which == RECORDED_NORMS || which == RECORDED_TRACES || which == RECORDED_GRADIENTS;
}

ntkw_status ntkw_i_recording_set_steps(const ntkw_recording *r, int64_t n) {
  const hsize_t size[] = {(hsize_t)n, (hsize_t)r->setup.n_conditions, (hsize_t)r->setup.n_parameters};
  for (int which = 0; which < N_RECORDED_DATASETS; which++)
    if (r->datasets[which] >= 0 && H5Dset_extent(r->datasets[which], size) < 0) return failed(r);
  return NTKW_SUCCESS;
}

/* Reserve space for a step: its chunks, new chunks of the tables, and nodes of the chunk indices. */
static ntkw_status reserve_step(const ntkw_recording *r) {
  hsize_t length = 0;
  if (H5Fget_filesize(r->file, &length) < 0) return failed(r);
  const int64_t chunks = (int64_t)r->setup.n_conditions * r->n_chunks;
  const int64_t values = chunks * r->chunk_length * (int64_t)ntkw_i_value_size(r->setup.dtype);
  return ntkw_i_file_reserve(r->fd, r->path, (int64_t)length + values + 512 * chunks + (1 << 20));
}

ntkw_status ntkw_i_recording_extend(ntkw_recording *r) {
  NTKW_CHECK(!r->broken, NTKW_ERR_FILE, "%s: a step that failed could not be taken back; nothing is recorded any more",
             r->path);
  NTKW_TRY(reserve_step(r));
  NTKW_TRY(ntkw_i_recording_set_steps(r, r->n_steps + 1));
  for (int c = 0; c < r->setup.n_conditions; c++)
    for (int k = 0; k < r->n_chunks; k++) {
      const hsize_t at[] = {(hsize_t)r->n_steps, (hsize_t)c, (hsize_t)(k * r->chunk_length)};
      unsigned filters = 0;
      haddr_t address = HADDR_UNDEF;
      hsize_t length = 0;
      if (H5Dget_chunk_info_by_coord(r->datasets[RECORDED_GRADIENTS], at, &filters, &address, &length) < 0)
        return failed(r);
      NTKW_CHECK(address != HADDR_UNDEF, NTKW_ERR_FILE, "%s: HDF5 gave no place to the gradients of step %lld", r->path,
                 (long long)r->n_steps);
      r->addresses[c * r->n_chunks + k] = (int64_t)address;
    }
  return NTKW_SUCCESS;
}

/* Write the new row of a dataset: one value, or one for each condition. */
static ntkw_status write_row(const ntkw_recording *r, recorded_dataset which, hid_t memory_type, const void *values) {
  const hsize_t start[] = {(hsize_t)r->n_steps, 0}, count[] = {1, (hsize_t)r->setup.n_conditions};
  const int rank = has_columns(which) ? 2 : 1;
  const hid_t file = H5Dget_space(r->datasets[which]), memory = H5Screate_simple(rank, count, NULL);
  const bool ok = H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                  H5Dwrite(r->datasets[which], memory_type, memory, file, H5P_DEFAULT, values) >= 0;
  const ntkw_status status = ok ? NTKW_SUCCESS : failed(r);
  H5Sclose(memory);
  H5Sclose(file);
  return status;
}

ntkw_status ntkw_i_recording_write_rows(ntkw_recording *r) {
  const ntkw_recording_step *step = r->step;
  const unsigned char updated = step->updated;
  NTKW_TRY(write_row(r, RECORDED_EPOCH, H5T_NATIVE_INT64, &step->epoch));
  NTKW_TRY(write_row(r, RECORDED_BATCH, H5T_NATIVE_INT64, &step->batch));
  NTKW_TRY(write_row(r, RECORDED_UPDATED, H5T_NATIVE_UINT8, &updated));
  NTKW_TRY(write_row(r, RECORDED_LOSSES, H5T_NATIVE_DOUBLE, step->losses));
  NTKW_TRY(write_row(r, RECORDED_WEIGHTS, H5T_NATIVE_DOUBLE, step->weights));
  NTKW_TRY(write_row(r, RECORDED_TOTAL, H5T_NATIVE_DOUBLE, &step->total));
  NTKW_TRY(write_row(r, RECORDED_SQUARES, H5T_NATIVE_DOUBLE, r->squares));
  NTKW_TRY(write_row(r, RECORDED_NORMS, H5T_NATIVE_DOUBLE, r->norms));
  if (r->setup.traces) NTKW_TRY(write_row(r, RECORDED_TRACES, H5T_NATIVE_DOUBLE, step->traces));
  return ntkw_i_recording_commit(r);
}

/* If the step cannot be withdrawn, r stays broken: its space must not be used again. */
ntkw_status ntkw_i_recording_withdraw(ntkw_recording *r) {
  r->broken = true;
  NTKW_TRY(ntkw_i_recording_set_steps(r, r->n_steps));
  NTKW_TRY(ntkw_i_recording_commit(r));
  r->broken = false;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_recording_take(ntkw_recording *r) {
  const bool taken = flock(r->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  NTKW_CHECK(!taken, NTKW_ERR_FILE, "the recording %s is being recorded, or read, by another process", r->path);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_recording_set_complete(const ntkw_recording *r, int64_t complete) {
  const hid_t attribute = H5Aopen(r->file, "complete", H5P_DEFAULT);
  const ntkw_status status =
      attribute >= 0 && H5Awrite(attribute, H5T_NATIVE_INT64, &complete) >= 0 ? NTKW_SUCCESS : failed(r);
  if (attribute >= 0) H5Aclose(attribute);
  return status;
}

ntkw_status ntkw_i_recording_commit(ntkw_recording *r) {
  return H5Fflush(r->file, H5F_SCOPE_LOCAL) >= 0 ? ntkw_i_journal_commit(&r->journal) : failed(r);
}

ntkw_status ntkw_i_recording_close_file(ntkw_recording *r) {
  bool ok = true;
  if (r->file < 0) ntkw_i_journal_free(&r->journal);
  if (r->file < 0) return NTKW_SUCCESS;
  ntkw_status status = r->broken ? NTKW_SUCCESS : ntkw_i_recording_set_complete(r, 1);
  for (int which = 0; which < N_RECORDED_DATASETS; which++)
    if (r->datasets[which] >= 0) ok = H5Dclose(r->datasets[which]) >= 0 && ok;
  ok = H5Fclose(r->file) >= 0 && ok;
  r->file = H5I_INVALID_HID;
  if (status == NTKW_SUCCESS && !ok) status = failed(r);
  if (status == NTKW_SUCCESS && !r->broken) status = ntkw_i_journal_commit(&r->journal);
  if (status == NTKW_SUCCESS && !r->broken) status = ntkw_i_journal_cut(&r->journal);
  ntkw_i_journal_free(&r->journal);
  return status;
}
