#include "pinn/training/snapshot.h"
#include "pinn/training/changes.h"
#include "pinn/training/identity.h"
#include "status/check.h"

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

/* The weighting's state as text, two hexadecimal digits a byte; to be freed. */
static char *weighting_text(const ntkw_weighting *weighting) {
  static const char digits[] = "0123456789abcdef";
  const size_t n = weighting ? ntkw_weighting_state_size(weighting) : 0;
  unsigned char *bytes = malloc(n + 1);
  char *text = malloc(2 * n + 1);
  if (bytes && text) {
    if (weighting) ntkw_weighting_state_get(weighting, bytes);
    for (size_t i = 0; i < n; i++) {
      text[2 * i] = digits[bytes[i] / 16];
      text[2 * i + 1] = digits[bytes[i] % 16];
    }
    text[2 * n] = '\0';
  }
  free(bytes);
  return bytes ? text : NULL;
}

static int hexadecimal(char digit) {
  return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

static ntkw_status set_weighting(ntkw_weighting *weighting, const char *text) {
  const size_t n = strlen(text) / 2;
  unsigned char *bytes = malloc(n + 1);
  NTKW_CHECK(bytes, NTKW_ERR_MEMORY, "out of memory for the weighting's state");
  for (size_t i = 0; i < n; i++)
    bytes[i] = (unsigned char)(hexadecimal(text[2 * i]) * 16 + hexadecimal(text[2 * i + 1]));
  const ntkw_status status = ntkw_weighting_state_set(weighting, bytes, n);
  free(bytes);
  return status;
}

static ntkw_status set_identity(ntkw_checkpoint *file, const problem *pde) {
  char *identity;
  NTKW_TRY(problem_identity(pde, &identity));
  const ntkw_status status = ntkw_checkpoint_set_text(file, "problem_identity", identity);
  free(identity);
  return status;
}

static ntkw_status set_texts(ntkw_checkpoint *file, const trainer *t, const problem *pde, const char *weighting) {
  char header[HISTORY_HEADER_LENGTH];
  history_header(pde, header);
  NTKW_TRY(ntkw_checkpoint_set_text(file, "content", CONTENT));
  NTKW_TRY(ntkw_checkpoint_set_text(file, "problem_file", pde->file));
  NTKW_TRY(ntkw_checkpoint_set_text(file, "problem_source", pde->source));
  NTKW_TRY(set_identity(file, pde));
  NTKW_TRY(ntkw_checkpoint_set_text(file, "rule", trainer_rule(t)));
  if (pde->reference_path) NTKW_TRY(ntkw_checkpoint_set_text(file, "reference_path", pde->reference_path));
  if (pde->reference_way) NTKW_TRY(ntkw_checkpoint_set_text(file, "reference_way", pde->reference_way));
  NTKW_TRY(ntkw_checkpoint_set_text(file, "weighting_state", weighting));
  return ntkw_checkpoint_set_text(file, "history_columns", header);
}

static ntkw_status set_numbers(ntkw_checkpoint *file, const trainer *t, const problem *pde,
                               const trainer_state *state) {
  int size;
  MPI_Comm_size(trainer_comm(t), &size);
  const ntkw_weighting *weighting = state->weighting;
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "step", *state->step));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "last_step", pde->steps));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "seed", (int64_t)pde->seed));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "ranks", size));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "lanes", pde->lanes));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "parameter_count", state->n_parameters));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "arithmetic_version", ARITHMETIC_VERSION));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "update_every", weighting ? ntkw_weighting_update_every(weighting) : 0));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "blow_up_counted", state->blow_up->counted));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "blow_up_since", state->blow_up->since));
  NTKW_TRY(ntkw_checkpoint_set_real(file, "blow_up_largest", state->blow_up->largest));
  return ntkw_checkpoint_set_real(file, "alpha", weighting ? ntkw_weighting_alpha(weighting) : 0.0);
}

static ntkw_status add_arrays(ntkw_checkpoint *file, const trainer *t, const problem *pde, const trainer_state *state,
                              const history *past) {
  int rank;
  MPI_Comm_rank(trainer_comm(t), &rank);
  const ntkw_dtype precision = pde->network.precision;
  const int64_t n = state->n_parameters, n_conditions = pde->n_conditions, first = rank == 0;
  NTKW_TRY(ntkw_checkpoint_add_array(file, "parameters", "1", precision, 1, &n, state->offset, state->count,
                                     state->parameters));
  NTKW_TRY(ntkw_checkpoint_add_array(file, "adam_moment1", "1", precision, 1, &n, state->offset, state->count,
                                     state->moment1));
  NTKW_TRY(ntkw_checkpoint_add_array(file, "adam_moment2", "1", precision, 1, &n, state->offset, state->count,
                                     state->moment2));
  NTKW_TRY(ntkw_checkpoint_add_array(file, "weights", "1", NTKW_FLOAT64, 1, &n_conditions, 0, first * n_conditions,
                                     trainer_weights(t)));
  if (past->n_rows == 0) return NTKW_SUCCESS;
  const int64_t shape[] = {past->n_rows, past->n_columns};
  return ntkw_checkpoint_add_array(file, "history", "1", NTKW_FLOAT64, 2, shape, 0, first * past->n_rows, past->rows);
}

static ntkw_status state_everything(ntkw_checkpoint *file, trainer *t, const problem *pde, const history *past) {
  const trainer_state state = trainer_get_state(t);
  char *weighting = weighting_text(state.weighting);
  NTKW_CHECK(weighting, NTKW_ERR_MEMORY, "out of memory for the weighting's state");
  const ntkw_status status = set_texts(file, t, pde, weighting);
  free(weighting);
  NTKW_TRY(status);
  NTKW_TRY(set_numbers(file, t, pde, &state));
  return add_arrays(file, t, pde, &state, past);
}

ntkw_status snapshot_check(trainer *t, const problem *pde) {
  const trainer_state state = trainer_get_state(t);
  return ntkw_status_agree(trainer_comm(t), check_parameters(&state, pde->network.precision));
}

ntkw_status snapshot_state(trainer *t, const problem *pde, const history *past, const char *path,
                           const ntkw_folder_lock *lock, ntkw_checkpoint **file) {
  NTKW_TRY(ntkw_checkpoint_create(trainer_comm(t), path, file));
  ntkw_status status = ntkw_status_agree(trainer_comm(t), state_everything(*file, t, pde, past));
  if (status == NTKW_SUCCESS) status = ntkw_checkpoint_set_lock(*file, lock);
  if (status != NTKW_SUCCESS) ntkw_checkpoint_destroy(file);
  return status;
}

ntkw_status snapshot_write(trainer *t, const problem *pde, const history *past, const char *path,
                           const ntkw_folder_lock *lock) {
  ntkw_checkpoint *file = NULL;
  NTKW_TRY(snapshot_check(t, pde));
  NTKW_TRY(snapshot_state(t, pde, past, path, lock, &file));
  const ntkw_status status = ntkw_checkpoint_publish(file);
  ntkw_checkpoint_destroy(&file);
  return status;
}

/* The problem as it was read when the checkpoint was written. Local. */
static ntkw_status problem_before(ntkw_checkpoint_reader *reader, problem **out) {
  const char *file, *source;
  *out = NULL;
  NTKW_TRY(ntkw_checkpoint_get_text(reader, "problem_file", &file));
  NTKW_TRY(ntkw_checkpoint_get_text(reader, "problem_source", &source));
  return problem_from_lua(file, source, out);
}

/* The identity of the checkpoint's problem, to be freed: the stored one, or that of the stored file if it may be cut.
 */
static ntkw_status identity_before(ntkw_checkpoint_reader *reader, const char *path, const problem *pde, char **text) {
  const char *stored, *source;
  problem *before;
  NTKW_TRY(ntkw_checkpoint_get_text(reader, "problem_identity", &stored));
  if (strlen(stored) != IDENTITY_CUT_AT) {
    *text = strdup(stored);
    return *text ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "%s: out of memory to compare problems", path);
  }
  NTKW_TRY(ntkw_checkpoint_get_text(reader, "problem_source", &source));
  if (strcmp(source, pde->source) == 0) return problem_identity(pde, text);
  if (problem_before(reader, &before) != NTKW_SUCCESS)
    return ntkw_i_fail(NTKW_ERR_PROBLEM,
                       "%s: says too little about its problem to be compared with a changed problem file, and the "
                       "problem file in it cannot be read any more; continue it with that file (ntkw show --text "
                       "problem_source)",
                       path);
  const ntkw_status status = problem_identity(before, text);
  problem_destroy(&before);
  return status;
}

/* Say in the file's words what makes it another problem; if these do not tell, keep the sentence there is. */
static ntkw_status refuse_other(ntkw_checkpoint_reader *reader, const char *path, const problem *pde,
                                ntkw_status status) {
  char text[900] = "", sentence[900];
  problem *before = NULL;
  changes found = {0};
  snprintf(sentence, sizeof sentence, "%s", ntkw_last_error());
  if (problem_before(reader, &before) == NTKW_SUCCESS && changes_find(before, pde, &found) == NTKW_SUCCESS)
    changes_describe(&found, CHANGE_REFUSED, text, sizeof text);
  changes_free(&found);
  problem_destroy(&before);
  if (text[0]) return ntkw_i_fail(status, "%s: is a checkpoint of another problem: %s", path, text);
  return ntkw_i_fail(status, "%s", sentence);
}

static ntkw_status check_problem(ntkw_checkpoint_reader *reader, const char *path, const problem *pde) {
  char *before = NULL, *own = NULL;
  ntkw_status status = identity_before(reader, path, pde, &before);
  if (status == NTKW_SUCCESS) status = problem_identity(pde, &own);
  const bool known = status == NTKW_SUCCESS;
  if (known) status = problem_identity_compare(path, before, own);
  free(before);
  free(own);
  return known && status != NTKW_SUCCESS ? refuse_other(reader, path, pde, status) : status;
}

static ntkw_status check_content(ntkw_checkpoint_reader *reader, const char *path, const problem *pde) {
  const char *content;
  int64_t arithmetic;
  NTKW_CHECK(ntkw_checkpoint_get_text(reader, "content", &content) == NTKW_SUCCESS && strcmp(content, CONTENT) == 0,
             NTKW_ERR_PROBLEM, "%s: does not hold the state of a training run", path);
  NTKW_TRY(check_problem(reader, path, pde));
  NTKW_TRY(ntkw_checkpoint_get_integer(reader, "arithmetic_version", &arithmetic));
  NTKW_CHECK(arithmetic == ARITHMETIC_VERSION, NTKW_ERR_PROBLEM,
             "%s: was computed by arithmetic version %lld; this program has version %d", path, (long long)arithmetic,
             ARITHMETIC_VERSION);
  return NTKW_SUCCESS;
}

ntkw_status snapshot_changes(ntkw_checkpoint_reader *reader, const problem *pde, changes *out) {
  problem *before = NULL;
  *out = (changes){0};
  if (problem_before(reader, &before) != NTKW_SUCCESS) return NTKW_SUCCESS;
  const ntkw_status status = changes_find(before, pde, out);
  problem_destroy(&before);
  return status;
}

/* Checkpoints of runs without a reference, and older ones, do not say where it was: NULL, as without memory. */
static void adopt_text(ntkw_checkpoint_reader *reader, const char *name, char **text) {
  const char *value;
  if (ntkw_checkpoint_get_text(reader, name, &value) != NTKW_SUCCESS) return;
  free(*text);
  *text = strdup(value);
}

ntkw_status snapshot_adopt(ntkw_checkpoint_reader *reader, const char *path, problem *pde) {
  int64_t seed, lanes;
  const char *rule;
  NTKW_TRY(check_content(reader, path, pde));
  NTKW_TRY(ntkw_checkpoint_get_integer(reader, "seed", &seed));
  NTKW_TRY(ntkw_checkpoint_get_integer(reader, "lanes", &lanes));
  NTKW_TRY(ntkw_checkpoint_get_text(reader, "rule", &rule));
  NTKW_TRY(ntkw_checkpoint_get_real(reader, "alpha", &pde->alpha));
  NTKW_TRY(ntkw_checkpoint_get_integer(reader, "update_every", &pde->update_every));
  NTKW_CHECK(strlen(rule) < sizeof pde->rule, NTKW_ERR_FORMAT, "%s: says that the weighting is %.200s", path, rule);
  problem_set_seed(pde, (uint64_t)seed);
  pde->lanes = (int)lanes;
  snprintf(pde->rule, sizeof pde->rule, "%s", rule);
  adopt_text(reader, "reference_path", &pde->reference_path);
  adopt_text(reader, "reference_way", &pde->reference_way);
  return NTKW_SUCCESS;
}

static ntkw_status restore_history(ntkw_checkpoint_reader *reader, const problem *pde, MPI_Comm comm, history *past) {
  const ntkw_checkpoint_array *array = ntkw_checkpoint_find_array(reader, "history");
  if (!array) return NTKW_SUCCESS;
  const int n_columns = history_columns(pde);
  NTKW_CHECK(array->n_dimensions == 2 && array->shape[1] == n_columns, NTKW_ERR_FORMAT,
             "the history in the checkpoint has not %d columns", n_columns);
  int rank;
  MPI_Comm_rank(comm, &rank);
  bool complete = true;
  for (int64_t r = 0; r < array->shape[0] && complete; r++) complete = history_append(past, n_columns) != NULL;
  NTKW_TRY(
      ntkw_status_agree(comm, complete ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the history")));
  NTKW_TRY(ntkw_checkpoint_read_array(reader, "history", NTKW_FLOAT64, 0, rank == 0 ? array->shape[0] : 0, past->rows));
  NTKW_CHECK(MPI_Bcast(past->rows, (int)(array->shape[0] * n_columns), MPI_DOUBLE, 0, comm) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Bcast of the history failed");
  return NTKW_SUCCESS;
}

/* Older checkpoints do not have it: what they count begins with the next step. */
static void restore_blow_up(ntkw_checkpoint_reader *reader, blow_up *b) {
  if (ntkw_checkpoint_get_integer(reader, "blow_up_counted", &b->counted) != NTKW_SUCCESS ||
      ntkw_checkpoint_get_integer(reader, "blow_up_since", &b->since) != NTKW_SUCCESS ||
      ntkw_checkpoint_get_real(reader, "blow_up_largest", &b->largest) != NTKW_SUCCESS)
    blow_up_reset(b);
}

ntkw_status snapshot_restore(ntkw_checkpoint_reader *reader, trainer *t, const problem *pde, history *past) {
  const trainer_state state = trainer_get_state(t);
  const ntkw_dtype precision = pde->network.precision;
  const char *weighting;
  NTKW_TRY(ntkw_checkpoint_read_array(reader, "parameters", precision, state.offset, state.count, state.parameters));
  NTKW_TRY(ntkw_checkpoint_read_array(reader, "adam_moment1", precision, state.offset, state.count, state.moment1));
  NTKW_TRY(ntkw_checkpoint_read_array(reader, "adam_moment2", precision, state.offset, state.count, state.moment2));
  NTKW_TRY(ntkw_checkpoint_get_text(reader, "weighting_state", &weighting));
  if (state.weighting) NTKW_TRY(ntkw_status_agree(trainer_comm(t), set_weighting(state.weighting, weighting)));
  NTKW_TRY(restore_history(reader, pde, trainer_comm(t), past));
  restore_blow_up(reader, state.blow_up);
  return ntkw_checkpoint_get_integer(reader, "step", state.step);
}
