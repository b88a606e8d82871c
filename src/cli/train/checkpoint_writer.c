#include "cli/train/checkpoint_writer.h"
#include "cli/checkpoint_files.h"
#include "cli/train/run.h"
#include "pinn/state/training_checkpoint.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

/* Seconds to wait for other ranks. A rank that is gone cannot report it. */
static const double STALL = 300.0;

/* Stall callback: end the job. The library never ends a program, but without the other ranks this one cannot
 * continue. */
static void end_job(void *data, double seconds) {
  const run *r = data;
  fprintf(stderr,
          "ntkw: checkpoint %s: rank %d has waited for other ranks for %.0f s; the job is ended, the last good "
          "checkpoint is %s\n",
          r->writer.path, command_rank(), seconds, r->checkpoint[0] ? r->checkpoint : "none");
  MPI_Abort(MPI_COMM_WORLD, EXIT_INTERNAL);
}

/* Note a successful publication. */
static void note_published(run *r) {
  snprintf(r->checkpoint, sizeof r->checkpoint, "%s", r->writer.path);
  r->writer.untidy = true;
}

ntkw_status checkpoint_writer_rotate(run *r) {
  if (!r->writer.untidy || r->writer.file || trainer_loss_is_high(r->trainer)) return NTKW_SUCCESS;
  r->writer.untidy = false;
  snprintf(r->good, sizeof r->good, "%s", r->checkpoint);
  return ntkw_checkpoint_keep(trainer_comm(r->trainer), r->folder, CHECKPOINT_PREFIX, (int)r->settings->keep);
}

/* Take the result of the publication. Local if the publication is over, otherwise collective. */
static void take_verdict(run *r) {
  checkpoint_writer *w = &r->writer;
  w->over = true;
  if (ntkw_i_failure_keep(&w->verdict, ntkw_checkpoint_publish_end(w->file)) != NTKW_SUCCESS || command_rank() != 0)
    return;
  progress_clear(&r->progress);
  say("checkpoint of step %lld: published at step %lld\n", (long long)w->step,
      (long long)trainer_steps_done(r->trainer));
}

void checkpoint_writer_advance(run *r) {
  checkpoint_writer *w = &r->writer;
  bool done = false;
  if (!w->file || w->over) return;
  if (ntkw_checkpoint_publish_test(w->file, &done) == NTKW_SUCCESS && done) take_verdict(r);
}

bool checkpoint_writer_failed(const run *r) {
  return r->writer.file && r->writer.over && r->writer.verdict.status != NTKW_SUCCESS;
}

ntkw_status checkpoint_writer_finish(run *r) {
  checkpoint_writer *w = &r->writer;
  if (!w->file) return NTKW_SUCCESS;
  if (!w->over) take_verdict(r);
  ntkw_checkpoint_destroy(&w->file);
  NTKW_TRY(ntkw_i_failure_report(&w->verdict));
  note_published(r);
  return NTKW_SUCCESS;
}

static ntkw_status state(run *r) {
  checkpoint_writer *w = &r->writer;
  char name[64];
  NTKW_TRY(training_checkpoint_check(r->trainer, r->pde));
  w->step = trainer_steps_done(r->trainer);
  w->over = false;
  snprintf(name, sizeof name, CHECKPOINT_PREFIX "%010lld.h5", (long long)w->step);
  run_path(r, name, w->path, sizeof w->path);
  NTKW_TRY(training_checkpoint_prepare(r->trainer, r->pde, &r->history, w->path, r->lock, &w->file));
  return ntkw_checkpoint_set_stall(w->file, STALL, end_job, r);
}

static ntkw_status write_at_once(run *r) {
  ntkw_status status = state(r);
  if (status == NTKW_SUCCESS) status = ntkw_checkpoint_publish(r->writer.file);
  ntkw_checkpoint_destroy(&r->writer.file);
  r->writer.measured = true;
  if (status == NTKW_SUCCESS) note_published(r);
  return status;
}

static ntkw_status begin(run *r) {
  ntkw_status status = state(r);
  if (status == NTKW_SUCCESS) status = ntkw_checkpoint_publish_begin(r->writer.file);
  if (status != NTKW_SUCCESS) ntkw_checkpoint_destroy(&r->writer.file);
  return status;
}

ntkw_status checkpoint_writer_write(run *r, bool last) {
  const double began = MPI_Wtime();
  NTKW_TRY(checkpoint_writer_finish(r));
  NTKW_TRY(checkpoint_writer_rotate(r)); /* the loss of the published state is known from the steps since */
  const bool beside = r->writer.measured && !last && r->settings->checkpoint_mode == CHECKPOINT_ASYNCHRONOUS;
  if (beside) {
    const ntkw_status status = begin(r);
    time_limit_add_pause(&r->limit, MPI_Wtime() - began);
    return status;
  }
  const ntkw_status status = write_at_once(r);
  if (status == NTKW_SUCCESS) time_limit_add_checkpoint(&r->limit, MPI_Wtime() - began);
  return status;
}

ntkw_status checkpoint_writer_write_diverged(run *r, char *path, size_t size) {
  ntkw_checkpoint *file = NULL;
  char name[64];
  snprintf(name, sizeof name, "diverged-%010lld.h5", (long long)trainer_steps_done(r->trainer));
  run_path(r, name, path, size);
  NTKW_TRY(training_checkpoint_prepare(r->trainer, r->pde, &r->history, path, r->lock, &file));
  const ntkw_status status = ntkw_checkpoint_publish(file);
  ntkw_checkpoint_destroy(&file);
  return status;
}
