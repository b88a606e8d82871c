/* Going on with a trace that is there: is it of the same setup, and which of its steps stay? */
#include "fileio/hdf5_driver.h"
#include "fileio/hdf5_error.h"
#include "base/check.h"
#include "recording/reader.h"
#include "recording/recording_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

static ntkw_status other(const ntkw_recording *t, const char *what) {
  return ntkw_i_fail(NTKW_ERR_FORMAT, "the trace %s is of another setup: its %s differ", t->path, what);
}

static ntkw_status check_conditions(const ntkw_recording *t, const recorded_run *old) {
  const trace_stated *s = &t->stated;
  bool same = old->n_conditions == s->n_conditions;
  for (int c = 0; same && c < s->n_conditions; c++) same = strcmp(old->conditions[c], s->conditions[c]) == 0;
  return same ? NTKW_SUCCESS : other(t, "conditions");
}

static ntkw_status check_segments(const ntkw_recording *t, const recorded_run *old) {
  const trace_stated *s = &t->stated;
  bool same = old->n_parameters == s->n_parameters && old->n_segments == s->n_segments;
  for (int i = 0; same && i < s->n_segments; i++) {
    int64_t size = 1;
    for (int d = 0; d < s->segments[i].ndim; d++) size *= s->segments[i].shape[d];
    same = size == old->segment_size[i];
  }
  return same ? NTKW_SUCCESS : other(t, "parameters");
}

static ntkw_status check_setup(const ntkw_recording *t, const recorded_run *old) {
  const trace_stated *s = &t->stated;
  NTKW_TRY(check_conditions(t, old));
  NTKW_TRY(check_segments(t, old));
  if (strcmp(old->rule, s->rule) != 0 || old->alpha != s->alpha || old->update_every != s->update_every)
    return other(t, "rule, alpha or update_every");
  if (old->dtype != s->dtype) return other(t, "dtypes");
  return (old->traces != NULL) == s->traces ? NTKW_SUCCESS : other(t, "options 'traces'");
}

/* The steps before the epoch to go on from. No renewal of the weights may be missing between them and that epoch. */
static ntkw_status count_steps(const ntkw_recording *t, const recorded_run *old, int64_t *steps) {
  const int64_t every = t->stated.update_every, due = t->epoch > 0 ? (t->epoch - 1) / every * every : -1;
  const size_t row = (size_t)t->stated.n_conditions * sizeof(double);
  *steps = 0;
  while (*steps < old->n_steps && old->epoch[*steps] < t->epoch) ++*steps;
  if (*steps == 0)
    return memcmp(old->initial_weights, t->stated.initial_weights, row) == 0 ? NTKW_SUCCESS
                                                                             : other(t, "weights at the beginning");
  NTKW_CHECK(old->epoch[*steps - 1] >= due, NTKW_ERR_FORMAT,
             "the trace %s lacks steps: it ends at epoch %lld, and epoch %lld is missing before %lld", t->path,
             (long long)old->epoch[*steps - 1], (long long)due, (long long)t->epoch);
  return NTKW_SUCCESS;
}

/* Look at the file without changing it. */
static ntkw_status look(const ntkw_recording *t, int64_t *steps) {
  recorded_run *old = NULL;
  ntkw_status status = ntkw_i_recording_read(t->path, &old);
  if (status == NTKW_SUCCESS) status = check_setup(t, old);
  if (status == NTKW_SUCCESS) status = count_steps(t, old, steps);
  ntkw_i_recording_close(&old);
  return status;
}

/* The gradients lie in chunks as this library lays them out. */
static ntkw_status check_chunks(const ntkw_recording *t) {
  hsize_t chunk[3] = {0, 0, 0};
  const hid_t properties = H5Dget_create_plist(t->datasets[TRACE_GRADIENTS]);
  const bool chunked = H5Pget_layout(properties) == H5D_CHUNKED && H5Pget_chunk(properties, 3, chunk) == 3;
  const bool plain = H5Pget_nfilters(properties) == 0;
  H5Pclose(properties);
  NTKW_CHECK(chunked && plain && chunk[0] == 1 && chunk[1] == 1 && chunk[2] == (hsize_t)t->chunk_length,
             NTKW_ERR_FORMAT, "the trace %s is laid out otherwise than this library does", t->path);
  return NTKW_SUCCESS;
}

static ntkw_status open_datasets(ntkw_recording *t) {
  for (int which = 0; which < TRACE_N_DATASETS; which++) {
    if (which == TRACE_TRACES && !t->stated.traces) continue;
    t->datasets[which] = H5Dopen2(t->file, ntkw_i_recording_dataset_names[which], H5P_DEFAULT);
    if (t->datasets[which] < 0) return ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "open the trace", t->path);
  }
  NTKW_CHECK(H5Aexists(t->file, "complete") > 0, NTKW_ERR_FORMAT,
             "the trace %s is of an older version of this library: it has no attribute complete", t->path);
  return check_chunks(t);
}

/* A journal that was left behind is made part of the file first. */
static ntkw_status open_for_writing(ntkw_recording *t) {
  bool found;
  t->journal = (trace_journal){.fd = t->fd, .path = t->path};
  NTKW_TRY(ntkw_i_journal_find(&t->journal, &found));
  NTKW_TRY(ntkw_i_journal_commit(&t->journal));
  const hid_t access = ntkw_i_hdf5_access();
  ntkw_status status = ntkw_i_journal_access(access, &t->journal);
  if (status == NTKW_SUCCESS) t->file = H5Fopen(t->path, H5F_ACC_RDWR, access);
  if (status == NTKW_SUCCESS && t->file < 0) status = ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "open the trace", t->path);
  H5Pclose(access);
  return status;
}

ntkw_status ntkw_i_recording_open_file(ntkw_recording *t) {
  int64_t steps = 0;
  t->fd = open(t->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  NTKW_CHECK(t->fd >= 0, NTKW_ERR_FILE, "the trace %s cannot be opened: %s", t->path, strerror(errno));
  NTKW_TRY(ntkw_i_recording_take(t));
  flock(t->fd, LOCK_UN); /* HDF5 takes it, too */
  NTKW_TRY(look(t, &steps));
  NTKW_TRY(ntkw_i_recording_take(t));
  t->broken = true; /* so that closing it after an error changes nothing */
  NTKW_TRY(open_for_writing(t));
  NTKW_TRY(open_datasets(t));
  t->broken = false;
  t->n_steps = steps;
  NTKW_TRY(ntkw_i_recording_set_steps(t, steps));
  NTKW_TRY(ntkw_i_recording_set_complete(t, 0));
  return ntkw_i_recording_commit(t);
}
