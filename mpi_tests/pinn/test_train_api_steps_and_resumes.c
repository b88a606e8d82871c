/* Training through ntkw/train.h gives the state of the inner trainer (pinn/training/trainer.h). Callbacks report
 * progress and can stop the run. A run that is saved and resumed has the bits of an uninterrupted one, also on other
 * ranks. */
#include "pinn/training/trainer.h"
#include "train_api_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Gather all parameters on every rank. The precision must be float64. The caller must free them. */
static double *all_parameters(MPI_Comm comm, const ntkw_trainer *t) {
  const int64_t total = ntkw_trainer_parameter_count(t);
  double *all = calloc((size_t)total, sizeof *all);
  int64_t offset = -1, count = -1;
  CHECK_OK(ntkw_trainer_shard(t, &offset, &count));
  CHECK(offset >= 0 && count >= 0 && offset + count <= total);
  CHECK_OK(ntkw_trainer_get_parameters(t, all + offset));
  MPI_Allreduce(MPI_IN_PLACE, all, (int)total, MPI_DOUBLE, MPI_SUM, comm); /* other ranks have zeros there */
  return all;
}

/* All parameters after n_steps of the inner trainer, without ntkw/train.h. The caller must free them. */
static double *inner_parameters(int n_steps) {
  problem *pde = NULL;
  trainer *inner = NULL;
  CHECK_OK(problem_from_lua("small.lua", api_text, &pde));
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &inner));
  for (int i = 0; i < n_steps; i++) {
    bool stop = false;
    CHECK_OK(trainer_step(inner, &stop));
  }
  CHECK_OK(trainer_refresh(inner));
  const size_t bytes = (size_t)trainer_parameter_count(inner) * sizeof(double);
  double *all = malloc(bytes);
  memcpy(all, trainer_all_parameters(inner), bytes);
  trainer_destroy(&inner);
  problem_destroy(&pde);
  return all;
}

static void check_same_parameters(const ntkw_trainer *t, MPI_Comm comm, const double *expected) {
  double *all = all_parameters(comm, t);
  const size_t n = (size_t)ntkw_trainer_parameter_count(t);
  CHECK(memcmp(all, expected, n * sizeof *all) == 0);
  free(all);
}

typedef struct progress_log {
  int64_t n, last;
  int rows, stop_after, stop_rank;
  double loss, total;
} progress_log;

static int note_progress(const ntkw_trainer_progress *now, void *data) {
  progress_log *log = data;
  CHECK_EQUAL_INT(now->n_conditions, 2);
  log->n++;
  log->last = now->step;
  log->rows += !isnan(now->error);
  log->loss = now->losses[0];
  log->total = now->weights[0] * now->losses[0] + now->weights[1] * now->losses[1] - now->total;
  return world_rank() == log->stop_rank && log->n == log->stop_after;
}

static void problems_are_described(void) {
  ntkw_problem_options options;
  double lower = 0, upper = 0;
  ntkw_problem_options_init(&options);
  options.steps = 20;
  options.seed = 3;
  options.weighting = "none";
  ntkw_problem *p = api_problem(NULL), *other = api_problem(&options);
  CHECK_EQUAL_INT(ntkw_problem_input_count(p), 2);
  CHECK_EQUAL_INT(ntkw_problem_output_count(p), 2);
  CHECK_EQUAL_INT(ntkw_problem_condition_count(p), 2);
  CHECK_TEXT_HAS(ntkw_problem_input_name(p, 1), "x");
  CHECK_TEXT_HAS(ntkw_problem_output_name(p, 1), "v");
  CHECK_TEXT_HAS(ntkw_problem_condition_name(p, 0), "heat");
  CHECK_OK(ntkw_problem_input_range(p, 0, &lower, &upper));
  CHECK(lower == 0 && upper == 2 && ntkw_problem_has_exact(p));
  CHECK_EQUAL_INT(ntkw_problem_parameter_count(p), 2 * 6 + 6 + 6 * 5 + 5 + 5 * 2 + 2);
  CHECK_EQUAL_INT(ntkw_problem_dtype(p), NTKW_FLOAT64);
  CHECK_EQUAL_INT(ntkw_problem_steps(p), 12);
  CHECK_EQUAL_INT(ntkw_problem_seed(p), 7);
  CHECK_TEXT_HAS(ntkw_problem_weighting(p), "ntk-trace");
  CHECK_EQUAL_INT(ntkw_problem_steps(other), 20);
  CHECK_EQUAL_INT(ntkw_problem_seed(other), 3);
  CHECK_TEXT_HAS(ntkw_problem_weighting(other), "none");
  ntkw_problem_destroy(&p);
  ntkw_problem_destroy(&other);
}

static void steps_are_the_trainers_own(void) {
  ntkw_problem *p = api_problem(NULL);
  ntkw_trainer *t = api_trainer(p, NULL);
  progress_log log = {.stop_rank = -1};
  double *expected = inner_parameters(12);
  CHECK(isnan(ntkw_trainer_losses(t)[0]));
  CHECK_OK(ntkw_trainer_measure(t));
  const double first = ntkw_trainer_losses(t)[0];
  CHECK_OK(ntkw_trainer_step(t));
  CHECK_EQUAL_DOUBLE(ntkw_trainer_losses(t)[0], first);
  CHECK_OK(ntkw_trainer_run(t, 2, note_progress, &log));
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(t), 3);
  CHECK_EQUAL_INT(log.n, 2);
  CHECK_EQUAL_INT(log.last, 2);
  CHECK_EQUAL_INT(log.rows, 1); /* the row of step 2 */
  CHECK_EQUAL_DOUBLE(log.loss, ntkw_trainer_losses(t)[0]);
  CHECK_NEAR(log.total, 0, 1e-12);
  CHECK(ntkw_trainer_weights(t)[0] > 0);
  CHECK_OK(ntkw_trainer_run(t, NTKW_ALL_STEPS, NULL, NULL));
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(t), 12);
  check_same_parameters(t, MPI_COMM_WORLD, expected);
  CHECK_OK(ntkw_trainer_run(t, NTKW_ALL_STEPS, note_progress, &log)); /* no steps are left */
  CHECK_EQUAL_INT(log.n, 2);
  CHECK_OK(ntkw_trainer_run(t, 1, NULL, NULL)); /* more steps than the problem's are allowed */
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(t), 13);
  free(expected);
  ntkw_trainer_destroy(&t);
  ntkw_problem_destroy(&p);
}

static void one_rank_can_stop_all(void) {
  ntkw_problem *p = api_problem(NULL);
  ntkw_trainer *t = api_trainer(p, NULL);
  progress_log log = {.stop_rank = world_size() - 1, .stop_after = 4};
  CHECK_OK(ntkw_trainer_run(t, NTKW_ALL_STEPS, note_progress, &log));
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(t), 5);
  CHECK_EQUAL_INT(log.n, 5);
  CHECK_OK(ntkw_trainer_run(t, NTKW_ALL_STEPS, NULL, NULL));
  double *expected = inner_parameters(12);
  check_same_parameters(t, MPI_COMM_WORLD, expected);
  free(expected);
  ntkw_trainer_destroy(&t);
  ntkw_problem_destroy(&p);
}

static void a_folder_is_saved_to_and_resumed_from(void) {
  const char *folder = scratch_path("run");
  char file[4096];
  struct stat about;
  if (world_rank() == 0) CHECK(mkdir(folder, 0700) == 0);
  MPI_Barrier(MPI_COMM_WORLD);
  ntkw_problem *p = api_problem(NULL), *same = NULL;
  ntkw_trainer *t = api_trainer(p, NULL);
  for (int i = 0; i < 2; i++) {
    CHECK_OK(ntkw_trainer_run(t, 4, NULL, NULL));
    CHECK_OK(ntkw_trainer_save(t, folder));
  }
  snprintf(file, sizeof file, "%s/step-0000000004.h5", folder);
  CHECK(stat(file, &about) == 0);
  CHECK_OK(ntkw_trainer_resume(t, folder)); /* from its newest checkpoint */
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(t), 8);
  CHECK(isnan(ntkw_trainer_losses(t)[0]));
  CHECK_OK(ntkw_trainer_resume(t, file));
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(t), 4);
  CHECK_OK(ntkw_trainer_run(t, NTKW_ALL_STEPS, NULL, NULL));
  double *expected = inner_parameters(12);
  check_same_parameters(t, MPI_COMM_WORLD, expected);
  CHECK_OK(ntkw_problem_read_checkpoint(MPI_COMM_WORLD, folder, NULL, &same));
  CHECK_EQUAL_INT(ntkw_problem_steps(same), 12);
  CHECK_EQUAL_INT(ntkw_problem_seed(same), 7);
  free(expected);
  ntkw_trainer_destroy(&t);
  ntkw_problem_destroy(&p);
  ntkw_problem_destroy(&same);
}

/* Each half of the ranks continues a run of all ranks. */
static void fewer_ranks_resume(void) {
  const char *path = scratch_path("fewer.h5");
  ntkw_problem *p = api_problem(NULL);
  ntkw_trainer *t = api_trainer(p, NULL);
  api_warnings warnings = {0};
  MPI_Comm some;
  CHECK_OK(ntkw_trainer_run(t, 7, NULL, NULL));
  CHECK_OK(ntkw_trainer_save(t, path));
  ntkw_trainer_destroy(&t);
  double *expected = inner_parameters(12);
  MPI_Comm_split(MPI_COMM_WORLD, world_rank() < (world_size() + 1) / 2, 0, &some);
  ntkw_trainer_options options;
  ntkw_trainer_options_init(&options);
  options.on_warning = api_note_warning;
  options.data = &warnings;
  CHECK_OK(ntkw_trainer_create(some, p, &options, &t));
  CHECK_OK(ntkw_trainer_resume(t, path));
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(t), 7);
  CHECK_OK(ntkw_trainer_run(t, NTKW_ALL_STEPS, NULL, NULL));
  check_same_parameters(t, some, expected);
  CHECK_EQUAL_INT(warnings.n, 0);
  free(expected);
  ntkw_trainer_destroy(&t);
  ntkw_problem_destroy(&p);
  MPI_Comm_free(&some);
}

/* api_text with `from` replaced by `to`. The caller must free it. */
static char *edited(const char *from, const char *to) {
  const char *at = strstr(api_text, from);
  char *text = malloc(sizeof api_text + strlen(to));
  CHECK(at != NULL);
  if (at) sprintf(text, "%.*s%s%s", (int)(at - api_text), api_text, to, at + strlen(from));
  return text;
}

/* Save a run of the original problem after 4 steps. */
static void save_original(const char *path) {
  ntkw_problem *p = api_problem(NULL);
  ntkw_trainer *t = api_trainer(p, NULL);
  CHECK_OK(ntkw_trainer_run(t, 4, NULL, NULL));
  CHECK_OK(ntkw_trainer_save(t, path));
  ntkw_trainer_destroy(&t);
  ntkw_problem_destroy(&p);
}

static void finish_and_compare(ntkw_trainer *t, const double *expected) {
  CHECK_OK(ntkw_trainer_run(t, NTKW_ALL_STEPS, NULL, NULL));
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(t), 12);
  check_same_parameters(t, MPI_COMM_WORLD, expected);
}

/* A seed of the options is meant: a checkpoint of another seed is refused, and the trainer goes on with its own. The
 * checkpoint's seed is accepted without a warning. */
static void another_seed_of_the_options_is_refused(void) {
  const char *path = scratch_path("seeds.h5");
  save_original(path);
  for (int seed = 7; seed <= 8; seed++) {
    ntkw_problem_options options;
    api_warnings warnings = {0};
    ntkw_problem *other = NULL;
    ntkw_problem_options_init(&options);
    options.seed = seed;
    ntkw_problem *p = api_problem(&options);
    ntkw_trainer *t = api_trainer(p, &warnings), *alone = api_trainer(p, NULL);
    CHECK_STATUS(ntkw_trainer_resume(t, path), seed == 7 ? NTKW_SUCCESS : NTKW_ERR_PROBLEM);
    if (seed == 8) CHECK_TEXT_HAS(ntkw_last_error(), "seed 7; the options of the problem say 8");
    CHECK_EQUAL_INT(ntkw_trainer_steps_done(t), seed == 7 ? 4 : 0);
    CHECK_STATUS(ntkw_problem_read_checkpoint(MPI_COMM_WORLD, path, &options, &other),
                 seed == 7 ? NTKW_SUCCESS : NTKW_ERR_PROBLEM);
    CHECK((other != NULL) == (seed == 7));
    CHECK_OK(ntkw_trainer_run(alone, NTKW_ALL_STEPS, NULL, NULL));
    double *expected = all_parameters(MPI_COMM_WORLD, alone);
    finish_and_compare(t, expected);
    CHECK_EQUAL_INT(warnings.n, 0);
    free(expected);
    ntkw_trainer_destroy(&alone);
    ntkw_trainer_destroy(&t);
    ntkw_problem_destroy(&p);
    ntkw_problem_destroy(&other);
  }
}

/* A seed of the problem file is a default: the checkpoint's is used, with a warning on every rank. */
static void changed_settings_are_told(void) {
  const char *path = scratch_path("changed.h5");
  ntkw_problem *changed = NULL;
  api_warnings warnings = {0};
  char *text = edited("seed = 7", "seed = 8");
  double *expected = inner_parameters(12);
  save_original(path);
  CHECK_OK(ntkw_problem_read_text("small.lua", text, NULL, &changed));
  for (int quiet = 0; quiet < 2; quiet++) { /* also without a callback */
    ntkw_trainer *t = api_trainer(changed, quiet ? NULL : &warnings);
    CHECK_OK(ntkw_trainer_resume(t, path));
    CHECK_EQUAL_INT(warnings.n, 1);
    CHECK_TEXT_HAS(warnings.last, "seed is 8, before 7; the checkpoint's is used");
    CHECK_SAME_ON_ALL_RANKS(warnings.last);
    CHECK_EQUAL_INT(ntkw_problem_seed(ntkw_trainer_problem(t)), 7);
    CHECK_EQUAL_INT(ntkw_problem_seed(changed), 8);
    finish_and_compare(t, expected);
    ntkw_trainer_destroy(&t);
  }
  free(expected);
  free(text);
  ntkw_problem_destroy(&changed);
}

/* Each setting that differs has a warning of its own. */
static void every_changed_setting_is_told(void) {
  const char *path = scratch_path("settings.h5");
  ntkw_problem *changed = NULL;
  api_warnings warnings = {0};
  char *text = edited("steps = 12, seed = 7", "steps = 9, seed = 8, optimizer = { 'adam', rate = 2e-3, beta1 = 0.8 }");
  save_original(path);
  CHECK_OK(ntkw_problem_read_text("small.lua", text, NULL, &changed));
  ntkw_trainer *t = api_trainer(changed, &warnings);
  CHECK_OK(ntkw_trainer_resume(t, path));
  CHECK_EQUAL_INT(warnings.n, 3);
  free(text);
  ntkw_trainer_destroy(&t);
  ntkw_problem_destroy(&changed);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(problems_are_described),
                                    TEST(steps_are_the_trainers_own),
                                    TEST(one_rank_can_stop_all),
                                    TEST(a_folder_is_saved_to_and_resumed_from),
                                    TEST(fewer_ranks_resume),
                                    TEST(another_seed_of_the_options_is_refused),
                                    TEST(every_changed_setting_is_told),
                                    TEST(changed_settings_are_told)};
  return run_suite("training through the trainer library", cases, sizeof cases / sizeof *cases, argc, argv);
}
