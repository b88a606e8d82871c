/* Read recordings with serial HDF5. */
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

struct recording_file {
  char *path;
  int fd; /* the file, to lock it and to read a journal; -1: not open */
  recording_journal journal;
  hid_t id, gradients;
};

/* The expected dimensions of a dataset; ANY: taken from the file. */
typedef struct shape {
  int rank;
  int64_t size[MAX_RANK];
} shape;

static ntkw_status check_plain_file(const char *path) {
  struct stat what;
  NTKW_CHECK(stat(path, &what) == 0, NTKW_ERR_FILE, "%s: %s", path, strerror(errno));
  NTKW_CHECK(!S_ISDIR(what.st_mode), NTKW_ERR_FILE, "%s is a folder; expected a recording, an HDF5 file", path);
  NTKW_CHECK(S_ISREG(what.st_mode), NTKW_ERR_FILE, "%s is not a plain file; expected a recording, an HDF5 file", path);
  NTKW_CHECK(access(path, R_OK) == 0, NTKW_ERR_FILE, "%s: %s", path, strerror(errno));
  NTKW_CHECK(what.st_size > 0, NTKW_ERR_FORMAT, "%s is empty; expected a recording, an HDF5 file", path);
  return NTKW_SUCCESS;
}

/* Refuse a file that a run still records. If a killed run left a journal, open the file with it: HDF5 would otherwise
 * read a part of the changes. */
static ntkw_status open_with_journal(struct recording_file *file) {
  bool found;
  file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  NTKW_CHECK(file->fd >= 0, NTKW_ERR_FILE, "%s: %s", file->path, strerror(errno));
  const bool taken = flock(file->fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  NTKW_CHECK(!taken, NTKW_ERR_FILE, "%s is being recorded by a run that lives", file->path);
  flock(file->fd, LOCK_UN); /* HDF5 locks the file itself */
  file->journal = (recording_journal){.fd = file->fd, .path = file->path};
  NTKW_TRY(ntkw_i_journal_find(&file->journal, &found));
  if (!found) return NTKW_SUCCESS;
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  const ntkw_status status = ntkw_i_journal_access(access, &file->journal);
  if (status == NTKW_SUCCESS) file->id = H5Fopen(file->path, H5F_ACC_RDONLY, access);
  H5Pclose(access);
  return status;
}

static ntkw_status open_file(recorded_run *run, const char *path) {
  NTKW_TRY(check_plain_file(path));
  run->file = calloc(1, sizeof *run->file);
  NTKW_CHECK(run->file, NTKW_ERR_MEMORY, "out of memory for a recording");
  run->file->id = run->file->gradients = H5I_INVALID_HID;
  run->file->fd = -1;
  run->file->path = strdup(path);
  NTKW_CHECK(run->file->path, NTKW_ERR_MEMORY, "out of memory for a recording");
  NTKW_CHECK(H5Fis_hdf5(path) > 0, NTKW_ERR_FORMAT, "%s is not an HDF5 file; expected a recording", path);
  NTKW_TRY(open_with_journal(run->file));
  if (run->file->id < 0) run->file->id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  NTKW_CHECK(run->file->id >= 0, NTKW_ERR_FORMAT, "%s is an HDF5 file, but truncated or damaged", path);
  return NTKW_SUCCESS;
}

/* H5Lexists fails, instead of returning 0, if a group of the path is missing. */
static bool has_link(const recorded_run *run, const char *name) {
  const char *slash = strrchr(name, '/');
  char group[64];
  if (slash && slash != name) {
    snprintf(group, sizeof group, "%.*s", (int)(slash - name), name);
    if (H5Lexists(run->file->id, group, H5P_DEFAULT) <= 0) return false;
  }
  return H5Lexists(run->file->id, name, H5P_DEFAULT) > 0;
}

static ntkw_status check_shape(const recorded_run *run, const char *name, hid_t dataset, shape *expected) {
  const hid_t space = H5Dget_space(dataset);
  hsize_t size[H5S_MAX_RANK] = {0};
  const int rank = H5Sget_simple_extent_dims(space, size, NULL);
  H5Sclose(space);
  NTKW_CHECK(rank == expected->rank, NTKW_ERR_FORMAT, "%s: dataset %s has %d dimensions; expected %d", run->file->path,
             name, rank, expected->rank);
  for (int d = 0; d < rank; d++) {
    NTKW_CHECK(expected->size[d] == ANY || size[d] == (hsize_t)expected->size[d], NTKW_ERR_FORMAT,
               "%s: dataset %s has %llu entries in dimension %d; expected %lld", run->file->path, name,
               (unsigned long long)size[d], d, (long long)expected->size[d]);
    NTKW_CHECK(size[d] <= INT32_MAX, NTKW_ERR_FORMAT, "%s: dataset %s has %llu entries in dimension %d; at most 2^31-1",
               run->file->path, name, (unsigned long long)size[d], d);
    expected->size[d] = (int64_t)size[d];
  }
  return NTKW_SUCCESS;
}

static ntkw_status check_class(const recorded_run *run, const char *name, hid_t dataset, H5T_class_t expected) {
  const hid_t type = H5Dget_type(dataset);
  const H5T_class_t class = H5Tget_class(type);
  const bool variable = class == H5T_STRING && H5Tis_variable_str(type) > 0;
  H5Tclose(type);
  NTKW_CHECK(class == expected && !variable, NTKW_ERR_FORMAT, "%s: dataset %s holds no %s", run->file->path, name,
             expected == H5T_STRING    ? "strings of fixed length"
             : expected == H5T_INTEGER ? "integers"
                                       : "floating-point numbers");
  return NTKW_SUCCESS;
}

/* Open a dataset and check its class and shape. The caller closes *dataset if it is >= 0, after an error too. */
static ntkw_status open_dataset(const recorded_run *run, const char *name, H5T_class_t class, shape *expected,
                                hid_t *dataset) {
  *dataset = H5I_INVALID_HID;
  NTKW_CHECK(has_link(run, name), NTKW_ERR_FORMAT, "%s is not a recording: it has no dataset %s", run->file->path,
             name);
  *dataset = H5Dopen2(run->file->id, name, H5P_DEFAULT);
  NTKW_CHECK(*dataset >= 0, NTKW_ERR_FORMAT, "%s is not a recording: %s is not a dataset that can be opened",
             run->file->path, name);
  NTKW_TRY(check_class(run, name, *dataset, class));
  return check_shape(run, name, *dataset, expected);
}

static size_t entries(const shape *s) {
  size_t n = 1;
  for (int d = 0; d < s->rank; d++) n *= (size_t)s->size[d];
  return n;
}

static void close_dataset(hid_t dataset) {
  if (dataset >= 0) H5Dclose(dataset);
}

/* Read a whole dataset as type, which has 8 bytes. The caller frees *values, after an error too. */
static ntkw_status read_all(const recorded_run *run, const char *name, H5T_class_t class, hid_t type, shape *expected,
                            void **values) {
  hid_t dataset = H5I_INVALID_HID;
  ntkw_status status = open_dataset(run, name, class, expected, &dataset);
  if (status == NTKW_SUCCESS) {
    *values = calloc(entries(expected) + 1, 8);
    if (!*values)
      status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for dataset %s", name);
    else if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, *values) < 0)
      status = ntkw_i_fail(NTKW_ERR_FORMAT, "%s: dataset %s cannot be read", run->file->path, name);
  }
  close_dataset(dataset);
  return status;
}

static ntkw_status read_reals(const recorded_run *run, const char *name, shape expected, double **values) {
  return read_all(run, name, H5T_FLOAT, H5T_NATIVE_DOUBLE, &expected, (void **)values);
}

static ntkw_status read_integers(const recorded_run *run, const char *name, shape expected, int64_t **values) {
  return read_all(run, name, H5T_INTEGER, H5T_NATIVE_INT64, &expected, (void **)values);
}

/* Read a scalar attribute of the root group: a number as type, or (type < 0) a text of fixed length. */
static ntkw_status read_attribute(const recorded_run *run, const char *name, hid_t type, void *value, size_t size) {
  NTKW_CHECK(H5Aexists(run->file->id, name) > 0, NTKW_ERR_FORMAT, "%s is not a recording: it has no attribute %s",
             run->file->path, name);
  const hid_t attribute = H5Aopen(run->file->id, name, H5P_DEFAULT), space = H5Aget_space(attribute);
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
  NTKW_CHECK(ok, NTKW_ERR_FORMAT, "%s: attribute %s is not a single %s", run->file->path, name,
             type < 0 ? "string of fixed length" : "number");
  return NTKW_SUCCESS;
}

static ntkw_status read_attributes(recorded_run *run) {
  const char *path = run->file->path;
  char dtype[32] = "";
  NTKW_TRY(read_attribute(run, "rule", H5I_INVALID_HID, run->rule, sizeof run->rule));
  NTKW_TRY(read_attribute(run, "source", H5I_INVALID_HID, run->source, sizeof run->source));
  NTKW_TRY(read_attribute(run, "dtype", H5I_INVALID_HID, dtype, sizeof dtype));
  NTKW_TRY(read_attribute(run, "alpha", H5T_NATIVE_DOUBLE, &run->alpha, 0));
  NTKW_TRY(read_attribute(run, "update_every", H5T_NATIVE_INT64, &run->update_every, 0));
  NTKW_CHECK(strcmp(run->rule, "linear") != 0 && strcmp(run->rule, "scalar") != 0, NTKW_ERR_FORMAT,
             "%s cannot be replayed: its rule \"%s\" uses no gradients, so none were recorded", path, run->rule);
  NTKW_CHECK(run->rule[0], NTKW_ERR_FORMAT, "%s: attribute rule is empty; expected the name of a rule", path);
  NTKW_CHECK(strcmp(dtype, "float32") == 0 || strcmp(dtype, "float64") == 0, NTKW_ERR_FORMAT,
             "%s: attribute dtype is \"%s\"; expected float32 or float64", path, dtype);
  NTKW_CHECK(strcmp(run->rule, "self_adaptive") == 0 || (run->alpha >= 0 && run->alpha <= 1), NTKW_ERR_FORMAT,
             "%s: attribute alpha is %g; expected 0 to 1", path, run->alpha);
  NTKW_CHECK(run->update_every >= 1, NTKW_ERR_FORMAT, "%s: attribute update_every is %lld; expected at least 1", path,
             (long long)run->update_every);
  run->dtype = strcmp(dtype, "float32") == 0 ? NTKW_FLOAT32 : NTKW_FLOAT64;
  int64_t complete = 1; /* files of other programs lack the attribute */
  if (H5Aexists(run->file->id, "complete") > 0)
    NTKW_TRY(read_attribute(run, "complete", H5T_NATIVE_INT64, &complete, 0));
  run->complete = complete != 0;
  return NTKW_SUCCESS;
}

/* Open the gradients, whose dimensions are T, C and N. The dataset stays open. */
static ntkw_status open_gradients(recorded_run *run) {
  shape s = {3, {ANY, ANY, ANY}};
  NTKW_TRY(open_dataset(run, "/gradients", H5T_FLOAT, &s, &run->file->gradients));
  const hid_t type = H5Dget_type(run->file->gradients);
  const size_t size = H5Tget_size(type), expected = ntkw_i_value_size(run->dtype);
  H5Tclose(type);
  NTKW_CHECK(size == expected, NTKW_ERR_FORMAT, "%s: dataset /gradients has %zu bytes an entry; its dtype says %zu",
             run->file->path, size, expected);
  NTKW_CHECK(s.size[1] > 0 && s.size[2] > 0, NTKW_ERR_FORMAT,
             "%s: dataset /gradients has the shape (%lld, %lld, %lld): nothing to replay", run->file->path,
             (long long)s.size[0], (long long)s.size[1], (long long)s.size[2]);
  NTKW_CHECK(s.size[1] <= MOST_CONDITIONS, NTKW_ERR_FORMAT, "%s has %lld conditions; at most %d", run->file->path,
             (long long)s.size[1], MOST_CONDITIONS);
  run->n_steps = s.size[0];
  run->n_conditions = (int)s.size[1];
  run->n_parameters = s.size[2];
  return NTKW_SUCCESS;
}

static ntkw_status split_names(recorded_run *run, const char *block, size_t length) {
  run->conditions = calloc((size_t)run->n_conditions, sizeof *run->conditions);
  NTKW_CHECK(run->conditions, NTKW_ERR_MEMORY, "out of memory for the names of conditions");
  for (int c = 0; c < run->n_conditions; c++) {
    run->conditions[c] = strndup(block + (size_t)c * length, length);
    NTKW_CHECK(run->conditions[c], NTKW_ERR_MEMORY, "out of memory for the names of conditions");
    NTKW_CHECK(run->conditions[c][0], NTKW_ERR_FORMAT, "%s: the name of condition %d is empty", run->file->path, c);
    for (int other = 0; other < c; other++)
      NTKW_CHECK(strcmp(run->conditions[c], run->conditions[other]) != 0, NTKW_ERR_FORMAT,
                 "%s: conditions %d and %d have the same name, \"%s\"", run->file->path, other, c, run->conditions[c]);
  }
  return NTKW_SUCCESS;
}

static ntkw_status read_names(recorded_run *run) {
  hid_t dataset = H5I_INVALID_HID;
  shape expected = {1, {run->n_conditions}};
  ntkw_status status = open_dataset(run, "/conditions", H5T_STRING, &expected, &dataset);
  if (status == NTKW_SUCCESS) {
    const hid_t type = H5Dget_type(dataset);
    const size_t length = H5Tget_size(type);
    char *block = calloc((size_t)run->n_conditions, length + 1);
    if (!block)
      status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the names of conditions");
    else if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, block) < 0)
      status = ntkw_i_fail(NTKW_ERR_FORMAT, "%s: dataset /conditions cannot be read", run->file->path);
    else
      status = split_names(run, block, length);
    free(block);
    H5Tclose(type);
  }
  close_dataset(dataset);
  return status;
}

static ntkw_status read_steps(recorded_run *run) {
  const shape steps = {1, {run->n_steps}}, table = {2, {run->n_steps, run->n_conditions}};
  NTKW_TRY(read_integers(run, "/epoch", steps, &run->epoch));
  NTKW_TRY(read_integers(run, "/batch", steps, &run->batch));
  NTKW_TRY(read_integers(run, "/updated", steps, &run->updated));
  NTKW_TRY(read_reals(run, "/losses", table, &run->losses));
  NTKW_TRY(read_reals(run, "/weights", table, &run->weights));
  NTKW_TRY(read_reals(run, "/total", steps, &run->total));
  NTKW_TRY(read_reals(run, "/sumsq_exact", table, &run->squares));
  NTKW_TRY(read_reals(run, "/norm_exact", table, &run->norms));
  if (has_link(run, "/traces")) NTKW_TRY(read_reals(run, "/traces", table, &run->traces));
  for (int64_t s = 0; s < run->n_steps; s++)
    NTKW_CHECK(run->epoch[s] >= 0, NTKW_ERR_FORMAT, "%s: the epoch of step %lld is %lld; expected at least 0",
               run->file->path, (long long)s, (long long)run->epoch[s]);
  return NTKW_SUCCESS;
}

static ntkw_status read_entries(recorded_run *run) {
  const shape conditions = {1, {run->n_conditions}};
  if (!has_link(run, "/entries")) return NTKW_SUCCESS;
  NTKW_TRY(read_integers(run, "/entries", conditions, &run->entries));
  for (int c = 0; c < run->n_conditions; c++)
    NTKW_CHECK(run->entries[c] >= 1, NTKW_ERR_FORMAT, "%s: condition '%s' has %lld entries; expected at least 1",
               run->file->path, run->conditions[c], (long long)run->entries[c]);
  return NTKW_SUCCESS;
}

static ntkw_status read_initial_weights(recorded_run *run) {
  const shape conditions = {1, {run->n_conditions}};
  if (has_link(run, "/initial_weights")) return read_reals(run, "/initial_weights", conditions, &run->initial_weights);
  run->initial_weights = calloc((size_t)run->n_conditions, sizeof *run->initial_weights);
  NTKW_CHECK(run->initial_weights, NTKW_ERR_MEMORY, "out of memory for %d weights", run->n_conditions);
  for (int c = 0; c < run->n_conditions; c++) run->initial_weights[c] = 1;
  return NTKW_SUCCESS;
}

static ntkw_status read_segments(recorded_run *run) {
  shape segments = {1, {ANY}};
  NTKW_TRY(read_all(run, "/segments/offset", H5T_INTEGER, H5T_NATIVE_INT64, &segments, (void **)&run->segment_offset));
  NTKW_TRY(read_integers(run, "/segments/size", segments, &run->segment_size));
  run->n_segments = segments.size[0];
  int64_t end = 0;
  for (int64_t s = 0; s < run->n_segments; s++) {
    const int64_t offset = run->segment_offset[s], size = run->segment_size[s];
    NTKW_CHECK(offset == end && size >= 0 && size <= run->n_parameters - end, NTKW_ERR_FORMAT,
               "%s: segment %lld begins at %lld and has %lld entries; expected to begin at %lld and to end by %lld",
               run->file->path, (long long)s, (long long)offset, (long long)size, (long long)end,
               (long long)run->n_parameters);
    end += size;
  }
  NTKW_CHECK(end == run->n_parameters, NTKW_ERR_FORMAT, "%s: the segments have %lld entries together; expected %lld",
             run->file->path, (long long)end, (long long)run->n_parameters);
  return NTKW_SUCCESS;
}

static ntkw_status read_everything_small(recorded_run *run, const char *path) {
  NTKW_TRY(open_file(run, path));
  NTKW_CHECK(has_link(run, "/conditions"), NTKW_ERR_FORMAT, "%s is not a recording: it has no dataset /conditions",
             path);
  NTKW_TRY(read_attributes(run));
  NTKW_TRY(open_gradients(run));
  NTKW_TRY(read_names(run));
  NTKW_TRY(read_steps(run));
  NTKW_TRY(read_entries(run));
  NTKW_TRY(read_initial_weights(run));
  return read_segments(run);
}

ntkw_status ntkw_i_recording_read(const char *path, recorded_run **out) {
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors(); /* one sentence instead of HDF5's error stack */
  *out = calloc(1, sizeof **out);
  const ntkw_status status =
      *out ? read_everything_small(*out, path) : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a recording");
  if (status != NTKW_SUCCESS) ntkw_i_recording_close(out);
  ntkw_i_hdf5_restore_errors(handler);
  return status;
}

ntkw_status ntkw_i_recording_open(MPI_Comm comm, const char *path, recorded_run **out) {
  const ntkw_status verdict = ntkw_status_agree(comm, ntkw_i_recording_read(path, out));
  if (verdict != NTKW_SUCCESS) ntkw_i_recording_close(out);
  return verdict;
}

ntkw_status ntkw_i_recording_read_gradients(const recorded_run *run, int64_t step, int64_t offset, int64_t count,
                                            void *values) {
  if (count == 0) return NTKW_SUCCESS;
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  const hsize_t start[3] = {(hsize_t)step, 0, (hsize_t)offset};
  const hsize_t size[3] = {1, (hsize_t)run->n_conditions, (hsize_t)count};
  const hid_t file = H5Dget_space(run->file->gradients), memory = H5Screate_simple(3, size, NULL);
  const bool ok = H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, size, NULL) >= 0 &&
                  H5Dread(run->file->gradients, run->dtype == NTKW_FLOAT32 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE,
                          memory, file, H5P_DEFAULT, values) >= 0;
  H5Sclose(memory);
  H5Sclose(file);
  ntkw_i_hdf5_restore_errors(handler);
  NTKW_CHECK(ok, NTKW_ERR_FILE, "%s: the gradients of step %lld cannot be read", run->file->path, (long long)step);
  return NTKW_SUCCESS;
}

static void close_file(struct recording_file *file) {
  if (!file) return;
  close_dataset(file->gradients);
  if (file->id >= 0) H5Fclose(file->id);
  ntkw_i_journal_free(&file->journal);
  if (file->fd >= 0) close(file->fd);
  free(file->path);
  free(file);
}

void ntkw_i_recording_close(recorded_run **run) {
  if (!run || !*run) return;
  recorded_run *gone = *run;
  close_file(gone->file);
  for (int c = 0; gone->conditions && c < gone->n_conditions; c++) free(gone->conditions[c]);
  free(gone->conditions);
  void *arrays[] = {gone->initial_weights, gone->epoch,          gone->batch,       gone->updated, gone->losses,
                    gone->weights,         gone->total,          gone->squares,     gone->norms,   gone->traces,
                    gone->entries,         gone->segment_offset, gone->segment_size};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
  free(gone);
  *run = NULL;
}
