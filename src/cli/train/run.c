#include "cli/train/run.h"
#include "cli/train/folder.h"
#include "cli/train/spectrum_recorder.h"
#include "ntkw/checkpoint.h"
#include "base/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void run_path(const run *r, const char *name, char *path, size_t size) {
  snprintf(path, size, "%s/%s", r->folder, name);
}

static double weighted_total(const run *r) {
  double total = 0.0;
  for (int c = 0; c < r->pde->n_conditions; c++)
    total += trainer_weights(r->trainer)[c] * trainer_losses(r->trainer)[c];
  return total;
}

/* The error at the present parameters, which must be in the network. */
static ntkw_status measure_error(run *r) {
  return evaluation_error(r->evaluation, &r->error);
}

static progress_values values_now(const run *r, int64_t step) {
  return (progress_values){step, trainer_losses(r->trainer), trainer_weights(r->trainer), weighted_total(r), r->error};
}

/* Write a log line and a row of the history with the losses, weights and error of a step. */
static ntkw_status log_step(run *r, int64_t step) {
  ntkw_status status =
      history_record(&r->history, r->pde, step, trainer_losses(r->trainer), trainer_weights(r->trainer), r->error);
  if (command_rank() == 0) {
    char path[600];
    const progress_values now = values_now(r, step);
    progress_log(&r->progress, r->pde, &now);
    run_path(r, "history.csv", path, sizeof path);
    if (status == NTKW_SUCCESS) status = history_write_last(&r->history, path);
  }
  return ntkw_status_agree(trainer_comm(r->trainer), status);
}

/* Is a checkpoint due after `done` steps? */
static bool checkpoint_due(const run *r, int64_t done) {
  return done == r->pde->steps || (r->settings->checkpoint_every > 0 && done % r->settings->checkpoint_every == 0);
}

static void warn_of_zero_norm(run *r) {
  if (r->warned_of_zero_norm) return;
  r->warned_of_zero_norm = true;
  if (command_rank() == 0) progress_clear(&r->progress);
  warn("%s", ntkw_last_error());
}

static void warn_of_high_loss(run *r, int64_t step) {
  if (r->warned_of_high_loss) return;
  r->warned_of_high_loss = true;
  if (command_rank() == 0) progress_clear(&r->progress);
  warn("step %lld: the loss is above 1e6 times the largest of its first %d steps: no checkpoint is written while it "
       "stays there, and after %d steps the run ends",
       (long long)step, BLOW_UP_STEPS, BLOW_UP_STEPS);
}

/* Do one step, and log it if it is due. *stop: the run ends after this step. */
static ntkw_status do_step(run *r, bool *stop) {
  const int64_t step = trainer_steps_done(r->trainer);
  *stop = time_limit_stops_after(&r->limit, MPI_Wtime(), checkpoint_due(r, step + 1)) || checkpoint_writer_failed(r);
  const bool logged = step % r->settings->log_every == 0;
  if (logged) {
    ntkw_status status = trainer_refresh(r->trainer);
    if (status == NTKW_SUCCESS) status = measure_error(r);
    if (status != NTKW_SUCCESS) return status;
  }
  ntkw_status status = trainer_step(r->trainer, stop);
  if (status == NTKW_ZERO_NORM)
    warn_of_zero_norm(r);
  else if (status != NTKW_SUCCESS)
    return status;
  if (trainer_loss_is_high(r->trainer)) warn_of_high_loss(r, step);
  status = logged ? log_step(r, step) : NTKW_SUCCESS;
  if (command_rank() == 0) {
    const progress_values now = values_now(r, step);
    progress_tick(&r->progress, r->pde, &now);
  }
  return status;
}

/* Report a divergence. Checkpoints of states with a bad loss are set aside, so that no restart uses them. */
static void tell_of_divergence(run *r) {
  char path[600], last[MAX_PATH_BYTES] = "";
  const trainer_state state = trainer_get_state(r->trainer);
  const int64_t bad = state.blow_up->since >= 0 ? state.blow_up->since : *state.step;
  snprintf(last, sizeof last, "%s", r->good[0] ? r->good : "none");
  if (folder_set_bad_aside(r->folder, bad, last, sizeof last) != NTKW_SUCCESS) warn("%s", ntkw_last_error());
  if (checkpoint_writer_write_diverged(r, path, sizeof path) == NTKW_SUCCESS)
    warn("the run has diverged; its state is in %s; the last good checkpoint is %s", path, last);
  else
    warn("the run has diverged; its state could not be written (%s); the last good checkpoint is %s", ntkw_last_error(),
         last);
}

static exit_code fail(run *r, ntkw_status status) {
  if (command_rank() == 0) progress_clear(&r->progress);
  const exit_code code = command_failed(status);
  if (status != NTKW_ERR_MPI && checkpoint_writer_finish(r) != NTKW_SUCCESS) warn("%s", ntkw_last_error());
  if (code == EXIT_DIVERGED) tell_of_divergence(r);
  return code;
}

/* Measure and log losses and error after the last step. This last row of history.csv is in no checkpoint. */
static ntkw_status log_end(run *r) {
  ntkw_status status = trainer_measure(r->trainer);
  if (status == NTKW_SUCCESS) status = measure_error(r);
  if (status == NTKW_SUCCESS) status = log_step(r, trainer_steps_done(r->trainer));
  if (status == NTKW_SUCCESS) status = checkpoint_writer_rotate(r);
  if (status == NTKW_SUCCESS) status = spectrum_recorder_step(r);
  return status;
}

/* Write a checkpoint now? None is written while the loss is high, except at the end of the run. */
static bool wants_checkpoint(const run *r, int64_t done, bool stop) {
  return stop || done == r->pde->steps || (checkpoint_due(r, done) && !trainer_loss_is_high(r->trainer));
}

exit_code run_steps(run *r) {
  bool stop = false;
  ntkw_status status = NTKW_SUCCESS;
  r->error = NAN;
  r->progress = progress_start(r->settings->progress, trainer_steps_done(r->trainer), r->pde->steps);
  while (trainer_steps_done(r->trainer) < r->pde->steps && !stop) {
    status = spectrum_recorder_step(r);
    if (status == NTKW_SUCCESS) status = do_step(r, &stop);
    if (status != NTKW_SUCCESS) return fail(r, status);
    const int64_t done = trainer_steps_done(r->trainer);
    status = checkpoint_writer_rotate(r);
    if (status == NTKW_SUCCESS && wants_checkpoint(r, done, stop))
      status = checkpoint_writer_write(r, stop || done == r->pde->steps);
    if (status == NTKW_SUCCESS) checkpoint_writer_advance(r);
    if (status != NTKW_SUCCESS) return fail(r, status);
  }
  if (command_rank() == 0) progress_clear(&r->progress);
  if (stop && trainer_steps_done(r->trainer) < r->pde->steps) return EXIT_REQUEUE;
  status = log_end(r);
  return status == NTKW_SUCCESS ? EXIT_DONE : fail(r, status);
}
