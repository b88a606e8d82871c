#include "cli/train/saving.h"
#include "cli/train/run.h"
#include "pinn/state/training_checkpoint.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

/* Seconds that the other ranks are waited for. A rank that is gone cannot say so. */
static const double STALL = 300.0;

/* The library never ends a program: this one has nothing else to do. */
static void end_job(void *data, double seconds) {
  const run *r = data;
  fprintf(stderr,
          "ntkw: checkpoint %s: rank %d has waited for other ranks for %.0f s; the job is ended, the last good "
          "checkpoint is %s\n",
          r->saving.path, command_rank(), seconds, r->checkpoint[0] ? r->checkpoint : "none");
  MPI_Abort(MPI_COMM_WORLD, EXIT_INTERNAL);
}

/* A publication has come to its end. */
static void note_published(run *r) {
  snprintf(r->checkpoint, sizeof r->checkpoint, "%s", r->saving.path);
  r->saving.untidy = true;
}

ntkw_status saving_tidy(run *r) {
  if (!r->saving.untidy || r->saving.file || trainer_loss_is_high(r->trainer)) return NTKW_SUCCESS;
  r->saving.untidy = false;
  snprintf(r->good, sizeof r->good, "%s", r->checkpoint);
  return ntkw_checkpoint_keep(trainer_comm(r->trainer), r->folder, "step-", (int)r->settings->keep);
}

/* Local if it is done already. */
static void take_verdict(run *r) {
  saving *s = &r->saving;
  s->verdict = ntkw_checkpoint_publish_end(s->file);
  s->over = true;
  if (s->verdict != NTKW_SUCCESS) {
    snprintf(s->sentence, sizeof s->sentence, "%s", ntkw_last_error());
  } else if (command_rank() == 0) {
    progress_clear(&r->progress);
    say("checkpoint of step %lld: published at step %lld\n", (long long)s->step,
        (long long)trainer_steps_done(r->trainer));
  }
}

void saving_go_on(run *r) {
  saving *s = &r->saving;
  bool done = false;
  if (!s->file || s->over) return;
  if (ntkw_checkpoint_publish_test(s->file, &done) == NTKW_SUCCESS && done) take_verdict(r);
}

bool saving_has_failed(const run *r) {
  return r->saving.file && r->saving.over && r->saving.verdict != NTKW_SUCCESS;
}

ntkw_status saving_end(run *r) {
  saving *s = &r->saving;
  if (!s->file) return NTKW_SUCCESS;
  if (!s->over) take_verdict(r);
  ntkw_checkpoint_destroy(&s->file);
  if (s->verdict != NTKW_SUCCESS) return ntkw_i_fail(s->verdict, "%s", s->sentence);
  note_published(r);
  return NTKW_SUCCESS;
}

static ntkw_status state(run *r) {
  saving *s = &r->saving;
  char name[64];
  NTKW_TRY(training_checkpoint_check(r->trainer, r->pde));
  s->step = trainer_steps_done(r->trainer);
  s->over = false;
  snprintf(name, sizeof name, "step-%010lld.h5", (long long)s->step);
  run_path(r, name, s->path, sizeof s->path);
  NTKW_TRY(training_checkpoint_prepare(r->trainer, r->pde, &r->history, s->path, r->lock, &s->file));
  return ntkw_checkpoint_set_stall(s->file, STALL, end_job, r);
}

static ntkw_status write_at_once(run *r) {
  ntkw_status status = state(r);
  if (status == NTKW_SUCCESS) status = ntkw_checkpoint_publish(r->saving.file);
  ntkw_checkpoint_destroy(&r->saving.file);
  r->saving.measured = true;
  if (status == NTKW_SUCCESS) note_published(r);
  return status;
}

static ntkw_status begin(run *r) {
  ntkw_status status = state(r);
  if (status == NTKW_SUCCESS) status = ntkw_checkpoint_publish_begin(r->saving.file);
  if (status != NTKW_SUCCESS) ntkw_checkpoint_destroy(&r->saving.file);
  return status;
}

ntkw_status saving_write(run *r, bool last) {
  const double began = MPI_Wtime();
  NTKW_TRY(saving_end(r));
  NTKW_TRY(saving_tidy(r)); /* the steps since tell the loss of the state whose publication has just ended */
  const bool beside = r->saving.measured && !last && strcmp(r->settings->checkpoint_mode, "asynchronous") == 0;
  if (beside) {
    const ntkw_status status = begin(r);
    stop_step_was_held(&r->watch, MPI_Wtime() - began);
    return status;
  }
  const ntkw_status status = write_at_once(r);
  if (status == NTKW_SUCCESS) stop_checkpoint_took(&r->watch, MPI_Wtime() - began);
  return status;
}

ntkw_status saving_write_diverged(run *r, char *path, size_t size) {
  ntkw_checkpoint *file = NULL;
  char name[64];
  snprintf(name, sizeof name, "diverged-%010lld.h5", (long long)trainer_steps_done(r->trainer));
  run_path(r, name, path, size);
  NTKW_TRY(training_checkpoint_prepare(r->trainer, r->pde, &r->history, path, r->lock, &file));
  const ntkw_status status = ntkw_checkpoint_publish(file);
  ntkw_checkpoint_destroy(&file);
  return status;
}
