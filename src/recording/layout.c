/* The file before its first step, made by the first rank with plain HDF5. */
#include "fileio/posix_io.h"
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

const char *const ntkw_i_recording_dataset_names[TRACE_N_DATASETS] = {
    [TRACE_EPOCH] = "/epoch",         [TRACE_BATCH] = "/batch",      [TRACE_UPDATED] = "/updated",
    [TRACE_LOSSES] = "/losses",       [TRACE_WEIGHTS] = "/weights",  [TRACE_TOTAL] = "/total",
    [TRACE_SQUARES] = "/sumsq_exact", [TRACE_NORMS] = "/norm_exact", [TRACE_TRACES] = "/traces",
    [TRACE_GRADIENTS] = "/gradients"};

static ntkw_status failed(const ntkw_recording *t) {
  return ntkw_i_hdf5_fail(NTKW_ERR_FILE, "write the trace", t->path);
}

static hid_t string_type(size_t length) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, length + 1);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  return type;
}

static ntkw_status write_attribute(const ntkw_recording *t, const char *name, hid_t type, hid_t memory,
                                   const void *value) {
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(t->file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  const ntkw_status status = attribute >= 0 && H5Awrite(attribute, memory, value) >= 0 ? NTKW_SUCCESS : failed(t);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  return status;
}

static ntkw_status write_text(const ntkw_recording *t, const char *name, const char *text) {
  const hid_t type = string_type(strlen(text));
  const ntkw_status status = write_attribute(t, name, type, type, text);
  H5Tclose(type);
  return status;
}

static ntkw_status write_attributes(const ntkw_recording *t) {
  const trace_stated *s = &t->stated;
  NTKW_TRY(write_text(t, "rule", s->rule));
  NTKW_TRY(write_text(t, "dtype", ntkw_dtype_name(s->dtype)));
  NTKW_TRY(write_text(t, "source", s->source));
  const int64_t recording = 0;
  NTKW_TRY(write_attribute(t, "complete", H5T_STD_I64LE, H5T_NATIVE_INT64, &recording));
  NTKW_TRY(write_attribute(t, "alpha", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &s->alpha));
  return write_attribute(t, "update_every", H5T_STD_I64LE, H5T_NATIVE_INT64, &s->update_every);
}

/* Write a whole dataset that does not grow; without values it takes no space and reads as zeros. */
static ntkw_status write_fixed(const ntkw_recording *t, const char *name, hid_t type, int rank, const hsize_t size[],
                               hid_t memory, const void *values) {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, size, NULL);
  H5Pset_obj_track_times(properties, false);
  const hid_t dataset = H5Dcreate2(t->file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  ntkw_status status = dataset >= 0 ? NTKW_SUCCESS : failed(t);
  if (status == NTKW_SUCCESS && values && H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    status = failed(t);
  if (dataset >= 0) H5Dclose(dataset);
  H5Pclose(properties);
  H5Sclose(space);
  return status;
}

static const char *condition_name(const ntkw_recording *t, size_t c) {
  return t->stated.conditions[c];
}

static const char *segment_name(const ntkw_recording *t, size_t s) {
  return t->stated.segments[s].name;
}

static size_t longest(const ntkw_recording *t, size_t n, const char *(*name)(const ntkw_recording *, size_t)) {
  size_t length = 0;
  for (size_t i = 0; i < n; i++) length = strlen(name(t, i)) > length ? strlen(name(t, i)) : length;
  return length;
}

/* Names, in strings of one length. */
static ntkw_status write_names(const ntkw_recording *t, const char *dataset, size_t n,
                               const char *(*name)(const ntkw_recording *, size_t)) {
  const size_t length = longest(t, n, name);
  char *block = calloc(n, length + 1);
  NTKW_CHECK(block, NTKW_ERR_MEMORY, "out of memory for a trace");
  for (size_t i = 0; i < n; i++) memcpy(block + i * (length + 1), name(t, i), strlen(name(t, i)));
  const hid_t type = string_type(length);
  const hsize_t size = n;
  const ntkw_status status = write_fixed(t, dataset, type, 1, &size, type, block);
  H5Tclose(type);
  free(block);
  return status;
}

static ntkw_status write_segment_numbers(const ntkw_recording *t, int64_t *numbers) {
  const trace_stated *s = &t->stated;
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
  NTKW_TRY(write_fixed(t, "/segments/offset", H5T_STD_I64LE, 1, rows, H5T_NATIVE_INT64, offset));
  NTKW_TRY(write_fixed(t, "/segments/size", H5T_STD_I64LE, 1, rows, H5T_NATIVE_INT64, size));
  NTKW_TRY(write_fixed(t, "/segments/ndim", H5T_STD_I64LE, 1, rows, H5T_NATIVE_INT64, ndim));
  NTKW_TRY(write_fixed(t, "/segments/shape", H5T_STD_I64LE, 2, rows, H5T_NATIVE_INT64, shape));
  return write_fixed(t, "/segments/unused", H5T_STD_U8LE, 2, unused, H5T_NATIVE_UINT8, NULL);
}

static ntkw_status write_segments(const ntkw_recording *t) {
  const hid_t properties = H5Pcreate(H5P_GROUP_CREATE);
  H5Pset_obj_track_times(properties, false);
  const hid_t group = H5Gcreate2(t->file, "/segments", H5P_DEFAULT, properties, H5P_DEFAULT);
  H5Pclose(properties);
  if (group < 0) return failed(t);
  H5Gclose(group);
  NTKW_TRY(write_names(t, "/segments/name", (size_t)t->stated.n_segments, segment_name));
  int64_t *numbers = calloc((size_t)t->stated.n_segments, 7 * sizeof *numbers);
  NTKW_CHECK(numbers, NTKW_ERR_MEMORY, "out of memory for a trace");
  const ntkw_status status = write_segment_numbers(t, numbers);
  free(numbers);
  return status;
}

/* A dataset of no rows yet, row after row; space for a chunk is taken when the dataset grows into it. */
static ntkw_status make_growing(ntkw_recording *t, trace_dataset which, hid_t type, int rank, const hsize_t row[],
                                const hsize_t chunk[]) {
  const hsize_t size[] = {0, row[0], rank > 2 ? row[1] : 1}, most[] = {H5S_UNLIMITED, size[1], size[2]};
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, size, most);
  H5Pset_chunk(properties, rank, chunk);
  H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
  if (which == TRACE_GRADIENTS) H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
  H5Pset_obj_track_times(properties, false);
  t->datasets[which] =
      H5Dcreate2(t->file, ntkw_i_recording_dataset_names[which], type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  H5Pclose(properties);
  H5Sclose(space);
  return t->datasets[which] >= 0 ? NTKW_SUCCESS : failed(t);
}

static ntkw_status make_all_growing(ntkw_recording *t) {
  const trace_stated *s = &t->stated;
  const hsize_t n = (hsize_t)s->n_conditions, fitting = CHUNK_VALUES / n;
  const hsize_t rows = fitting < 1 ? 1 : fitting > MOST_ROWS_IN_CHUNK ? MOST_ROWS_IN_CHUNK : fitting;
  const hsize_t line[] = {MOST_ROWS_IN_CHUNK}, table[] = {rows, n}, row[] = {n, (hsize_t)s->n_parameters};
  const hsize_t vector[] = {1, 1, (hsize_t)t->chunk_length};
  const hid_t real = H5T_IEEE_F64LE, integer = H5T_STD_I64LE;
  NTKW_TRY(make_growing(t, TRACE_EPOCH, integer, 1, row, line));
  NTKW_TRY(make_growing(t, TRACE_BATCH, integer, 1, row, line));
  NTKW_TRY(make_growing(t, TRACE_UPDATED, H5T_STD_U8LE, 1, row, line));
  NTKW_TRY(make_growing(t, TRACE_LOSSES, real, 2, row, table));
  NTKW_TRY(make_growing(t, TRACE_WEIGHTS, real, 2, row, table));
  NTKW_TRY(make_growing(t, TRACE_TOTAL, real, 1, row, line));
  NTKW_TRY(make_growing(t, TRACE_SQUARES, real, 2, row, table));
  NTKW_TRY(make_growing(t, TRACE_NORMS, real, 2, row, table));
  if (s->traces) NTKW_TRY(make_growing(t, TRACE_TRACES, real, 2, row, table));
  return make_growing(t, TRACE_GRADIENTS, s->dtype == NTKW_FLOAT32 ? H5T_IEEE_F32LE : real, 3, row, vector);
}

static ntkw_status write_everything_fixed(const ntkw_recording *t) {
  const trace_stated *s = &t->stated;
  const hsize_t size[] = {(hsize_t)s->n_conditions, (hsize_t)s->n_parameters};
  NTKW_TRY(write_attributes(t));
  NTKW_TRY(write_names(t, "/conditions", (size_t)s->n_conditions, condition_name));
  NTKW_TRY(write_fixed(t, "/initial_weights", H5T_IEEE_F64LE, 1, size, H5T_NATIVE_DOUBLE, s->initial_weights));
  if (s->entries) NTKW_TRY(write_fixed(t, "/entries", H5T_STD_I64LE, 1, size, H5T_NATIVE_INT64, s->entries));
  NTKW_TRY(write_fixed(t, "/unused", H5T_STD_U8LE, 2, size, H5T_NATIVE_UINT8, NULL));
  return write_segments(t);
}

/* A file that HDF5 cannot complete stays open in HDF5 for ever: see beforehand that there is room. */
static ntkw_status check_room(const ntkw_recording *t) {
  const size_t n = (size_t)t->stated.n_conditions, m = (size_t)t->stated.n_segments;
  const size_t names = n * (longest(t, n, condition_name) + 1) + m * (longest(t, m, segment_name) + 1);
  NTKW_TRY(ntkw_i_file_reserve(t->fd, t->path, (int64_t)(names + 16 * n + 56 * m + (1 << 18))));
  NTKW_CHECK(ftruncate(t->fd, 0) == 0, NTKW_ERR_FILE, "cannot write %s: %s", t->path, strerror(errno));
  return NTKW_SUCCESS;
}

/* The file under a name of its own, whole. */
static ntkw_status write_file(ntkw_recording *t) {
  NTKW_TRY(check_room(t));
  t->journal = (trace_journal){.fd = t->fd, .path = t->path};
  const hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = ntkw_i_hdf5_access();
  H5Pset_obj_track_times(creation, false);
  ntkw_status status = ntkw_i_journal_access(access, &t->journal);
  if (status == NTKW_SUCCESS) t->file = H5Fcreate(t->path, H5F_ACC_TRUNC, creation, access);
  if (status == NTKW_SUCCESS && t->file < 0) status = ntkw_i_hdf5_fail(NTKW_ERR_FILE, "make the trace", t->path);
  H5Pclose(access);
  H5Pclose(creation);
  NTKW_TRY(status);
  NTKW_TRY(write_everything_fixed(t));
  NTKW_TRY(make_all_growing(t));
  return ntkw_i_recording_commit(t);
}

/* Give the file its name, unless there is one of that name. */
static ntkw_status give_name(ntkw_recording *t, const char *temporary) {
  int failed = link(temporary, t->path) != 0 ? errno : 0;
  if (failed && failed != EEXIST && access(t->path, F_OK) != 0) /* a file system without links */
    failed = rename(temporary, t->path) != 0 ? errno : 0;
  NTKW_CHECK(!failed, NTKW_ERR_FILE, "the trace %s cannot be made: %s", t->path, strerror(failed));
  t->made = true;
  return NTKW_SUCCESS;
}

static ntkw_status make_as(ntkw_recording *t, const char *temporary) {
  t->fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  NTKW_CHECK(t->fd >= 0, NTKW_ERR_FILE, "the trace %s cannot be made: %s", t->path, strerror(errno));
  ntkw_status status = ntkw_i_recording_take(t);
  if (status == NTKW_SUCCESS) status = write_file(t);
  if (status == NTKW_SUCCESS) status = give_name(t, temporary);
  unlink(temporary);
  return status;
}

ntkw_status ntkw_i_recording_make_file(ntkw_recording *t) {
  struct stat about;
  const size_t length = strlen(t->path) + 40;
  NTKW_CHECK(lstat(t->path, &about) != 0, NTKW_ERR_FILE, "the trace %s cannot be made: %s", t->path, strerror(EEXIST));
  char *temporary = malloc(length);
  NTKW_CHECK(temporary, NTKW_ERR_MEMORY, "out of memory for a trace");
  snprintf(temporary, length, "%s.tmp-%lld", t->path, (long long)getpid());
  unlink(temporary); /* of a process of the same number that was killed */
  const ntkw_status status = make_as(t, temporary);
  free(temporary);
  return status;
}
