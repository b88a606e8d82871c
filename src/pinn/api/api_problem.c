/* Problems of ntkw/train.h: queries, copies, and the settings that a checkpoint replaces. */
#include "pinn/api/handles.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

int ntkw_problem_input_count(const ntkw_problem *p) {
  return p ? p->pde->n_inputs : 0;
}
int ntkw_problem_output_count(const ntkw_problem *p) {
  return p ? p->pde->n_outputs : 0;
}
int ntkw_problem_condition_count(const ntkw_problem *p) {
  return p ? p->pde->n_conditions : 0;
}

static bool is_within(int index, int count) {
  return index >= 0 && index < count;
}

const char *ntkw_problem_input_name(const ntkw_problem *p, int input) {
  return is_within(input, ntkw_problem_input_count(p)) ? p->pde->input_names[input] : NULL;
}
const char *ntkw_problem_output_name(const ntkw_problem *p, int output) {
  return is_within(output, ntkw_problem_output_count(p)) ? p->pde->output_names[output] : NULL;
}
const char *ntkw_problem_condition_name(const ntkw_problem *p, int index) {
  return is_within(index, ntkw_problem_condition_count(p)) ? p->pde->conditions[index].name : NULL;
}

ntkw_status ntkw_problem_input_range(const ntkw_problem *p, int input, double *lower, double *upper) {
  const int count = ntkw_problem_input_count(p);
  NTKW_CHECK(p, NTKW_ERR_ARGUMENT, "ntkw_problem_input_range: problem is NULL");
  NTKW_CHECK(is_within(input, count), NTKW_ERR_ARGUMENT, "ntkw_problem_input_range: input %d; expected 0 to %d", input,
             count - 1);
  if (lower) *lower = p->pde->lower[input];
  if (upper) *upper = p->pde->upper[input];
  return NTKW_SUCCESS;
}

int64_t ntkw_problem_parameter_count(const ntkw_problem *p) {
  model *made = NULL;
  if (!p || model_create(&p->pde->network, &made) != NTKW_SUCCESS) return 0;
  const int64_t count = model_parameter_count(made);
  model_destroy(&made);
  return count;
}

ntkw_dtype ntkw_problem_dtype(const ntkw_problem *p) {
  return p ? p->pde->network.precision : NTKW_FLOAT64;
}
int64_t ntkw_problem_steps(const ntkw_problem *p) {
  return p ? p->pde->steps : 0;
}
int64_t ntkw_problem_seed(const ntkw_problem *p) {
  return p ? (int64_t)p->pde->seed : 0;
}
const char *ntkw_problem_weighting(const ntkw_problem *p) {
  return p ? p->pde->rule : NULL;
}

bool ntkw_problem_has_exact(const ntkw_problem *p) {
  for (int o = 0; o < ntkw_problem_output_count(p); o++)
    if (p->pde->has_exact[o]) return true;
  return p && p->pde->reference[0] != '\0';
}

void ntkw_problem_destroy(ntkw_problem **handle) {
  if (!handle || !*handle) return;
  problem_destroy(&(*handle)->pde);
  free((*handle)->run_folder);
  free(*handle);
  *handle = NULL;
}

/* Copy a text; the copy of NULL is NULL. @return false: out of memory. */
static bool copy_text(const char *from, char **to) {
  *to = from ? strdup(from) : NULL;
  return *to || !from;
}

ntkw_status problem_settings_copy(const problem *from, problem_settings *out) {
  *out = (problem_settings){.seed = from->seed,
                            .lanes = from->lanes,
                            .lane_rows = from->lane_rows,
                            .alpha = from->alpha,
                            .update_every = from->update_every,
                            .without_reference = from->without_reference};
  memcpy(out->rule, from->rule, sizeof out->rule);
  const bool complete =
      copy_text(from->reference_path, &out->reference_path) && copy_text(from->reference_way, &out->reference_way);
  if (!complete) problem_settings_free(out);
  return complete ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "%s: out of memory for its settings", from->file);
}

void problem_settings_free(problem_settings *settings) {
  free(settings->reference_path);
  free(settings->reference_way);
  settings->reference_path = settings->reference_way = NULL;
}

void problem_settings_move(problem_settings *from, problem *to) {
  problem_set_seed(to, from->seed);
  to->lanes = from->lanes;
  to->lane_rows = from->lane_rows;
  memcpy(to->rule, from->rule, sizeof to->rule);
  to->alpha = from->alpha;
  to->update_every = from->update_every;
  to->without_reference = from->without_reference;
  free(to->reference_path);
  free(to->reference_way);
  to->reference_path = from->reference_path;
  to->reference_way = from->reference_way;
  from->reference_path = from->reference_way = NULL;
}

static ntkw_status copy_parts(const ntkw_problem *from, ntkw_problem *to) {
  problem_settings settings;
  NTKW_TRY(problem_from_lua(from->pde->file, from->pde->source, &to->pde));
  NTKW_TRY(problem_settings_copy(from->pde, &settings));
  problem_settings_move(&settings, to->pde);
  to->pde->steps = from->pde->steps;
  to->wanted = from->wanted;
  memcpy(to->wanted_weighting, from->wanted_weighting, sizeof to->wanted_weighting);
  if (to->wanted.weighting) to->wanted.weighting = to->wanted_weighting;
  NTKW_CHECK(copy_text(from->run_folder, &to->run_folder), NTKW_ERR_MEMORY, "%s: out of memory for a path",
             from->pde->file);
  return NTKW_SUCCESS;
}

ntkw_status api_problem_copy(const ntkw_problem *from, ntkw_problem **out) {
  *out = calloc(1, sizeof **out);
  NTKW_CHECK(*out, NTKW_ERR_MEMORY, "%s: out of memory for a copy of the problem", from->pde->file);
  const ntkw_status status = copy_parts(from, *out);
  if (status != NTKW_SUCCESS) ntkw_problem_destroy(out);
  return status;
}

ntkw_status api_problem_check_wanted(const ntkw_problem *asked, const problem *found, const char *path) {
  const ntkw_problem_options *wanted = &asked->wanted;
  NTKW_CHECK(wanted->seed < 0 || (uint64_t)wanted->seed == found->seed, NTKW_ERR_PROBLEM,
             "%s was trained with seed %llu; the options of the problem say %lld", path,
             (unsigned long long)found->seed, (long long)wanted->seed);
  NTKW_CHECK(!wanted->weighting || strcmp(wanted->weighting, found->rule) == 0, NTKW_ERR_PROBLEM,
             "%s was trained with weighting %s; the options of the problem say %s", path, found->rule,
             wanted->weighting);
  return NTKW_SUCCESS;
}
