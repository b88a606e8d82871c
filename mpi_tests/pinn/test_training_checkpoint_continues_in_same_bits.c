/* A run that is checkpointed and continued equals the uninterrupted run in every bit, also with another number of
 * ranks. A checkpoint of another problem is refused, and the message names the difference. */
#include "pinn/state/training_checkpoint.h"
#include "training_checkpoint_fixture.h"
#include "training_fixture.h"

#include <math.h>
#include <stdlib.h>

enum { HALF = 6 };

static void steps(trainer *t, const problem *pde, history *past, int n) {
  bool stop = false;
  for (int i = 0; i < n; i++) {
    const int64_t step = trainer_steps_done(t);
    CHECK_OK(trainer_step(t, &stop));
    double *row = history_append(past, history_columns(pde));
    row[0] = (double)step;
    for (int c = 0; c < pde->n_conditions; c++) {
      row[history_loss_column(c)] = trainer_losses(t)[c];
      row[history_weight_column(pde, c)] = trainer_weights(t)[c];
    }
  }
}

static void check_same(trainer *a, trainer *b, const history *past_a, const history *past_b, size_t width) {
  const trainer_state x = trainer_get_state(a), y = trainer_get_state(b);
  CHECK(memcmp(x.parameters, (char *)y.parameters + (size_t)(x.offset - y.offset) * width, (size_t)x.count * width) ==
        0);
  CHECK(memcmp(state_values(a, "adam_moment2"),
               (char *)state_values(b, "adam_moment2") + (size_t)(x.offset - y.offset) * width,
               (size_t)x.count * width) == 0);
  CHECK_EQUAL_INT(past_a->n_rows, past_b->n_rows);
  CHECK(memcmp(past_a->rows, past_b->rows, (size_t)(past_a->n_rows * past_a->n_columns) * sizeof(double)) == 0);
}

/* Train HALF steps on `first` in lanes of so many rows, checkpoint, continue on `second` with a problem file that has no
 * lane_rows, and compare with 2 * HALF steps on one rank. */
static void interrupt_lanes(int rows, const char *layers, MPI_Comm first, MPI_Comm second, const char *path,
                            const char *precision, const char *rule) {
  problem *pde = wave_problem_of(layers, precision, rule, 4), *fresh = wave_problem_of(layers, precision, "none", 1);
  trainer *before, *after, *whole;
  history past_before = {0}, past_after = {0}, past_whole = {0};
  ntkw_checkpoint_reader *reader;
  pde->lane_rows = rows;
  CHECK_OK(trainer_create(MPI_COMM_SELF, pde, &whole));
  steps(whole, pde, &past_whole, 2 * HALF);
  if (first != MPI_COMM_NULL) {
    CHECK_OK(trainer_create(first, pde, &before));
    steps(before, pde, &past_before, HALF);
    publish_training_checkpoint(before, pde, &past_before, path);
    trainer_destroy(&before);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  if (second != MPI_COMM_NULL) {
    fresh->seed = 99; /* the checkpoint's seed must replace this */
    CHECK_OK(ntkw_checkpoint_reader_open(second, path, &reader));
    CHECK_OK(training_checkpoint_read_settings(reader, path, fresh));
    CHECK_EQUAL_INT(fresh->seed, pde->seed);
    CHECK_EQUAL_INT(fresh->lane_rows, rows);
    CHECK_OK(trainer_create(second, fresh, &after));
    CHECK_OK(training_checkpoint_read(reader, after, &past_after));
    CHECK_EQUAL_INT(trainer_steps_done(after), HALF);
    steps(after, fresh, &past_after, HALF);
    check_same(after, whole, &past_after, &past_whole, strcmp(precision, "float32") == 0 ? 4 : 8);
    trainer_destroy(&after);
    ntkw_checkpoint_reader_close(&reader);
  }
  trainer_destroy(&whole);
  history_free(&past_before);
  history_free(&past_after);
  history_free(&past_whole);
  problem_destroy(&pde);
  problem_destroy(&fresh);
}

static void interrupt_of(const char *layers, MPI_Comm first, MPI_Comm second, const char *path, const char *precision,
                         const char *rule) {
  interrupt_lanes(DEFAULT_LANE_ROWS, layers, first, second, path, precision, rule);
}

static void interrupt(MPI_Comm first, MPI_Comm second, const char *path, const char *precision, const char *rule) {
  interrupt_of("hidden = {13, 10}", first, second, path, precision, rule);
}

static void on_the_same_ranks(void) {
  interrupt(MPI_COMM_WORLD, MPI_COMM_WORLD, scratch_path("same.h5"), "float64", "gradient-share");
  interrupt(MPI_COMM_WORLD, MPI_COMM_WORLD, scratch_path("same32.h5"), "float32", "ntk-trace");
}

static void on_other_ranks(void) {
  MPI_Comm first_rank;
  MPI_Comm_split(MPI_COMM_WORLD, world_rank() == 0 ? 0 : MPI_UNDEFINED, 0, &first_rank);
  interrupt(MPI_COMM_WORLD, first_rank, scratch_path("fewer.h5"), "float32", "inverse-gradient-norm");
  interrupt(first_rank, MPI_COMM_WORLD, scratch_path("more.h5"), "float64", "none");
  interrupt_of(RESIDUAL_NETWORK, MPI_COMM_WORLD, first_rank, scratch_path("residual.h5"), "float32", "ntk-trace");
  interrupt_of(RESIDUAL_NETWORK, first_rank, MPI_COMM_WORLD, scratch_path("wide.h5"), "float64", "gradient-share");
  if (first_rank != MPI_COMM_NULL) MPI_Comm_free(&first_rank);
}

static void with_other_lanes_than_the_default(void) {
  MPI_Comm first_rank;
  MPI_Comm_split(MPI_COMM_WORLD, world_rank() == 0 ? 0 : MPI_UNDEFINED, 0, &first_rank);
  interrupt_lanes(SHORT_LANE_ROWS, "hidden = {13, 10}", MPI_COMM_WORLD, first_rank, scratch_path("short.h5"), "float64",
                  "gradient-share");
  interrupt_lanes(256, "hidden = {13, 10}", first_rank, MPI_COMM_WORLD, scratch_path("long.h5"), "float32",
                  "mean-ntk-trace");
  if (first_rank != MPI_COMM_NULL) MPI_Comm_free(&first_rank);
}

static trainer *trainer_with(problem *pde, const char *optimizer) {
  trainer *t;
  pde->optimizer = optimizer_defaults(optimizer_find(optimizer));
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  return t;
}

static int64_t rows_of(trainer *t, const char *name) {
  array_entry array = {.shape = {-1, -1}};
  CHECK(trainer_find_array(t, name, &array));
  return array.shape[0];
}

/* Read a checkpoint into a trainer whose optimizer or its options may differ from those of the checkpoint. */
static void resume_with(const char *path, problem *pde, trainer **t, history *past) {
  ntkw_checkpoint_reader *reader;
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  CHECK_OK(training_checkpoint_read_settings(reader, path, pde));
  CHECK_OK(training_checkpoint_read(reader, *t, past));
  ntkw_checkpoint_reader_close(&reader);
}

/* A run can continue with another optimizer, which starts without a state. Its checkpoints name the new optimizer. */
static void another_optimizer_begins_anew(void) {
  problem *pde = wave_problem("float64", "none", 1);
  history past[3] = {{0}, {0}, {0}};
  trainer *first = trainer_with(pde, "adam"), *second, *third;
  const char *one = scratch_path("adam.h5"), *two = scratch_path("lbfgs.h5");
  steps(first, pde, &past[0], 3);
  publish_training_checkpoint(first, pde, &past[0], one);
  second = trainer_with(pde, "lbfgs");
  resume_with(one, pde, &second, &past[1]);
  CHECK_EQUAL_INT(trainer_steps_done(second), 3);
  CHECK_EQUAL_INT(rows_of(second, "lbfgs_s"), 0);
  steps(second, pde, &past[1], 2);
  CHECK_EQUAL_INT(rows_of(second, "lbfgs_s"), 2);
  publish_training_checkpoint(second, pde, &past[1], two);
  third = trainer_with(pde, "lbfgs");
  resume_with(two, pde, &third, &past[2]);
  CHECK_EQUAL_INT(rows_of(third, "lbfgs_y"), 2);
  steps(second, pde, &past[1], 2);
  steps(third, pde, &past[2], 2);
  const trainer_state a = trainer_get_state(second), b = trainer_get_state(third);
  CHECK(memcmp(a.parameters, b.parameters, (size_t)a.count * sizeof(double)) == 0);
  trainer_destroy(&first);
  trainer_destroy(&second);
  trainer_destroy(&third);
  for (int i = 0; i < 3; i++) history_free(&past[i]);
  problem_destroy(&pde);
}

/* The first step of Adam after L-BFGS is a first step of Adam: it changes each parameter by about the rate. */
static void steps_of_another_optimizer_do_not_count(void) {
  problem *pde = wave_problem("float64", "none", 1);
  history past[2] = {{0}, {0}};
  trainer *first = trainer_with(pde, "lbfgs"), *second;
  const char *path = scratch_path("before.h5");
  steps(first, pde, &past[0], 4);
  publish_training_checkpoint(first, pde, &past[0], path);
  second = trainer_with(pde, "adam");
  resume_with(path, pde, &second, &past[1]);
  const trainer_state state = trainer_get_state(second);
  double before[200];
  memcpy(before, state.parameters, (size_t)state.count * sizeof *before);
  steps(second, pde, &past[1], 1);
  for (int64_t i = 0; i < state.count; i++) CHECK_NEAR(fabs(((double *)state.parameters)[i] - before[i]), 1e-3, 1e-5);
  trainer_destroy(&first);
  trainer_destroy(&second);
  for (int i = 0; i < 2; i++) history_free(&past[i]);
  problem_destroy(&pde);
}

/* A smaller memory keeps the newest pairs. */
static void a_smaller_memory_forgets_the_oldest(void) {
  problem *pde = wave_problem("float32", "none", 1);
  history past[2] = {{0}, {0}};
  trainer *first = trainer_with(pde, "lbfgs"), *second = NULL;
  const char *path = scratch_path("many.h5");
  steps(first, pde, &past[0], 5);
  CHECK_EQUAL_INT(rows_of(first, "lbfgs_s"), 5);
  publish_training_checkpoint(first, pde, &past[0], path);
  pde->optimizer.values[0] = 2;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &second));
  resume_with(path, pde, &second, &past[1]);
  CHECK_EQUAL_INT(rows_of(second, "lbfgs_s"), 5);
  steps(second, pde, &past[1], 1);
  CHECK_EQUAL_INT(rows_of(second, "lbfgs_s"), 2);
  trainer_destroy(&first);
  trainer_destroy(&second);
  for (int i = 0; i < 2; i++) history_free(&past[i]);
  problem_destroy(&pde);
}

static void other_problems_are_refused(void) {
  problem *pde = wave_problem("float64", "none", 1), *other = wave_problem("float64", "none", 1);
  trainer *t;
  history past = {0};
  ntkw_checkpoint_reader *reader;
  const char *path = scratch_path("other.h5");
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  steps(t, pde, &past, 1);
  publish_training_checkpoint(t, pde, &past, path);
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  other->network.hidden[0] = 14;
  CHECK_STATUS(training_checkpoint_read_settings(reader, path, other), NTKW_ERR_PROBLEM);
  CHECK_TEXT_HAS(ntkw_last_error(), "network.hidden is {13, 10} in the checkpoint, {14, 10} in the problem file");
  other->network.hidden[0] = 13;
  other->upper[1] = 2.0;
  CHECK_STATUS(training_checkpoint_read_settings(reader, path, other), NTKW_ERR_PROBLEM);
  CHECK_TEXT_HAS(ntkw_last_error(), "{\"x\", 0, 2} } in the problem file");
  ntkw_checkpoint_reader_close(&reader);
  trainer_destroy(&t);
  history_free(&past);
  problem_destroy(&pde);
  problem_destroy(&other);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(on_the_same_ranks),
                                    TEST(on_other_ranks),
                                    TEST(with_other_lanes_than_the_default),
                                    TEST(another_optimizer_begins_anew),
                                    TEST(steps_of_another_optimizer_do_not_count),
                                    TEST(a_smaller_memory_forgets_the_oldest),
                                    TEST(other_problems_are_refused)};
  return run_suite("training checkpoint", cases, sizeof cases / sizeof *cases, argc, argv);
}
