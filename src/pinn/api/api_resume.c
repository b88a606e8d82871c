/* ntkw_trainer_resume: continue a run from a checkpoint. */
#include "pinn/api/handles.h"
#include "pinn/state/training_checkpoint.h"
#include "base/check.h"
#include "base/path.h"

#include <stdlib.h>

/* List the differences between the trainer's problem text and the problem file stored in the checkpoint. */
static ntkw_status find_changes(const ntkw_trainer *t, ntkw_checkpoint_reader *reader, changes *out) {
  problem *as_read = NULL;
  NTKW_TRY(problem_from_lua(t->problem->pde->file, t->problem->pde->source, &as_read));
  const ntkw_status status = training_checkpoint_changes(reader, as_read, out);
  problem_destroy(&as_read);
  return status;
}

static void warn_of_changes(const ntkw_trainer *t, const changes *found) {
  for (int i = 0; i < found->n; i++) {
    const change *c = &found->list[i];
    if (c->kind == CHANGE_TAKEN || c->kind == CHANGE_STAYS)
      api_warn(t->options.on_warning, t->options.data,
               "the problem has changed since the checkpoint: %s is %s, before %s; the %s is used", c->key, c->now,
               c->before, c->kind == CHANGE_TAKEN ? "problem's" : "checkpoint's");
  }
}

/* Read the checkpoint's settings into the trainer's problem, then create a run from the checkpoint's state. After an
 * error some settings may already be replaced; the caller must restore them. Collective. */
static ntkw_status make_run(ntkw_trainer *t, ntkw_checkpoint_reader *reader, api_run *out) {
  const char *path = ntkw_checkpoint_reader_path(reader);
  problem *pde = t->problem->pde;
  char *folder = ntkw_i_path_folder(path);
  ntkw_status status =
      ntkw_status_agree(t->comm, folder ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "%s: out of memory", path));
  if (status == NTKW_SUCCESS) status = training_checkpoint_read_settings(reader, path, pde);
  if (status == NTKW_SUCCESS) status = api_problem_check_wanted(t->problem, pde, path);
  if (status == NTKW_SUCCESS) status = api_reference_locate(t, folder);
  if (status == NTKW_SUCCESS) status = api_run_make(t, reader, out);
  free(folder);
  return status;
}

static ntkw_status resume(ntkw_trainer *t, ntkw_checkpoint_reader *reader) {
  problem_settings before;
  changes found = {0};
  api_run run;
  ntkw_status status = problem_settings_copy(t->problem->pde, &before);
  if (status == NTKW_SUCCESS) status = find_changes(t, reader, &found);
  status = ntkw_status_agree(t->comm, status);
  if (status == NTKW_SUCCESS) {
    status = make_run(t, reader, &run);
    if (status == NTKW_SUCCESS) {
      api_run_take(t, &run);
      warn_of_changes(t, &found);
    } else
      problem_settings_move(&before, t->problem->pde);
  }
  problem_settings_free(&before);
  changes_free(&found);
  return status;
}

ntkw_status ntkw_trainer_resume(ntkw_trainer *t, const char *path) {
  ntkw_checkpoint_reader *reader = NULL;
  NTKW_CHECK(t, NTKW_ERR_ARGUMENT, "ntkw_trainer_resume: trainer is NULL");
  NTKW_TRY(api_check_path(t->comm, path, "ntkw_trainer_resume"));
  ntkw_status status = api_checkpoint_open(t->comm, path, t->options.on_warning, t->options.data, &reader);
  if (status == NTKW_SUCCESS) status = resume(t, reader);
  ntkw_checkpoint_reader_close(&reader);
  return status;
}
