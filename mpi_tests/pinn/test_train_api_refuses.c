/* Invalid calls of ntkw/train.h return the same status on every rank and a message. The trainer can still be used. */
#include "train_api_fixture.h"

#include <math.h>

static ntkw_problem *problem;
static ntkw_trainer *trainer;

static void make(void) {
  problem = api_problem(NULL);
  trainer = api_trainer(problem, NULL);
}

static void free_all(void) {
  ntkw_trainer_destroy(&trainer);
  ntkw_problem_destroy(&problem);
  CHECK(!trainer && !problem);
}

static void last_error_has(const char *part) {
  CHECK_TEXT_HAS(ntkw_last_error(), part);
}

static void problems_that_cannot_be_read(void) {
  static const char mistake[] = "return problem {\n  inputs = { {'x', 0, 1} },\n  outputs = { 'u' }, stepps = 3 }\n";
  ntkw_problem *none = problem;
  CHECK_STATUS(ntkw_problem_read(MPI_COMM_WORLD, "there_is_none.lua", NULL, &none), NTKW_ERR_FILE);
  last_error_has("there_is_none.lua");
  CHECK(!none);
  CHECK_STATUS(ntkw_problem_read_text("wrong.lua", mistake, NULL, &none), NTKW_ERR_PROBLEM);
  last_error_has("wrong.lua:3:");
  CHECK(!none);
  CHECK_STATUS(ntkw_problem_read_checkpoint(MPI_COMM_WORLD, "there_is_none.h5", NULL, &none), NTKW_ERR_FILE);
  CHECK_STATUS(ntkw_problem_read(MPI_COMM_WORLD, NULL, NULL, &none), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_problem_read(MPI_COMM_WORLD, "a.lua", NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_problem_read(MPI_COMM_NULL, "a.lua", NULL, &none), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_problem_read_text(NULL, api_text, NULL, &none), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_problem_read_text("a.lua", NULL, NULL, &none), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_problem_read_text("a.lua", api_text, NULL, NULL), NTKW_ERR_ARGUMENT);
}

static void refuse_problem_options(ntkw_problem_options options, const char *part) {
  ntkw_problem *none = NULL;
  CHECK_STATUS(ntkw_problem_read_text("small.lua", api_text, &options, &none), NTKW_ERR_ARGUMENT);
  last_error_has(part);
  CHECK(!none);
}

static void options_out_of_range(void) {
  ntkw_problem_options good, bad;
  ntkw_problem_options_init(&good);
  bad = good;
  bad.size = 0;
  refuse_problem_options(bad, "the size in ntkw_problem_options is 0");
  bad = good;
  bad.steps = 0;
  refuse_problem_options(bad, "steps");
  bad = good;
  bad.seed = -2;
  refuse_problem_options(bad, "seed");
  bad = good;
  bad.weighting = "nkt-trace";
  refuse_problem_options(bad, "nkt-trace");
  ntkw_problem_options_init(NULL);
  ntkw_trainer_options_init(NULL);
}

static void refuse_trainer_options(ntkw_trainer_options options, ntkw_status expected, const char *part) {
  ntkw_trainer *none = trainer;
  CHECK_STATUS(ntkw_trainer_create(MPI_COMM_WORLD, problem, &options, &none), expected);
  last_error_has(part);
  CHECK(!none);
}

/* A program that was compiled when the struct had fewer members. */
static void options_of_an_older_version(void) {
  ntkw_trainer *made = NULL;
  ntkw_trainer_options older;
  memset(&older, 0xff, sizeof older);
  older.size = offsetof(ntkw_trainer_options, order);
  older.threads = 1;
  CHECK_OK(ntkw_trainer_create(MPI_COMM_WORLD, problem, &older, &made));
  ntkw_trainer_destroy(&made);
}

/* Invalid arguments are refused on all ranks, also if they are invalid on one rank only. */
static void trainers_that_cannot_be_made(void) {
  const bool last = world_rank() == world_size() - 1;
  ntkw_trainer_options good, bad;
  ntkw_trainer *none = NULL;
  ntkw_trainer_options_init(&good);
  bad = good;
  if (last) bad.size = 4;
  refuse_trainer_options(bad, NTKW_ERR_ARGUMENT, "the size in ntkw_trainer_options is 4");
  bad = good;
  if (last) bad.threads = -1;
  refuse_trainer_options(bad, NTKW_ERR_ARGUMENT, "threads");
  bad = good;
  if (last) bad.log_every = -1;
  refuse_trainer_options(bad, NTKW_ERR_ARGUMENT, "history");
  bad = good;
  bad.order = (ntkw_sum_order)9;
  refuse_trainer_options(bad, NTKW_ERR_ARGUMENT, "order");
  CHECK_STATUS(ntkw_trainer_create(MPI_COMM_WORLD, NULL, NULL, &none), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_create(MPI_COMM_WORLD, problem, NULL, last ? NULL : &none), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_create(MPI_COMM_NULL, problem, NULL, &none), NTKW_ERR_ARGUMENT);
  CHECK(!none);
}

static void ranks_that_disagree(void) {
  ntkw_problem_options options;
  ntkw_trainer_options other;
  ntkw_trainer *none = NULL;
  if (world_size() == 1) CHECK_SKIP("one rank cannot disagree");
  ntkw_problem_options_init(&options);
  ntkw_trainer_options_init(&other);
  options.seed = world_rank() == 1 ? 4 : -1;
  other.log_every = world_rank() == 1 ? 5 : 6;
  ntkw_problem *different = api_problem(&options);
  CHECK_STATUS(ntkw_trainer_create(MPI_COMM_WORLD, different, NULL, &none), NTKW_ERR_DISAGREE);
  last_error_has("rank");
  refuse_trainer_options(other, NTKW_ERR_DISAGREE, "log_every");
  ntkw_problem_destroy(&different);
  CHECK_STATUS(ntkw_trainer_run(trainer, world_rank() == 1 ? 2 : 3, NULL, NULL), NTKW_ERR_DISAGREE);
  last_error_has("n_steps");
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(trainer), 0);
}

/* Check that the points or quantities are refused and the values unchanged. */
static void refuse_points(int64_t n, const double *points, int n_quantities, const char *const *names,
                          const char *part) {
  double value = 17;
  CHECK_STATUS(ntkw_trainer_evaluate(trainer, n, points, n_quantities, names, &value), NTKW_ERR_ARGUMENT);
  last_error_has(part);
  CHECK_EQUAL_DOUBLE(value, 17);
}

static void points_and_quantities(void) {
  static const char *const unknown[] = {"w"}, *const input[] = {"x"}, *const fifth[] = {"u_xxxxx"}, *const none[] = {0};
  const double point[] = {0, 0};
  refuse_points(world_rank() == 0 ? -1 : 1, point, 1, unknown, world_size() == 1 ? "-1 points" : "");
  refuse_points(-3, point, 0, NULL, "-3 points");
  refuse_points(1, NULL, 0, NULL, "points is NULL");
  refuse_points(1, point, -1, NULL, "-1 quantities");
  refuse_points(1, point, 17, unknown, "17 quantities");
  refuse_points(1, point, 1, NULL, "names are NULL");
  refuse_points(1, point, 1, none, "quantity 0 is NULL");
  refuse_points(1, point, 1, unknown, "\"w\"; expected an output or a derivative, such as u or u_t");
  refuse_points(1, point, 1, input, "\"x\"");
  refuse_points(1, point, 1, fifth, "order 5");
  CHECK_STATUS(ntkw_trainer_evaluate(trainer, 1, point, 0, NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_error(trainer, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_run(trainer, -2, NULL, NULL), NTKW_ERR_ARGUMENT);
}

static void paths_that_cannot_be_saved_to(void) {
  CHECK_STATUS(ntkw_trainer_save(trainer, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_save(trainer, ""), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_save(trainer, "no_such_folder"), NTKW_ERR_FILE);
  last_error_has("no_such_folder");
  CHECK_STATUS(ntkw_trainer_save(trainer, "no_such_folder/a.h5"), NTKW_ERR_FILE);
}

/* After an error the trainer is unchanged: further steps give the losses of a trainer without the error. */
static void checkpoints_that_cannot_be_resumed(void) {
  static const char other_text[] =
      "return problem { inputs = { {'x', 0, 1} }, outputs = { 'u' }, seed = 99,\n"
      "  conditions = { { 'a', points = 5, on = interior(), equation = function(p) return p.u - p.x end } },\n"
      "  network = { hidden = {4} } }";
  const char *path = scratch_path("other.h5"), *own = scratch_path("own.h5");
  ntkw_problem *other = NULL;
  CHECK_OK(ntkw_problem_read_text("other.lua", other_text, NULL, &other));
  ntkw_trainer *of_other = api_trainer(other, NULL), *undisturbed = api_trainer(problem, NULL);
  CHECK_OK(ntkw_trainer_save(of_other, path)); /* a checkpoint of step 0 */
  CHECK_OK(ntkw_trainer_run(undisturbed, 3, NULL, NULL));
  CHECK_OK(ntkw_trainer_save(undisturbed, own));
  CHECK_OK(ntkw_trainer_run(trainer, 2, NULL, NULL));
  CHECK_STATUS(ntkw_trainer_resume(trainer, path), NTKW_ERR_PROBLEM);
  last_error_has("another problem");
  CHECK_STATUS(ntkw_trainer_resume(trainer, "there_is_none.h5"), NTKW_ERR_FILE);
  CHECK_STATUS(ntkw_trainer_resume(trainer, "."), NTKW_ERR_FILE);
  last_error_has("holds no checkpoint");
  CHECK_STATUS(ntkw_trainer_resume(trainer, NULL), NTKW_ERR_ARGUMENT);
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(trainer), 2);
  CHECK_EQUAL_INT(ntkw_problem_seed(ntkw_trainer_problem(trainer)), 7);
  CHECK_OK(ntkw_trainer_step(trainer));
  CHECK_EQUAL_DOUBLE(ntkw_trainer_losses(trainer)[0], ntkw_trainer_losses(undisturbed)[0]);
  ntkw_trainer_destroy(&of_other);
  ntkw_trainer_destroy(&undisturbed);
  ntkw_problem_destroy(&other);

  /* A checkpoint with another seed than the program's options is refused. */
  ntkw_problem_options options;
  ntkw_problem_options_init(&options);
  options.seed = 8;
  ntkw_problem *seeded = api_problem(&options), *none = NULL;
  ntkw_trainer *of_seed = api_trainer(seeded, NULL);
  CHECK_STATUS(ntkw_trainer_resume(of_seed, own), NTKW_ERR_PROBLEM);
  last_error_has("seed 7; the options of the problem say 8");
  CHECK_EQUAL_INT(ntkw_problem_seed(ntkw_trainer_problem(of_seed)), 8);
  CHECK_STATUS(ntkw_problem_read_checkpoint(MPI_COMM_WORLD, own, &options, &none), NTKW_ERR_PROBLEM);
  CHECK(!none);
  ntkw_trainer_destroy(&of_seed);
  ntkw_problem_destroy(&seeded);
}

static void diverging_runs(void) {
  static const char text[] =
      "return problem { inputs = { {'x', 0, 1} }, outputs = { 'u' },\n"
      "  conditions = { { 'pole', points = 5, on = interior(), equation = function(p) return log(p.u - 1e9) end } },\n"
      "  network = { hidden = {4} } }";
  ntkw_problem *bad = NULL;
  CHECK_OK(ntkw_problem_read_text("bad.lua", text, NULL, &bad));
  ntkw_trainer *of_bad = api_trainer(bad, NULL);
  CHECK_STATUS(ntkw_trainer_run(of_bad, 3, NULL, NULL), NTKW_ERR_NOT_FINITE);
  last_error_has("'pole'");
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(of_bad), 0);
  ntkw_trainer_destroy(&of_bad);
  ntkw_problem_destroy(&bad);
}

static void warnings_of_the_reader(void) {
  static const char text[] =
      "return problem { inputs = { {'x', 0, 1} }, outputs = { 'u', 'idle' },\n"
      "  conditions = { { 'a', points = 5, on = interior(), equation = function(p) return p.u - p.x end } },\n"
      "  network = { hidden = {4} } }";
  ntkw_problem_options options;
  api_warnings warnings = {0};
  ntkw_problem *made = NULL;
  ntkw_problem_options_init(&options);
  options.on_warning = api_note_warning;
  options.data = &warnings;
  CHECK_OK(ntkw_problem_read_text("idle.lua", text, &options, &made));
  CHECK_EQUAL_INT(warnings.n, 1);
  CHECK_TEXT_HAS(warnings.last, "idle");
  ntkw_problem_destroy(&made);
}

static void no_handle(void) {
  double value;
  CHECK_EQUAL_INT(ntkw_problem_input_count(NULL) + ntkw_problem_output_count(NULL), 0);
  CHECK_EQUAL_INT(ntkw_problem_condition_count(NULL) + ntkw_problem_parameter_count(NULL), 0);
  CHECK_EQUAL_INT(ntkw_problem_steps(NULL) + ntkw_problem_seed(NULL), 0);
  CHECK_EQUAL_INT(ntkw_problem_dtype(NULL), NTKW_FLOAT64);
  CHECK(!ntkw_problem_input_name(NULL, 0) && !ntkw_problem_output_name(NULL, 0));
  CHECK(!ntkw_problem_condition_name(NULL, 0) && !ntkw_problem_weighting(NULL) && !ntkw_problem_has_exact(NULL));
  CHECK(!ntkw_problem_input_name(problem, 2) && !ntkw_problem_output_name(problem, -1));
  CHECK(!ntkw_problem_condition_name(problem, 2));
  CHECK_STATUS(ntkw_problem_input_range(NULL, 0, &value, &value), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_problem_input_range(problem, 2, &value, &value), NTKW_ERR_ARGUMENT);
  CHECK_OK(ntkw_problem_input_range(problem, 1, NULL, NULL));
  CHECK(!ntkw_trainer_problem(NULL) && !ntkw_trainer_losses(NULL) && !ntkw_trainer_weights(NULL));
  CHECK_EQUAL_INT(ntkw_trainer_steps_done(NULL) + ntkw_trainer_parameter_count(NULL), 0);
  CHECK_STATUS(ntkw_trainer_step(NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_run(NULL, 1, NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_measure(NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_evaluate(NULL, 0, NULL, 0, NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_error(NULL, &value), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_save(NULL, "a.h5"), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_resume(NULL, "a.h5"), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_shard(NULL, NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_get_parameters(NULL, &value), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_trainer_get_parameters(trainer, NULL), NTKW_ERR_ARGUMENT);
  ntkw_trainer_destroy(NULL);
  ntkw_problem_destroy(NULL);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(problems_that_cannot_be_read),
                                    TEST(options_out_of_range),
                                    TEST(options_of_an_older_version),
                                    TEST(trainers_that_cannot_be_made),
                                    TEST(ranks_that_disagree),
                                    TEST(points_and_quantities),
                                    TEST(paths_that_cannot_be_saved_to),
                                    TEST(checkpoints_that_cannot_be_resumed),
                                    TEST(diverging_runs),
                                    TEST(warnings_of_the_reader),
                                    TEST(no_handle)};
  suite_fixture(make, free_all);
  return run_suite("refusals of the trainer library", cases, sizeof cases / sizeof *cases, argc, argv);
}
