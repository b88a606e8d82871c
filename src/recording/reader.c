/* Recorded training runs, read with the serial face of HDF5. */
#include "recording/reader.h"
#include "fileio/hdf5_error.h"
#include "base/check.h"
#include "base/dtype.h"
#include "recording/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_RANK = 3, ANY = -1, MOST_CONDITIONS = 4096 };

struct trace_file {
  char *path;
  int fd; /* of a file with a journal; -1 */
  trace_journal journal;
  hid_t id, gradients;
};

/* What is expected of a dataset: its dimensions, ANY where they are learnt from it. */
typedef struct shape {
  int rank;
  int64_t size[MAX_RANK];
} shape;

static ntkw_status check_plain_file(const char *path) {
  struct stat what;
  NTKW_CHECK(stat(path, &what) == 0, NTKW_ERR_FILE, "%s: %s", path, strerror(errno));
  NTKW_CHECK(!S_ISDIR(what.st_mode), NTKW_ERR_FILE, "%s is a folder; expected a trace, an HDF5 file", path);
  NTKW_CHECK(S_ISREG(what.st_mode), NTKW_ERR_FILE, "%s is not a plain file; expected a trace, an HDF5 file", path);
  NTKW_CHECK(access(path, R_OK) == 0, NTKW_ERR_FILE, "%s: %s", path, strerror(errno));
  NTKW_CHECK(what.st_size > 0, NTKW_ERR_FORMAT, "%s is empty; expected a trace, an HDF5 file", path);
  return NTKW_SUCCESS;
}

/* A run that was killed while it changed the file may have left a journal, without which HDF5 finds half a change. */
static ntkw_status open_with_journal(struct trace_file *file) {
  bool found;
  file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  NTKW_CHECK(file->fd >= 0, NTKW_ERR_FILE, "%s: %s", file->path, strerror(errno));
  const bool taken = flock(file->fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  NTKW_CHECK(!taken, NTKW_ERR_FILE, "%s is being recorded by a run that lives", file->path);
  flock(file->fd, LOCK_UN); /* HDF5 takes it, too */
  file->journal = (trace_journal){.fd = file->fd, .path = file->path};
  NTKW_TRY(ntkw_i_journal_find(&file->journal, &found));
  if (!found) return NTKW_SUCCESS;
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  const ntkw_status status = ntkw_i_journal_access(access, &file->journal);
  if (status == NTKW_SUCCESS) file->id = H5Fopen(file->path, H5F_ACC_RDONLY, access);
  H5Pclose(access);
  return status;
}

static ntkw_status open_file(recorded_run *t, const char *path) {
  NTKW_TRY(check_plain_file(path));
  t->file = calloc(1, sizeof *t->file);
  NTKW_CHECK(t->file, NTKW_ERR_MEMORY, "out of memory for a trace");
  t->file->id = t->file->gradients = H5I_INVALID_HID;
  t->file->fd = -1;
  t->file->path = strdup(path);
  NTKW_CHECK(t->file->path, NTKW_ERR_MEMORY, "out of memory for a trace");
  NTKW_CHECK(H5Fis_hdf5(path) > 0, NTKW_ERR_FORMAT, "%s is not an HDF5 file; expected a trace", path);
  NTKW_TRY(open_with_journal(t->file));
  if (t->file->id < 0) t->file->id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  NTKW_CHECK(t->file->id >= 0, NTKW_ERR_FORMAT, "%s is an HDF5 file, but truncated or damaged", path);
  return NTKW_SUCCESS;
}

/* H5Lexists fails, rather than saying no, where a group on the way is missing. */
static bool has_link(const recorded_run *t, const char *name) {
  const char *slash = strrchr(name, '/');
  char group[64];
  if (slash && slash != name) {
    snprintf(group, sizeof group, "%.*s", (int)(slash - name), name);
    if (H5Lexists(t->file->id, group, H5P_DEFAULT) <= 0) return false;
  }
  return H5Lexists(t->file->id, name, H5P_DEFAULT) > 0;
}

static ntkw_status check_shape(const recorded_run *t, const char *name, hid_t dataset, shape *expected) {
  const hid_t space = H5Dget_space(dataset);
  hsize_t size[H5S_MAX_RANK] = {0};
  const int rank = H5Sget_simple_extent_dims(space, size, NULL);
  H5Sclose(space);
  NTKW_CHECK(rank == expected->rank, NTKW_ERR_FORMAT, "%s: dataset %s has %d dimensions; expected %d", t->file->path,
             name, rank, expected->rank);
  for (int d = 0; d < rank; d++) {
    NTKW_CHECK(expected->size[d] == ANY || size[d] == (hsize_t)expected->size[d], NTKW_ERR_FORMAT,
               "%s: dataset %s has %llu entries in dimension %d; expected %lld", t->file->path, name,
               (unsigned long long)size[d], d, (long long)expected->size[d]);
    NTKW_CHECK(size[d] <= INT32_MAX, NTKW_ERR_FORMAT, "%s: dataset %s has %llu entries in dimension %d; at most 2^31-1",
               t->file->path, name, (unsigned long long)size[d], d);
    expected->size[d] = (int64_t)size[d];
  }
  return NTKW_SUCCESS;
}

static ntkw_status check_class(const recorded_run *t, const char *name, hid_t dataset, H5T_class_t expected) {
  const hid_t type = H5Dget_type(dataset);
  const H5T_class_t class = H5Tget_class(type);
  const bool variable = class == H5T_STRING && H5Tis_variable_str(type) > 0;
  H5Tclose(type);
  NTKW_CHECK(class == expected && !variable, NTKW_ERR_FORMAT, "%s: dataset %s holds no %s", t->file->path, name,
             expected == H5T_STRING    ? "strings of fixed length"
             : expected == H5T_INTEGER ? "integers"
                                       : "floating-point numbers");
  return NTKW_SUCCESS;
}

/* Open a dataset and check class and shape; *dataset is to be closed by the caller, also after an error if >= 0. */
static ntkw_status open_dataset(const recorded_run *t, const char *name, H5T_class_t class, shape *expected,
                                hid_t *dataset) {
  *dataset = H5I_INVALID_HID;
  NTKW_CHECK(has_link(t, name), NTKW_ERR_FORMAT, "%s is not a trace: it has no dataset %s", t->file->path, name);
  *dataset = H5Dopen2(t->file->id, name, H5P_DEFAULT);
  NTKW_CHECK(*dataset >= 0, NTKW_ERR_FORMAT, "%s is not a trace: %s is not a dataset that can be opened", t->file->path,
             name);
  NTKW_TRY(check_class(t, name, *dataset, class));
  return check_shape(t, name, *dataset, expected);
}

static size_t entries(const shape *s) {
  size_t n = 1;
  for (int d = 0; d < s->rank; d++) n *= (size_t)s->size[d];
  return n;
}

static void close_dataset(hid_t dataset) {
  if (dataset >= 0) H5Dclose(dataset);
}

/* Read a whole dataset as type (8 bytes an entry); *values is to be freed. */
static ntkw_status read_all(const recorded_run *t, const char *name, H5T_class_t class, hid_t type, shape *expected,
                            void **values) {
  hid_t dataset = H5I_INVALID_HID;
  ntkw_status status = open_dataset(t, name, class, expected, &dataset);
  if (status == NTKW_SUCCESS) {
    *values = calloc(entries(expected) + 1, 8);
    if (!*values)
      status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for dataset %s", name);
    else if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, *values) < 0)
      status = ntkw_i_fail(NTKW_ERR_FORMAT, "%s: dataset %s cannot be read", t->file->path, name);
  }
  close_dataset(dataset);
  return status;
}

static ntkw_status read_reals(const recorded_run *t, const char *name, shape expected, double **values) {
  return read_all(t, name, H5T_FLOAT, H5T_NATIVE_DOUBLE, &expected, (void **)values);
}

static ntkw_status read_integers(const recorded_run *t, const char *name, shape expected, int64_t **values) {
  return read_all(t, name, H5T_INTEGER, H5T_NATIVE_INT64, &expected, (void **)values);
}

/* Read a scalar attribute of the root group: a number as type, or (type < 0) a text of fixed length. */
static ntkw_status read_attribute(const recorded_run *t, const char *name, hid_t type, void *value, size_t size) {
  NTKW_CHECK(H5Aexists(t->file->id, name) > 0, NTKW_ERR_FORMAT, "%s is not a trace: it has no attribute %s",
             t->file->path, name);
  const hid_t attribute = H5Aopen(t->file->id, name, H5P_DEFAULT), space = H5Aget_space(attribute);
  const hid_t stored = H5Aget_type(attribute);
  const bool is_text = H5Tget_class(stored) == H5T_STRING;
  hid_t text = H5I_INVALID_HID;
  if (type < 0 && is_text && H5Tis_variable_str(stored) == 0) {
    text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, size);
  }
  const hid_t memory = type < 0 ? text : is_text ? H5I_INVALID_HID : type;
  const bool ok = memory >= 0 && H5Sget_simple_extent_npoints(space) == 1 && H5Aread(attribute, memory, value) >= 0;
  if (text >= 0) H5Tclose(text);
  H5Tclose(stored);
  H5Sclose(space);
  H5Aclose(attribute);
  NTKW_CHECK(ok, NTKW_ERR_FORMAT, "%s: attribute %s is not a single %s", t->file->path, name,
             type < 0 ? "string of fixed length" : "number");
  return NTKW_SUCCESS;
}

static ntkw_status read_attributes(recorded_run *t) {
  const char *path = t->file->path;
  char dtype[32] = "";
  NTKW_TRY(read_attribute(t, "rule", H5I_INVALID_HID, t->rule, sizeof t->rule));
  NTKW_TRY(read_attribute(t, "source", H5I_INVALID_HID, t->source, sizeof t->source));
  NTKW_TRY(read_attribute(t, "dtype", H5I_INVALID_HID, dtype, sizeof dtype));
  NTKW_TRY(read_attribute(t, "alpha", H5T_NATIVE_DOUBLE, &t->alpha, 0));
  NTKW_TRY(read_attribute(t, "update_every", H5T_NATIVE_INT64, &t->update_every, 0));
  NTKW_CHECK(strcmp(t->rule, "linear") != 0 && strcmp(t->rule, "scalar") != 0, NTKW_ERR_FORMAT,
             "%s cannot be replayed: its rule \"%s\" uses no gradients, so none were recorded", path, t->rule);
  NTKW_CHECK(t->rule[0], NTKW_ERR_FORMAT, "%s: attribute rule is empty; expected the name of a rule", path);
  NTKW_CHECK(strcmp(dtype, "float32") == 0 || strcmp(dtype, "float64") == 0, NTKW_ERR_FORMAT,
             "%s: attribute dtype is \"%s\"; expected float32 or float64", path, dtype);
  NTKW_CHECK(strcmp(t->rule, "self_adaptive") == 0 || (t->alpha >= 0 && t->alpha <= 1), NTKW_ERR_FORMAT,
             "%s: attribute alpha is %g; expected 0 to 1", path, t->alpha);
  NTKW_CHECK(t->update_every >= 1, NTKW_ERR_FORMAT, "%s: attribute update_every is %lld; expected at least 1", path,
             (long long)t->update_every);
  t->dtype = strcmp(dtype, "float32") == 0 ? NTKW_FLOAT32 : NTKW_FLOAT64;
  int64_t complete = 1; /* files of others do not say */
  if (H5Aexists(t->file->id, "complete") > 0) NTKW_TRY(read_attribute(t, "complete", H5T_NATIVE_INT64, &complete, 0));
  t->complete = complete != 0;
  return NTKW_SUCCESS;
}

/* The gradients fix T, C and N; the dataset stays open. */
static ntkw_status open_gradients(recorded_run *t) {
  shape s = {3, {ANY, ANY, ANY}};
  NTKW_TRY(open_dataset(t, "/gradients", H5T_FLOAT, &s, &t->file->gradients));
  const hid_t type = H5Dget_type(t->file->gradients);
  const size_t size = H5Tget_size(type), expected = ntkw_i_value_size(t->dtype);
  H5Tclose(type);
  NTKW_CHECK(size == expected, NTKW_ERR_FORMAT, "%s: dataset /gradients has %zu bytes an entry; its dtype says %zu",
             t->file->path, size, expected);
  NTKW_CHECK(s.size[1] > 0 && s.size[2] > 0, NTKW_ERR_FORMAT,
             "%s: dataset /gradients has the shape (%lld, %lld, %lld): nothing to replay", t->file->path,
             (long long)s.size[0], (long long)s.size[1], (long long)s.size[2]);
  NTKW_CHECK(s.size[1] <= MOST_CONDITIONS, NTKW_ERR_FORMAT, "%s has %lld conditions; at most %d", t->file->path,
             (long long)s.size[1], MOST_CONDITIONS);
  t->n_steps = s.size[0];
  t->n_conditions = (int)s.size[1];
  t->n_parameters = s.size[2];
  return NTKW_SUCCESS;
}

static ntkw_status split_names(recorded_run *t, const char *block, size_t length) {
  t->conditions = calloc((size_t)t->n_conditions, sizeof *t->conditions);
  NTKW_CHECK(t->conditions, NTKW_ERR_MEMORY, "out of memory for the names of conditions");
  for (int c = 0; c < t->n_conditions; c++) {
    t->conditions[c] = strndup(block + (size_t)c * length, length);
    NTKW_CHECK(t->conditions[c], NTKW_ERR_MEMORY, "out of memory for the names of conditions");
    NTKW_CHECK(t->conditions[c][0], NTKW_ERR_FORMAT, "%s: the name of condition %d is empty", t->file->path, c);
    for (int other = 0; other < c; other++)
      NTKW_CHECK(strcmp(t->conditions[c], t->conditions[other]) != 0, NTKW_ERR_FORMAT,
                 "%s: conditions %d and %d have the same name, \"%s\"", t->file->path, other, c, t->conditions[c]);
  }
  return NTKW_SUCCESS;
}

static ntkw_status read_names(recorded_run *t) {
  hid_t dataset = H5I_INVALID_HID;
  shape expected = {1, {t->n_conditions}};
  ntkw_status status = open_dataset(t, "/conditions", H5T_STRING, &expected, &dataset);
  if (status == NTKW_SUCCESS) {
    const hid_t type = H5Dget_type(dataset);
    const size_t length = H5Tget_size(type);
    char *block = calloc((size_t)t->n_conditions, length + 1);
    if (!block)
      status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the names of conditions");
    else if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, block) < 0)
      status = ntkw_i_fail(NTKW_ERR_FORMAT, "%s: dataset /conditions cannot be read", t->file->path);
    else
      status = split_names(t, block, length);
    free(block);
    H5Tclose(type);
  }
  close_dataset(dataset);
  return status;
}

static ntkw_status read_steps(recorded_run *t) {
  const shape steps = {1, {t->n_steps}}, table = {2, {t->n_steps, t->n_conditions}};
  NTKW_TRY(read_integers(t, "/epoch", steps, &t->epoch));
  NTKW_TRY(read_integers(t, "/batch", steps, &t->batch));
  NTKW_TRY(read_integers(t, "/updated", steps, &t->updated));
  NTKW_TRY(read_reals(t, "/losses", table, &t->losses));
  NTKW_TRY(read_reals(t, "/weights", table, &t->weights));
  NTKW_TRY(read_reals(t, "/total", steps, &t->total));
  NTKW_TRY(read_reals(t, "/sumsq_exact", table, &t->squares));
  NTKW_TRY(read_reals(t, "/norm_exact", table, &t->norms));
  if (has_link(t, "/traces")) NTKW_TRY(read_reals(t, "/traces", table, &t->traces));
  for (int64_t s = 0; s < t->n_steps; s++)
    NTKW_CHECK(t->epoch[s] >= 0, NTKW_ERR_FORMAT, "%s: the epoch of step %lld is %lld; expected at least 0",
               t->file->path, (long long)s, (long long)t->epoch[s]);
  return NTKW_SUCCESS;
}

static ntkw_status read_entries(recorded_run *t) {
  const shape conditions = {1, {t->n_conditions}};
  if (!has_link(t, "/entries")) return NTKW_SUCCESS;
  NTKW_TRY(read_integers(t, "/entries", conditions, &t->entries));
  for (int c = 0; c < t->n_conditions; c++)
    NTKW_CHECK(t->entries[c] >= 1, NTKW_ERR_FORMAT, "%s: condition '%s' has %lld entries; expected at least 1",
               t->file->path, t->conditions[c], (long long)t->entries[c]);
  return NTKW_SUCCESS;
}

static ntkw_status read_initial_weights(recorded_run *t) {
  const shape conditions = {1, {t->n_conditions}};
  if (has_link(t, "/initial_weights")) return read_reals(t, "/initial_weights", conditions, &t->initial_weights);
  t->initial_weights = calloc((size_t)t->n_conditions, sizeof *t->initial_weights);
  NTKW_CHECK(t->initial_weights, NTKW_ERR_MEMORY, "out of memory for %d weights", t->n_conditions);
  for (int c = 0; c < t->n_conditions; c++) t->initial_weights[c] = 1;
  return NTKW_SUCCESS;
}

static ntkw_status read_segments(recorded_run *t) {
  shape segments = {1, {ANY}};
  NTKW_TRY(read_all(t, "/segments/offset", H5T_INTEGER, H5T_NATIVE_INT64, &segments, (void **)&t->segment_offset));
  NTKW_TRY(read_integers(t, "/segments/size", segments, &t->segment_size));
  t->n_segments = segments.size[0];
  int64_t end = 0;
  for (int64_t s = 0; s < t->n_segments; s++) {
    const int64_t offset = t->segment_offset[s], size = t->segment_size[s];
    NTKW_CHECK(offset == end && size >= 0 && size <= t->n_parameters - end, NTKW_ERR_FORMAT,
               "%s: segment %lld begins at %lld and has %lld entries; expected to begin at %lld and to end by %lld",
               t->file->path, (long long)s, (long long)offset, (long long)size, (long long)end,
               (long long)t->n_parameters);
    end += size;
  }
  NTKW_CHECK(end == t->n_parameters, NTKW_ERR_FORMAT, "%s: the segments have %lld entries together; expected %lld",
             t->file->path, (long long)end, (long long)t->n_parameters);
  return NTKW_SUCCESS;
}

static ntkw_status read_everything_small(recorded_run *t, const char *path) {
  NTKW_TRY(open_file(t, path));
  NTKW_CHECK(has_link(t, "/conditions"), NTKW_ERR_FORMAT, "%s is not a trace: it has no dataset /conditions", path);
  NTKW_TRY(read_attributes(t));
  NTKW_TRY(open_gradients(t));
  NTKW_TRY(read_names(t));
  NTKW_TRY(read_steps(t));
  NTKW_TRY(read_entries(t));
  NTKW_TRY(read_initial_weights(t));
  return read_segments(t);
}

ntkw_status ntkw_i_recording_read(const char *path, recorded_run **out) {
  const ntkw_i_hdf5_handler handler =
      ntkw_i_hdf5_suppress_errors(); /* failures are told in one sentence, not in HDF5's stack */
  *out = calloc(1, sizeof **out);
  const ntkw_status status =
      *out ? read_everything_small(*out, path) : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a trace");
  if (status != NTKW_SUCCESS) ntkw_i_recording_close(out);
  ntkw_i_hdf5_restore_errors(handler);
  return status;
}

ntkw_status ntkw_i_recording_open(MPI_Comm comm, const char *path, recorded_run **out) {
  const ntkw_status verdict = ntkw_status_agree(comm, ntkw_i_recording_read(path, out));
  if (verdict != NTKW_SUCCESS) ntkw_i_recording_close(out);
  return verdict;
}

ntkw_status ntkw_i_recording_read_gradients(const recorded_run *t, int64_t step, int64_t offset, int64_t count,
                                            void *values) {
  if (count == 0) return NTKW_SUCCESS;
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  const hsize_t start[3] = {(hsize_t)step, 0, (hsize_t)offset};
  const hsize_t size[3] = {1, (hsize_t)t->n_conditions, (hsize_t)count};
  const hid_t file = H5Dget_space(t->file->gradients), memory = H5Screate_simple(3, size, NULL);
  const bool ok = H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, size, NULL) >= 0 &&
                  H5Dread(t->file->gradients, t->dtype == NTKW_FLOAT32 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE, memory,
                          file, H5P_DEFAULT, values) >= 0;
  H5Sclose(memory);
  H5Sclose(file);
  ntkw_i_hdf5_restore_errors(handler);
  NTKW_CHECK(ok, NTKW_ERR_FILE, "%s: the gradients of step %lld cannot be read", t->file->path, (long long)step);
  return NTKW_SUCCESS;
}

static void close_file(struct trace_file *file) {
  if (!file) return;
  close_dataset(file->gradients);
  if (file->id >= 0) H5Fclose(file->id);
  ntkw_i_journal_free(&file->journal);
  if (file->fd >= 0) close(file->fd);
  free(file->path);
  free(file);
}

void ntkw_i_recording_close(recorded_run **t) {
  if (!t || !*t) return;
  recorded_run *gone = *t;
  close_file(gone->file);
  for (int c = 0; gone->conditions && c < gone->n_conditions; c++) free(gone->conditions[c]);
  free(gone->conditions);
  void *arrays[] = {gone->initial_weights, gone->epoch,          gone->batch,       gone->updated, gone->losses,
                    gone->weights,         gone->total,          gone->squares,     gone->norms,   gone->traces,
                    gone->entries,         gone->segment_offset, gone->segment_size};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
  free(gone);
  *t = NULL;
}
