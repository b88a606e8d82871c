/* Create the file without steps, on the first rank with serial HDF5. */
#include "fileio/file_io.h"
#include "fileio/hdf5_driver.h"
#include "fileio/hdf5_error.h"
#include "base/dtype.h"
#include "base/check.h"
#include "recording/recording_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_ROWS_IN_CHUNK = 64, CHUNK_VALUES = 8192 };

const char *const ntkw_i_recording_dataset_names[N_RECORDED_DATASETS] = {
    [RECORDED_EPOCH] = "/epoch",         [RECORDED_BATCH] = "/batch",      [RECORDED_UPDATED] = "/updated",
    [RECORDED_LOSSES] = "/losses",       [RECORDED_WEIGHTS] = "/weights",  [RECORDED_TOTAL] = "/total",
    [RECORDED_SQUARES] = "/sumsq_exact", [RECORDED_NORMS] = "/norm_exact", [RECORDED_TRACES] = "/traces",
    [RECORDED_GRADIENTS] = "/gradients"};

static ntkw_status failed(const ntkw_recording *r) {
  return ntkw_i_hdf5_fail(NTKW_ERR_FILE, "write the recording", r->path);
}

static hid_t string_type(size_t length) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, length + 1);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  return type;
}

static ntkw_status write_attribute(const ntkw_recording *r, const char *name, hid_t type, hid_t memory,
                                   const void *value) {
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(r->file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  const ntkw_status status = attribute >= 0 && H5Awrite(attribute, memory, value) >= 0 ? NTKW_SUCCESS : failed(r);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  return status;
}

static ntkw_status write_text(const ntkw_recording *r, const char *name, const char *text) {
  const hid_t type = string_type(strlen(text));
  const ntkw_status status = write_attribute(r, name, type, type, text);
  H5Tclose(type);
  return status;
}

static ntkw_status write_attributes(const ntkw_recording *r) {
  const recording_setup *s = &r->setup;
  NTKW_TRY(write_text(r, "rule", s->rule));
  NTKW_TRY(write_text(r, "dtype", ntkw_dtype_name(s->dtype)));
  NTKW_TRY(write_text(r, "source", s->source));
  const int64_t recording = 0;
  NTKW_TRY(write_attribute(r, "complete", H5T_STD_I64LE, H5T_NATIVE_INT64, &recording));
  NTKW_TRY(write_attribute(r, "alpha", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &s->alpha));
  return write_attribute(r, "update_every", H5T_STD_I64LE, H5T_NATIVE_INT64, &s->update_every);
}

/* Write a dataset of fixed size. If values is NULL, it takes no space and reads as zeros. */
static ntkw_status write_fixed(const ntkw_recording *r, const char *name, hid_t type, int rank, const hsize_t size[],
                               hid_t memory, const void *values) {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, size, NULL);
  H5Pset_obj_track_times(properties, false);
  const hid_t dataset = H5Dcreate2(r->file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  ntkw_status status = dataset >= 0 ? NTKW_SUCCESS : failed(r);
  if (status == NTKW_SUCCESS && values && H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    status = failed(r);
  if (dataset >= 0) H5Dclose(dataset);
  H5Pclose(properties);
  H5Sclose(space);
  return status;
}

static const char *condition_name(const ntkw_recording *r, size_t c) {
  return r->setup.conditions[c];
}

static const char *segment_name(const ntkw_recording *r, size_t s) {
  return r->setup.segments[s].name;
}

static size_t longest(const ntkw_recording *r, size_t n, const char *(*name)(const ntkw_recording *, size_t)) {
  size_t length = 0;
  for (size_t i = 0; i < n; i++) length = strlen(name(r, i)) > length ? strlen(name(r, i)) : length;
  return length;
}

/* Write names as strings of the same fixed length. */
static ntkw_status write_names(const ntkw_recording *r, const char *dataset, size_t n,
                               const char *(*name)(const ntkw_recording *, size_t)) {
  const size_t length = longest(r, n, name);
  char *block = calloc(n, length + 1);
  NTKW_CHECK(block, NTKW_ERR_MEMORY, "out of memory for a recording");
  for (size_t i = 0; i < n; i++) memcpy(block + i * (length + 1), name(r, i), strlen(name(r, i)));
  const hid_t type = string_type(length);
  const hsize_t size = n;
  const ntkw_status status = write_fixed(r, dataset, type, 1, &size, type, block);
  H5Tclose(type);
  free(block);
  return status;
}

static ntkw_status write_segment_numbers(const ntkw_recording *r, int64_t *numbers) {
  const recording_setup *s = &r->setup;
  const size_t n = (size_t)s->n_segments;
  int64_t *offset = numbers, *size = numbers + n, *ndim = numbers + 2 * n, *shape = numbers + 3 * n, end = 0;
  for (size_t i = 0; i < n; i++) {
    offset[i] = end;
    size[i] = 1;
    ndim[i] = s->segments[i].ndim;
    for (int d = 0; d < s->segments[i].ndim; d++) size[i] *= shape[4 * i + (size_t)d] = s->segments[i].shape[d];
    end += size[i];
  }
  const hsize_t rows[] = {n, 4}, unused[] = {(hsize_t)s->n_conditions, n};
  NTKW_TRY(write_fixed(r, "/segments/offset", H5T_STD_I64LE, 1, rows, H5T_NATIVE_INT64, offset));
  NTKW_TRY(write_fixed(r, "/segments/size", H5T_STD_I64LE, 1, rows, H5T_NATIVE_INT64, size));
  NTKW_TRY(write_fixed(r, "/segments/ndim", H5T_STD_I64LE, 1, rows, H5T_NATIVE_INT64, ndim));
  NTKW_TRY(write_fixed(r, "/segments/shape", H5T_STD_I64LE, 2, rows, H5T_NATIVE_INT64, shape));
  return write_fixed(r, "/segments/unused", H5T_STD_U8LE, 2, unused, H5T_NATIVE_UINT8, NULL);
}

static ntkw_status write_segments(const ntkw_recording *r) {
  const hid_t properties = H5Pcreate(H5P_GROUP_CREATE);
  H5Pset_obj_track_times(properties, false);
  const hid_t group = H5Gcreate2(r->file, "/segments", H5P_DEFAULT, properties, H5P_DEFAULT);
  H5Pclose(properties);
  if (group < 0) return failed(r);
  H5Gclose(group);
  NTKW_TRY(write_names(r, "/segments/name", (size_t)r->setup.n_segments, segment_name));
  int64_t *numbers = calloc((size_t)r->setup.n_segments, 7 * sizeof *numbers);
  NTKW_CHECK(numbers, NTKW_ERR_MEMORY, "out of memory for a recording");
  const ntkw_status status = write_segment_numbers(r, numbers);
  free(numbers);
  return status;
}

/* Create a dataset without rows that grows row by row. HDF5 allocates a chunk when the dataset grows into it. */
static ntkw_status make_growing(ntkw_recording *r, recorded_dataset which, hid_t type, int rank, const hsize_t row[],
                                const hsize_t chunk[]) {
  const hsize_t size[] = {0, row[0], rank > 2 ? row[1] : 1}, most[] = {H5S_UNLIMITED, size[1], size[2]};
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, size, most);
  H5Pset_chunk(properties, rank, chunk);
  H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
  if (which == RECORDED_GRADIENTS) H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
  H5Pset_obj_track_times(properties, false);
  r->datasets[which] =
      H5Dcreate2(r->file, ntkw_i_recording_dataset_names[which], type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  H5Pclose(properties);
  H5Sclose(space);
  return r->datasets[which] >= 0 ? NTKW_SUCCESS : failed(r);
}

static ntkw_status make_all_growing(ntkw_recording *r) {
  const recording_setup *s = &r->setup;
  const hsize_t n = (hsize_t)s->n_conditions, fitting = CHUNK_VALUES / n;
  const hsize_t rows = fitting < 1 ? 1 : fitting > MOST_ROWS_IN_CHUNK ? MOST_ROWS_IN_CHUNK : fitting;
  const hsize_t line[] = {MOST_ROWS_IN_CHUNK}, table[] = {rows, n}, row[] = {n, (hsize_t)s->n_parameters};
  const hsize_t vector[] = {1, 1, (hsize_t)r->chunk_length};
  const hid_t real = H5T_IEEE_F64LE, integer = H5T_STD_I64LE;
  NTKW_TRY(make_growing(r, RECORDED_EPOCH, integer, 1, row, line));
  NTKW_TRY(make_growing(r, RECORDED_BATCH, integer, 1, row, line));
  NTKW_TRY(make_growing(r, RECORDED_UPDATED, H5T_STD_U8LE, 1, row, line));
  NTKW_TRY(make_growing(r, RECORDED_LOSSES, real, 2, row, table));
  NTKW_TRY(make_growing(r, RECORDED_WEIGHTS, real, 2, row, table));
  NTKW_TRY(make_growing(r, RECORDED_TOTAL, real, 1, row, line));
  NTKW_TRY(make_growing(r, RECORDED_SQUARES, real, 2, row, table));
  NTKW_TRY(make_growing(r, RECORDED_NORMS, real, 2, row, table));
  if (s->traces) NTKW_TRY(make_growing(r, RECORDED_TRACES, real, 2, row, table));
  return make_growing(r, RECORDED_GRADIENTS, s->dtype == NTKW_FLOAT32 ? H5T_IEEE_F32LE : real, 3, row, vector);
}

static ntkw_status write_everything_fixed(const ntkw_recording *r) {
  const recording_setup *s = &r->setup;
  const hsize_t size[] = {(hsize_t)s->n_conditions, (hsize_t)s->n_parameters};
  NTKW_TRY(write_attributes(r));
  NTKW_TRY(write_names(r, "/conditions", (size_t)s->n_conditions, condition_name));
  NTKW_TRY(write_fixed(r, "/initial_weights", H5T_IEEE_F64LE, 1, size, H5T_NATIVE_DOUBLE, s->initial_weights));
  if (s->entries) NTKW_TRY(write_fixed(r, "/entries", H5T_STD_I64LE, 1, size, H5T_NATIVE_INT64, s->entries));
  NTKW_TRY(write_fixed(r, "/unused", H5T_STD_U8LE, 2, size, H5T_NATIVE_UINT8, NULL));
  return write_segments(r);
}

/* Check that the disk has room for the file: HDF5 cannot close a file after a failed write. */
static ntkw_status check_room(const ntkw_recording *r) {
  const size_t n = (size_t)r->setup.n_conditions, m = (size_t)r->setup.n_segments;
  const size_t names = n * (longest(r, n, condition_name) + 1) + m * (longest(r, m, segment_name) + 1);
  NTKW_TRY(ntkw_i_file_reserve(r->fd, r->path, (int64_t)(names + 16 * n + 56 * m + (1 << 18))));
  NTKW_CHECK(ftruncate(r->fd, 0) == 0, NTKW_ERR_FILE, "cannot write %s: %s", r->path, strerror(errno));
  return NTKW_SUCCESS;
}

/* Write the complete file under its temporary name. */
static ntkw_status write_file(ntkw_recording *r) {
  NTKW_TRY(check_room(r));
  r->journal = (recording_journal){.fd = r->fd, .path = r->path};
  const hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = ntkw_i_hdf5_access();
  H5Pset_obj_track_times(creation, false);
  ntkw_status status = ntkw_i_journal_access(access, &r->journal);
  if (status == NTKW_SUCCESS) r->file = H5Fcreate(r->path, H5F_ACC_TRUNC, creation, access);
  if (status == NTKW_SUCCESS && r->file < 0) status = ntkw_i_hdf5_fail(NTKW_ERR_FILE, "make the recording", r->path);
  H5Pclose(access);
  H5Pclose(creation);
  NTKW_TRY(status);
  NTKW_TRY(write_everything_fixed(r));
  NTKW_TRY(make_all_growing(r));
  return ntkw_i_recording_commit(r);
}

/* Give the file its name, unless a file of that name exists. */
static ntkw_status give_name(ntkw_recording *r, const char *temporary) {
  int failed = link(temporary, r->path) != 0 ? errno : 0;
  if (failed && failed != EEXIST && access(r->path, F_OK) != 0) /* a file system without links */
    failed = rename(temporary, r->path) != 0 ? errno : 0;
  NTKW_CHECK(!failed, NTKW_ERR_FILE, "the recording %s cannot be made: %s", r->path, strerror(failed));
  r->made = true;
  return NTKW_SUCCESS;
}

static ntkw_status make_as(ntkw_recording *r, const char *temporary) {
  r->fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  NTKW_CHECK(r->fd >= 0, NTKW_ERR_FILE, "the recording %s cannot be made: %s", r->path, strerror(errno));
  ntkw_status status = ntkw_i_recording_take(r);
  if (status == NTKW_SUCCESS) status = write_file(r);
  if (status == NTKW_SUCCESS) status = give_name(r, temporary);
  unlink(temporary);
  return status;
}

ntkw_status ntkw_i_recording_make_file(ntkw_recording *r) {
  struct stat about;
  const size_t length = strlen(r->path) + 40;
  NTKW_CHECK(lstat(r->path, &about) != 0, NTKW_ERR_FILE, "the recording %s cannot be made: %s", r->path,
             strerror(EEXIST));
  char *temporary = malloc(length);
  NTKW_CHECK(temporary, NTKW_ERR_MEMORY, "out of memory for a recording");
  snprintf(temporary, length, "%s.tmp-%lld", r->path, (long long)getpid());
  unlink(temporary); /* left by a killed process with the same number */
  const ntkw_status status = make_as(r, temporary);
  free(temporary);
  return status;
}
