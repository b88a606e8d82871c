#include "cli/train/plan.h"
#include "cli/guard.h"
#include "cli/train/folder.h"
#include "cli/train/reserved_names.h"
#include "pinn/problem/problem_load.h"
#include "pinn/training/reference_solution.h"
#include "pinn/state/training_checkpoint.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

/* The command line has priority over the file. */
static void override_problem(const train_settings *settings, problem *pde) {
  if (settings->steps >= 0) pde->steps = settings->steps;
  if (settings->seed >= 0) problem_set_seed(pde, (uint64_t)settings->seed);
  if (settings->weighting && strcmp(settings->weighting, pde->rule) != 0) {
    snprintf(pde->rule, sizeof pde->rule, "%s", settings->weighting);
    pde->alpha = NTKW_RULE_ALPHA;
    pde->update_every = 0;
  }
}

/* Warn of settings that differ from those of the problem file in the checkpoint. */
static void warn_of_changes(const changes *found) {
  for (int i = 0; i < found->n; i++) {
    const change *c = &found->list[i];
    if (c->kind == CHANGE_TAKEN || c->kind == CHANGE_STAYS)
      warn("the problem file has changed since the checkpoint: %s is %s, before %s; the %s is used", c->key, c->now,
           c->before, c->kind == CHANGE_TAKEN ? "problem file's" : "checkpoint's");
  }
}

/* Take seed and rule from the checkpoint. Other values on the command line are an error. */
static ntkw_status adopt_checkpoint(const train_settings *settings, ntkw_checkpoint_reader *reader, const char *path,
                                    problem *pde) {
  NTKW_TRY(training_checkpoint_read_settings(reader, path, pde));
  NTKW_CHECK(settings->seed < 0 || (uint64_t)settings->seed == pde->seed, NTKW_ERR_PROBLEM,
             "%s was trained with seed %llu; --seed says %lld", path, (unsigned long long)pde->seed,
             (long long)settings->seed);
  NTKW_CHECK(!settings->weighting || strcmp(settings->weighting, pde->rule) == 0, NTKW_ERR_PROBLEM,
             "%s was trained with weighting %s; --weighting says %s", path, pde->rule, settings->weighting);
  return NTKW_SUCCESS;
}

/* Read the problem in a checkpoint, and set its steps to the last step of that run. */
static ntkw_status problem_of_checkpoint(ntkw_checkpoint_reader *reader, problem **pde, int64_t *steps_of_file) {
  int64_t last_step;
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, training_checkpoint_problem(reader, pde)));
  *steps_of_file = (*pde)->steps;
  if (ntkw_checkpoint_reader_get_integer(reader, "last_step", &last_step) == NTKW_SUCCESS) (*pde)->steps = last_step;
  return NTKW_SUCCESS;
}

/* Find the reference solution, which may have moved since the run was started. file: as for plan_make. */
static ntkw_status locate_reference(run *r, const char *file, const ntkw_checkpoint_reader *reader) {
  bool elsewhere;
  char folder[sizeof r->checkpoint] = "";
  if (reader) snprintf(folder, sizeof folder, "%s", r->checkpoint);
  char *slash = strrchr(folder, '/');
  if (slash) *slash = '\0';
  NTKW_TRY(reference_locate(MPI_COMM_WORLD, r->pde, file, !reader ? NULL : slash ? folder : ".", &elsewhere));
  if (elsewhere) warn("the reference %s is taken from %s", r->pde->reference, r->pde->reference_path);
  return reference_remember(MPI_COMM_WORLD, r->pde, r->folder);
}

static ntkw_status take_folder(run *r) {
  NTKW_TRY(folder_prepare(r->folder));
  NTKW_TRY(folder_lock(r->folder, (double)r->settings->lock_wait, &r->lock));
  guard_lock(r->lock);
  return NTKW_SUCCESS;
}

/* The folder is locked before its checkpoints are read: while this run waits, another one may publish a checkpoint. */
ntkw_status plan_make(run *r, const char *file, ntkw_checkpoint_reader **reader, changes *found) {
  if (file) NTKW_TRY(problem_load(MPI_COMM_WORLD, file, &r->pde));
  NTKW_TRY(folder_choose(r->settings, file, r->folder, sizeof r->folder));
  if (r->settings->resume.given && folder_is_there(r->folder)) NTKW_TRY(take_folder(r));
  NTKW_TRY(folder_find_checkpoint(r->settings, r->folder, reader, r->checkpoint, sizeof r->checkpoint));
  if (!file) NTKW_TRY(problem_of_checkpoint(*reader, &r->pde, &r->steps_of_file));
  if (file) r->steps_of_file = r->pde->steps;
  if (*reader && file) NTKW_TRY(training_checkpoint_changes(*reader, r->pde, found));
  override_problem(r->settings, r->pde);
  if (*reader) NTKW_TRY(adopt_checkpoint(r->settings, *reader, r->checkpoint, r->pde));
  warn_of_changes(found);
  if (!r->lock) NTKW_TRY(take_folder(r));
  NTKW_TRY(reserved_names_check("--record", r->settings->record, r->folder));
  NTKW_TRY(reserved_names_check("the problem file", file, r->folder));
  NTKW_TRY(locate_reference(r, file, *reader));
  if (!*reader) NTKW_TRY(reserved_names_check("the reference", r->pde->reference_path, r->folder));
  return r->settings->resume.given ? NTKW_SUCCESS : folder_refuse_used(r->folder);
}
