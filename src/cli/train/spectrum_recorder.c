#include "cli/train/spectrum_recorder.h"
#include "pinn/spectrum/ntk_matrix.h"
#include "base/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const double THRESHOLD = 1e-6;

static bool is_on(const run *r) {
  return r->pde->ntk.every > 0 || r->pde->ntk.n_steps > 0;
}

/* Rename a file that cannot be continued. Call it on rank 0. */
static ntkw_status rename_here(const char *path, const char *reason) {
  char to[640];
  snprintf(to, sizeof to, "%s.superseded", path);
  NTKW_CHECK(rename(path, to) == 0, NTKW_ERR_FILE, "%s cannot be renamed: %s", path, strerror(errno));
  warn("%s cannot be continued and is renamed to *.superseded: %s", path, reason);
  return NTKW_SUCCESS;
}

static bool exists(const char *path) {
  int there = command_rank() == 0 && access(path, F_OK) == 0;
  MPI_Bcast(&there, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return there;
}

/* Write the file without the steps that will be repeated. */
static ntkw_status rewrite(run *r, const char *path) {
  if (r->spectra.n_steps > 0) return spectra_write(trainer_comm(r->trainer), &r->spectra, NULL, path, r->lock);
  if (command_rank() == 0) unlink(path);
  return NTKW_SUCCESS;
}

/* Take over the spectra recorded so far. If they do not fit, the status is an error whose sentence has the reason. */
static ntkw_status take_over(run *r, const char *path) {
  ntkw_checkpoint_reader *reader = NULL;
  spectra before = {0};
  ntkw_status status = ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader);
  if (status == NTKW_SUCCESS) status = spectra_read(MPI_COMM_WORLD, reader, &before);
  ntkw_checkpoint_reader_close(&reader);
  if (status == NTKW_SUCCESS && !spectra_match(&before, &r->spectra)) status = NTKW_ERR_PROBLEM;
  if (status != NTKW_SUCCESS) {
    spectra_free(&before);
    return status;
  }
  const int64_t recorded = before.n_steps;
  spectra_cut(&before, trainer_steps_done(r->trainer));
  r->spectra = before;
  return r->spectra.n_steps < recorded ? rewrite(r, path) : NTKW_SUCCESS;
}

ntkw_status spectrum_recorder_start(run *r, bool resumed) {
  char path[600], reason[1024];
  if (!is_on(r)) return NTKW_SUCCESS;
  const int64_t rows = ntk_rows(r->pde, r->pde->ntk.points);
  NTKW_CHECK(rows <= MAX_NTK_ROWS, NTKW_ERR_PROBLEM,
             "%s: ntk with points = %lld asks for a kernel of %lld rows; at most %d", r->pde->file,
             (long long)r->pde->ntk.points, (long long)rows, MAX_NTK_ROWS);
  spectra_begin(r->pde, r->pde->ntk.points, 0, THRESHOLD, &r->spectra);
  run_path(r, "spectrum.h5", path, sizeof path);
  if (!resumed || !exists(path)) return NTKW_SUCCESS;
  const ntkw_status status = take_over(r, path);
  if (status != NTKW_ERR_FORMAT && status != NTKW_ERR_PROBLEM) return status;
  snprintf(reason, sizeof reason, "%s", ntkw_last_error());
  return ntkw_status_agree(MPI_COMM_WORLD, command_rank() == 0 ? rename_here(path, reason) : NTKW_SUCCESS);
}

ntkw_status spectrum_recorder_step(run *r) {
  const int64_t step = trainer_steps_done(r->trainer);
  char path[600];
  if (!is_on(r) || !ntk_watch_due(&r->pde->ntk, step)) return NTKW_SUCCESS;
  NTKW_TRY(trainer_refresh(r->trainer));
  const void *parameters = trainer_all_parameters(r->trainer);
  NTKW_TRY(spectra_add(trainer_comm(r->trainer), r->pde, parameters, step, &r->spectra, NULL));
  run_path(r, "spectrum.h5", path, sizeof path);
  return spectra_write(trainer_comm(r->trainer), &r->spectra, NULL, path, r->lock);
}
