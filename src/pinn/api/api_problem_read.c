/* Problems of ntkw/train.h: reading them from a file, a text or a checkpoint. */
#include "pinn/api/handles.h"
#include "pinn/problem/problem_load.h"
#include "pinn/problem/rules.h"
#include "pinn/state/training_checkpoint.h"
#include "base/check.h"
#include "base/versioned_options.h"
#include "ranks/comm.h"
#include "base/path.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The history stores steps as float64, which is exact up to this number. */
static const int64_t MOST_STEPS = INT64_C(1) << 53;

void api_warn(ntkw_train_warning on_warning, void *data, const char *format, ...) {
  char sentence[2048];
  va_list arguments;
  if (!on_warning) return;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  on_warning(sentence, data);
}

ntkw_status api_check_path(MPI_Comm comm, const char *path, const char *function) {
  const bool usable = path && *path;
  return ntkw_status_agree(
      comm,
      usable ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_ARGUMENT, "%s: the path is %s", function, path ? "empty" : "NULL"));
}

bool api_is_folder(MPI_Comm comm, const char *path) {
  struct stat about;
  int rank, is_folder = 0;
  MPI_Comm_rank(comm, &rank);
  if (rank == 0) is_folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
  MPI_Bcast(&is_folder, 1, MPI_INT, 0, comm);
  return is_folder != 0;
}

static bool is_rule(const char *name) {
  int n;
  const char *const *names = rule_names(&n);
  for (int i = 0; i < n; i++)
    if (strcmp(name, names[i]) == 0) return true;
  return false;
}

static ntkw_status check_options(const ntkw_problem_options *options) {
  NTKW_CHECK(options->steps == -1 || (options->steps >= 1 && options->steps <= MOST_STEPS), NTKW_ERR_ARGUMENT,
             "the steps of a problem are %lld; expected 1 to 2^53, or -1 for the file's", (long long)options->steps);
  NTKW_CHECK(options->seed >= -1, NTKW_ERR_ARGUMENT,
             "the seed of a problem is %lld; expected a number >= 0, or -1 for the file's", (long long)options->seed);
  NTKW_CHECK(!options->weighting || is_rule(options->weighting), NTKW_ERR_ARGUMENT,
             "the weighting of a problem is \"%.60s\"; expected a rule that a problem file may name, or \"none\"",
             options->weighting);
  return NTKW_SUCCESS;
}

/* Copy and check the program's options; given NULL: the defaults. */
static ntkw_status take_options(const ntkw_problem_options *given, ntkw_problem_options *out) {
  ntkw_problem_options_init(out);
  if (!given) return NTKW_SUCCESS;
  NTKW_TRY(ntkw_i_options_read(out, sizeof *out, given, "ntkw_problem_options"));
  return check_options(out);
}

static void override_settings(const ntkw_problem_options *options, problem *pde) {
  if (options->steps >= 0) pde->steps = options->steps;
  if (options->seed >= 0) problem_set_seed(pde, (uint64_t)options->seed);
  if (options->weighting && strcmp(options->weighting, pde->rule) != 0) {
    snprintf(pde->rule, sizeof pde->rule, "%s", options->weighting);
    pde->alpha = NTKW_RULE_ALPHA;
    pde->update_every = 0;
  }
}

/* Create the handle of a problem. It owns pde on success; after an error the caller still owns pde. */
static ntkw_status wrap(problem *pde, const ntkw_problem_options *options, const char *run_folder, ntkw_problem **out) {
  ntkw_problem *made = calloc(1, sizeof *made);
  if (made && run_folder) made->run_folder = strdup(run_folder);
  if (!made || (run_folder && !made->run_folder)) {
    free(made);
    return ntkw_i_fail(NTKW_ERR_MEMORY, "%s: out of memory for the problem", pde->file);
  }
  made->pde = pde;
  made->wanted = *options;
  made->wanted.on_warning = NULL;
  made->wanted.data = NULL;
  if (options->weighting) {
    snprintf(made->wanted_weighting, sizeof made->wanted_weighting, "%s", options->weighting);
    made->wanted.weighting = made->wanted_weighting;
  }
  *out = made;
  return NTKW_SUCCESS;
}

static void hand_over_warnings(const problem *pde, const ntkw_problem_options *options) {
  for (int i = 0; i < pde->n_warnings; i++) api_warn(options->on_warning, options->data, "%s", pde->warnings[i]);
}

ntkw_status ntkw_problem_read_text(const char *name, const char *text, const ntkw_problem_options *options,
                                   ntkw_problem **out) {
  ntkw_problem_options own;
  problem *pde = NULL;
  NTKW_CHECK(out, NTKW_ERR_ARGUMENT, "ntkw_problem_read_text: out is NULL");
  *out = NULL;
  NTKW_CHECK(name && text, NTKW_ERR_ARGUMENT, "ntkw_problem_read_text: %s is NULL", name ? "text" : "name");
  NTKW_TRY(take_options(options, &own));
  NTKW_TRY(problem_from_lua(name, text, &pde));
  override_settings(&own, pde);
  const ntkw_status status = wrap(pde, &own, NULL, out);
  if (status != NTKW_SUCCESS)
    problem_destroy(&pde);
  else
    hand_over_warnings(pde, &own);
  return status;
}

static ntkw_status read_file(MPI_Comm comm, const char *path, const ntkw_problem_options *options, ntkw_problem **out) {
  problem *pde = NULL;
  NTKW_TRY(problem_load(comm, path, &pde));
  override_settings(options, pde);
  const ntkw_status status = ntkw_status_agree(comm, wrap(pde, options, NULL, out));
  if (status == NTKW_SUCCESS) return status;
  if (!*out) problem_destroy(&pde);
  return status;
}

ntkw_status api_checkpoint_open(MPI_Comm comm, const char *path, ntkw_train_warning on_warning, void *data,
                                ntkw_checkpoint_reader **out) {
  char skipped[4096] = "", *rest = NULL;
  *out = NULL;
  if (!api_is_folder(comm, path)) return ntkw_checkpoint_reader_open(comm, path, out);
  NTKW_TRY(ntkw_checkpoint_reader_open_newest(comm, path, "step-", skipped, sizeof skipped, out));
  for (char *line = strtok_r(skipped, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
    api_warn(on_warning, data, "skipped %s", line);
  NTKW_CHECK(*out, NTKW_ERR_FILE, "%s holds no checkpoint step-<digits>.h5", path);
  return NTKW_SUCCESS;
}

static ntkw_status problem_of(ntkw_checkpoint_reader *reader, problem **out) {
  int64_t last_step;
  NTKW_TRY(training_checkpoint_problem(reader, out));
  if (ntkw_checkpoint_reader_get_integer(reader, "last_step", &last_step) == NTKW_SUCCESS) (*out)->steps = last_step;
  return NTKW_SUCCESS;
}

/* Read the problem that a checkpoint stores. Collective. After an error *out may be set. */
static ntkw_status take_checkpoint(MPI_Comm comm, ntkw_checkpoint_reader *reader, const ntkw_problem_options *options,
                                   ntkw_problem **out) {
  const char *path = ntkw_checkpoint_reader_path(reader);
  problem *pde = NULL;
  char *folder = ntkw_i_path_folder(path);
  ntkw_status status = folder ? problem_of(reader, &pde) : ntkw_i_fail(NTKW_ERR_MEMORY, "%s: out of memory", path);
  status = ntkw_status_agree(comm, status);
  if (status == NTKW_SUCCESS) status = training_checkpoint_read_settings(reader, path, pde);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(comm, wrap(pde, options, folder, out));
  free(folder);
  if (!*out) problem_destroy(&pde);
  if (status != NTKW_SUCCESS) return status;
  if (options->steps >= 0) pde->steps = options->steps;
  return api_problem_check_wanted(*out, pde, path);
}

static ntkw_status read_checkpoint(MPI_Comm comm, const char *path, const ntkw_problem_options *options,
                                   ntkw_problem **out) {
  ntkw_checkpoint_reader *reader = NULL;
  ntkw_status status = api_checkpoint_open(comm, path, options->on_warning, options->data, &reader);
  if (status == NTKW_SUCCESS) status = take_checkpoint(comm, reader, options, out);
  ntkw_checkpoint_reader_close(&reader);
  return status;
}

/* Check the arguments on all ranks, read the problem and pass its warnings to the callback. Collective. */
static ntkw_status read_by(ntkw_status (*read)(MPI_Comm, const char *, const ntkw_problem_options *, ntkw_problem **),
                           const char *function, MPI_Comm comm, const char *path, const ntkw_problem_options *options,
                           ntkw_problem **out) {
  ntkw_problem_options own;
  ntkw_problem *made = NULL;
  MPI_Comm plain;
  if (out) *out = NULL;
  NTKW_TRY(ntkw_i_comm_duplicate(comm, "the communicator of a problem", &plain));
  ntkw_status status = api_check_path(plain, path, function);
  if (status == NTKW_SUCCESS)
    status = ntkw_status_agree(plain, out ? take_options(options, &own)
                                          : ntkw_i_fail(NTKW_ERR_ARGUMENT, "%s: out is NULL", function));
  if (status == NTKW_SUCCESS) status = read(plain, path, &own, &made);
  ntkw_i_communicator_free(&plain);
  if (status != NTKW_SUCCESS) {
    ntkw_problem_destroy(&made);
    return status;
  }
  hand_over_warnings(made->pde, &own);
  *out = made;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_problem_read(MPI_Comm comm, const char *path, const ntkw_problem_options *options,
                              ntkw_problem **out) {
  return read_by(read_file, "ntkw_problem_read", comm, path, options, out);
}

ntkw_status ntkw_problem_read_checkpoint(MPI_Comm comm, const char *path, const ntkw_problem_options *options,
                                         ntkw_problem **out) {
  return read_by(read_checkpoint, "ntkw_problem_read_checkpoint", comm, path, options, out);
}
