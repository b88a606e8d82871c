/* Continue an existing recording: check that it has the same setup, and find the steps to keep. */
#include "fileio/hdf5_driver.h"
#include "fileio/hdf5_error.h"
#include "base/check.h"
#include "recording/reader.h"
#include "recording/recording_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

static ntkw_status other(const ntkw_recording *r, const char *what) {
  return ntkw_i_fail(NTKW_ERR_FORMAT, "the recording %s is of another setup: its %s differ", r->path, what);
}

static ntkw_status check_conditions(const ntkw_recording *r, const recorded_run *old) {
  const recording_setup *s = &r->setup;
  bool same = old->n_conditions == s->n_conditions;
  for (int c = 0; same && c < s->n_conditions; c++) same = strcmp(old->conditions[c], s->conditions[c]) == 0;
  return same ? NTKW_SUCCESS : other(r, "conditions");
}

static ntkw_status check_segments(const ntkw_recording *r, const recorded_run *old) {
  const recording_setup *s = &r->setup;
  bool same = old->n_parameters == s->n_parameters && old->n_segments == s->n_segments;
  for (int i = 0; same && i < s->n_segments; i++) {
    int64_t size = 1;
    for (int d = 0; d < s->segments[i].ndim; d++) size *= s->segments[i].shape[d];
    same = size == old->segment_size[i];
  }
  return same ? NTKW_SUCCESS : other(r, "parameters");
}

static ntkw_status check_setup(const ntkw_recording *r, const recorded_run *old) {
  const recording_setup *s = &r->setup;
  NTKW_TRY(check_conditions(r, old));
  NTKW_TRY(check_segments(r, old));
  if (strcmp(old->rule, s->rule) != 0 || old->alpha != s->alpha || old->update_every != s->update_every)
    return other(r, "rule, alpha or update_every");
  if (old->dtype != s->dtype) return other(r, "dtypes");
  return (old->traces != NULL) == s->traces ? NTKW_SUCCESS : other(r, "options 'traces'");
}

/* Count the recorded steps before the epoch to continue from. The last epoch before it with an update of the weights
 * must be among them. */
static ntkw_status count_steps(const ntkw_recording *r, const recorded_run *old, int64_t *steps) {
  const int64_t every = r->setup.update_every, due = r->epoch > 0 ? (r->epoch - 1) / every * every : -1;
  const size_t row = (size_t)r->setup.n_conditions * sizeof(double);
  *steps = 0;
  while (*steps < old->n_steps && old->epoch[*steps] < r->epoch) ++*steps;
  if (*steps == 0)
    return memcmp(old->initial_weights, r->setup.initial_weights, row) == 0 ? NTKW_SUCCESS
                                                                            : other(r, "weights at the beginning");
  NTKW_CHECK(old->epoch[*steps - 1] >= due, NTKW_ERR_FORMAT,
             "the recording %s lacks steps: it ends at epoch %lld, and epoch %lld is missing before %lld", r->path,
             (long long)old->epoch[*steps - 1], (long long)due, (long long)r->epoch);
  return NTKW_SUCCESS;
}

/* Read the file without changing it. */
static ntkw_status look(const ntkw_recording *r, int64_t *steps) {
  recorded_run *old = NULL;
  ntkw_status status = ntkw_i_recording_read(r->path, &old);
  if (status == NTKW_SUCCESS) status = check_setup(r, old);
  if (status == NTKW_SUCCESS) status = count_steps(r, old, steps);
  ntkw_i_recording_close(&old);
  return status;
}

/* Check that the gradients are chunked as this library does it. */
static ntkw_status check_chunks(const ntkw_recording *r) {
  hsize_t chunk[3] = {0, 0, 0};
  const hid_t properties = H5Dget_create_plist(r->datasets[RECORDED_GRADIENTS]);
  const bool chunked = H5Pget_layout(properties) == H5D_CHUNKED && H5Pget_chunk(properties, 3, chunk) == 3;
  const bool plain = H5Pget_nfilters(properties) == 0;
  H5Pclose(properties);
  NTKW_CHECK(chunked && plain && chunk[0] == 1 && chunk[1] == 1 && chunk[2] == (hsize_t)r->chunk_length,
             NTKW_ERR_FORMAT, "the recording %s has another layout than this library writes", r->path);
  return NTKW_SUCCESS;
}

static ntkw_status open_datasets(ntkw_recording *r) {
  for (int which = 0; which < N_RECORDED_DATASETS; which++) {
    if (which == RECORDED_TRACES && !r->setup.traces) continue;
    r->datasets[which] = H5Dopen2(r->file, ntkw_i_recording_dataset_names[which], H5P_DEFAULT);
    if (r->datasets[which] < 0) return ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "open the recording", r->path);
  }
  NTKW_CHECK(H5Aexists(r->file, "complete") > 0, NTKW_ERR_FORMAT,
             "the recording %s is of an older version of this library: it has no attribute complete", r->path);
  return check_chunks(r);
}

/* If a killed run left a journal, commit it first. */
static ntkw_status open_for_writing(ntkw_recording *r) {
  bool found;
  r->journal = (recording_journal){.fd = r->fd, .path = r->path};
  NTKW_TRY(ntkw_i_journal_find(&r->journal, &found));
  NTKW_TRY(ntkw_i_journal_commit(&r->journal));
  const hid_t access = ntkw_i_hdf5_access();
  ntkw_status status = ntkw_i_journal_access(access, &r->journal);
  if (status == NTKW_SUCCESS) r->file = H5Fopen(r->path, H5F_ACC_RDWR, access);
  if (status == NTKW_SUCCESS && r->file < 0) status = ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "open the recording", r->path);
  H5Pclose(access);
  return status;
}

ntkw_status ntkw_i_recording_open_file(ntkw_recording *r) {
  int64_t steps = 0;
  r->fd = open(r->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  NTKW_CHECK(r->fd >= 0, NTKW_ERR_FILE, "the recording %s cannot be opened: %s", r->path, strerror(errno));
  NTKW_TRY(ntkw_i_recording_take(r));
  flock(r->fd, LOCK_UN); /* look locks the file itself */
  NTKW_TRY(look(r, &steps));
  NTKW_TRY(ntkw_i_recording_take(r));
  r->broken = true; /* if an error follows, closing the file changes nothing */
  NTKW_TRY(open_for_writing(r));
  NTKW_TRY(open_datasets(r));
  r->broken = false;
  r->n_steps = steps;
  NTKW_TRY(ntkw_i_recording_set_steps(r, steps));
  NTKW_TRY(ntkw_i_recording_set_complete(r, 0));
  return ntkw_i_recording_commit(r);
}
