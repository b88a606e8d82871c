#include "pinn/state/training_checkpoint.h"
#include "pinn/state/state_checkpoint.h"
#include "pinn/state/changes.h"
#include "pinn/state/problem_signature.h"
#include "base/check.h"
#include "base/failure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTENT "training state"

static ntkw_status check_parameters(const trainer_state *state, ntkw_dtype precision) {
  for (int64_t i = 0; i < state->count; i++) {
    const double value = precision == NTKW_FLOAT32 ? (double)((const float *)state->parameters)[i]
                                                   : ((const double *)state->parameters)[i];
    NTKW_CHECK(isfinite(value), NTKW_ERR_NOT_FINITE,
               "step %lld: parameter %lld is not finite; no checkpoint is written", (long long)*state->step,
               (long long)(state->offset + i));
  }
  return NTKW_SUCCESS;
}

static ntkw_status set_signature(ntkw_checkpoint *file, const problem *pde) {
  char *signature;
  NTKW_TRY(problem_signature(pde, &signature));
  const ntkw_status status = ntkw_checkpoint_set_text(file, "problem_identity", signature);
  free(signature);
  return status;
}

static ntkw_status set_texts(ntkw_checkpoint *file, const trainer *t, const problem *pde) {
  char header[HISTORY_HEADER_LENGTH];
  history_header(pde, header);
  NTKW_TRY(ntkw_checkpoint_set_text(file, "content", CONTENT));
  NTKW_TRY(ntkw_checkpoint_set_text(file, "problem_file", pde->file));
  NTKW_TRY(ntkw_checkpoint_set_text(file, "problem_source", pde->source));
  NTKW_TRY(set_signature(file, pde));
  NTKW_TRY(ntkw_checkpoint_set_text(file, "rule", trainer_rule(t)));
  if (pde->reference_path) NTKW_TRY(ntkw_checkpoint_set_text(file, "reference_path", pde->reference_path));
  if (pde->reference_way) NTKW_TRY(ntkw_checkpoint_set_text(file, "reference_way", pde->reference_way));
  return ntkw_checkpoint_set_text(file, "history_columns", header);
}

static ntkw_status set_numbers(ntkw_checkpoint *file, const trainer *t, const problem *pde,
                               const trainer_state *state) {
  int size;
  MPI_Comm_size(trainer_comm(t), &size);
  const ntkw_weighting *weighting = state->weighting;
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "last_step", pde->steps));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "seed", (int64_t)pde->seed));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "ranks", size));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "lanes", pde->lanes));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "lane_rows", pde->lane_rows));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "parameter_count", state->n_parameters));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "arithmetic_version", ARITHMETIC_VERSION));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "update_every", weighting ? ntkw_weighting_update_every(weighting) : 0));
  return ntkw_checkpoint_set_real(file, "alpha", weighting ? ntkw_weighting_alpha(weighting) : 0.0);
}

/* Register the settings, which a resumed run reads before it creates a trainer, then the state. */
static ntkw_status add_everything(ntkw_checkpoint *file, trainer *t, const problem *pde, const history *past) {
  const trainer_state state = trainer_get_state(t);
  state_writer writer = state_writer_to(file, trainer_comm(t));
  NTKW_TRY(set_texts(file, t, pde));
  NTKW_TRY(set_numbers(file, t, pde, &state));
  return trainer_visit_state(t, (history *)past, &writer.visitor); /* a writer does not change it */
}

ntkw_status training_checkpoint_check(trainer *t, const problem *pde) {
  const trainer_state state = trainer_get_state(t);
  return ntkw_status_agree(trainer_comm(t), check_parameters(&state, pde->network.precision));
}

ntkw_status training_checkpoint_prepare(trainer *t, const problem *pde, const history *past, const char *path,
                                        const ntkw_folder_lock *lock, ntkw_checkpoint **file) {
  NTKW_TRY(ntkw_checkpoint_create(trainer_comm(t), path, file));
  ntkw_status status = ntkw_status_agree(trainer_comm(t), add_everything(*file, t, pde, past));
  if (status == NTKW_SUCCESS) status = ntkw_checkpoint_set_lock(*file, lock);
  if (status != NTKW_SUCCESS) ntkw_checkpoint_destroy(file);
  return status;
}

ntkw_status training_checkpoint_problem(ntkw_checkpoint_reader *reader, problem **out) {
  const char *file, *source;
  *out = NULL;
  NTKW_TRY(ntkw_checkpoint_reader_get_text(reader, "problem_file", &file));
  NTKW_TRY(ntkw_checkpoint_reader_get_text(reader, "problem_source", &source));
  return problem_from_lua(file, source, out);
}

/* The signature of the checkpoint's problem, to be freed. It is the stored text, or computed from the stored problem
 * file if the stored text may lack its end. */
static ntkw_status stored_signature(ntkw_checkpoint_reader *reader, const char *path, const problem *pde, char **text) {
  const char *stored, *source;
  problem *before;
  NTKW_TRY(ntkw_checkpoint_reader_get_text(reader, "problem_identity", &stored));
  if (strlen(stored) != SIGNATURE_CUT_AT) {
    *text = strdup(stored);
    return *text ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "%s: out of memory to compare problems", path);
  }
  NTKW_TRY(ntkw_checkpoint_reader_get_text(reader, "problem_source", &source));
  if (strcmp(source, pde->source) == 0) return problem_signature(pde, text);
  if (training_checkpoint_problem(reader, &before) != NTKW_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_PROBLEM,
                       "%s says too little about its problem to be compared with a changed problem file, and the "
                       "problem file in it cannot be read any more; continue it with that file (ntkw show --text "
                       "problem_source)",
                       path);
  before->lane_rows = pde->lane_rows;
  const ntkw_status status = problem_signature(before, text);
  problem_destroy(&before);
  return status;
}

/* The lane_rows of the checkpoint's run. Old checkpoints have no such number. Not collective. */
static int64_t stored_lane_rows(ntkw_checkpoint_reader *reader) {
  int64_t rows = SHORT_LANE_ROWS;
  return ntkw_checkpoint_reader_get_integer(reader, "lane_rows", &rows) == NTKW_SUCCESS ? rows : SHORT_LANE_ROWS;
}

/* Report the differences with the keys of the problem file. If there are none, keep the present message. */
static ntkw_status refuse_other(ntkw_checkpoint_reader *reader, const char *path, const problem *pde,
                                ntkw_status status) {
  char text[900] = "";
  ntkw_i_failure present;
  problem *before = NULL;
  changes found = {0};
  ntkw_i_failure_keep(&present, status);
  if (training_checkpoint_problem(reader, &before) == NTKW_SUCCESS && changes_find(before, pde, &found) == NTKW_SUCCESS)
    changes_describe(&found, CHANGE_REFUSED, text, sizeof text);
  changes_free(&found);
  problem_destroy(&before);
  if (text[0]) return ntkw_i_fail(status, "%s is a checkpoint of another problem: %s", path, text);
  return ntkw_i_failure_report(&present);
}

static ntkw_status check_problem(ntkw_checkpoint_reader *reader, const char *path, const problem *pde) {
  char *before = NULL, *own = NULL;
  ntkw_status status = stored_signature(reader, path, pde, &before);
  if (status == NTKW_SUCCESS) status = problem_signature(pde, &own);
  const bool known = status == NTKW_SUCCESS;
  if (known) status = problem_signature_compare(path, before, own);
  free(before);
  free(own);
  return known && status != NTKW_SUCCESS ? refuse_other(reader, path, pde, status) : status;
}

/* Check the problem with the checkpoint's lane_rows, which the resumed run keeps. If that fails, the problem
 * keeps its own. */
static ntkw_status take_lane_rows(ntkw_checkpoint_reader *reader, const char *path, problem *pde) {
  const int64_t stored = stored_lane_rows(reader);
  const int own = pde->lane_rows;
  NTKW_CHECK(is_lane_rows(stored), NTKW_ERR_FORMAT, "%s says that lane_rows is %lld; expected %d or a multiple of %d",
             path, (long long)stored, SHORT_LANE_ROWS, PANEL_ROWS);
  pde->lane_rows = (int)stored;
  const ntkw_status status = check_problem(reader, path, pde);
  if (status != NTKW_SUCCESS) pde->lane_rows = own;
  return status;
}

static ntkw_status check_content(ntkw_checkpoint_reader *reader, const char *path, problem *pde) {
  const char *content;
  int64_t arithmetic;
  NTKW_CHECK(ntkw_checkpoint_reader_get_text(reader, "content", &content) == NTKW_SUCCESS &&
                 strcmp(content, CONTENT) == 0,
             NTKW_ERR_PROBLEM, "%s does not hold the state of a training run", path);
  NTKW_TRY(take_lane_rows(reader, path, pde));
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "arithmetic_version", &arithmetic));
  NTKW_CHECK(arithmetic == ARITHMETIC_VERSION, NTKW_ERR_PROBLEM,
             "%s was computed by arithmetic version %lld; this program has version %d", path, (long long)arithmetic,
             ARITHMETIC_VERSION);
  return NTKW_SUCCESS;
}

/* What the lane_rows of the problem file are compared with. They are those of the run, which may differ from those of
 * the stored problem file. If neither file has the key, there is no change, whatever the default was. */
static int compared_lane_rows(ntkw_checkpoint_reader *reader, const problem *before, const problem *now) {
  return before->says_lane_rows || now->says_lane_rows ? (int)stored_lane_rows(reader) : now->lane_rows;
}

ntkw_status training_checkpoint_changes(ntkw_checkpoint_reader *reader, const problem *pde, changes *out) {
  problem *before = NULL;
  *out = (changes){0};
  if (training_checkpoint_problem(reader, &before) != NTKW_SUCCESS) return NTKW_SUCCESS;
  before->lane_rows = compared_lane_rows(reader, before, pde);
  const ntkw_status status = changes_find(before, pde, out);
  problem_destroy(&before);
  return status;
}

/* Read a text that old checkpoints, and those of runs without a reference, do not have. *text keeps its value then; it
 * is NULL if out of memory. */
static void read_text(ntkw_checkpoint_reader *reader, const char *name, char **text) {
  const char *value;
  if (ntkw_checkpoint_reader_get_text(reader, name, &value) != NTKW_SUCCESS) return;
  free(*text);
  *text = strdup(value);
}

ntkw_status training_checkpoint_read_settings(ntkw_checkpoint_reader *reader, const char *path, problem *pde) {
  int64_t seed, lanes;
  const char *rule;
  NTKW_TRY(check_content(reader, path, pde));
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "seed", &seed));
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "lanes", &lanes));
  NTKW_TRY(ntkw_checkpoint_reader_get_text(reader, "rule", &rule));
  NTKW_TRY(ntkw_checkpoint_reader_get_real(reader, "alpha", &pde->alpha));
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "update_every", &pde->update_every));
  NTKW_CHECK(strlen(rule) < sizeof pde->rule, NTKW_ERR_FORMAT, "%s says that the weighting is %.200s", path, rule);
  problem_set_seed(pde, (uint64_t)seed);
  pde->lanes = (int)lanes;
  snprintf(pde->rule, sizeof pde->rule, "%s", rule);
  read_text(reader, "reference_path", &pde->reference_path);
  read_text(reader, "reference_way", &pde->reference_way);
  return NTKW_SUCCESS;
}

ntkw_status training_checkpoint_read(ntkw_checkpoint_reader *reader, trainer *t, history *past) {
  state_reader from = state_reader_from(reader, trainer_comm(t));
  return trainer_visit_state(t, past, &from.visitor);
}
