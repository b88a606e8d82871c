/* Bad arguments on one rank, shards that do not cover the parameters, and values that are not finite give the same
 * error on every rank. A failed creation leaves no file, and a refused step is not in the file. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "harness.h"
#include "ntkw/recording.h"
#include "recording/reader.h"

enum { PER_RANK = 40 };
static const char *const names[] = {"a", "b"};
static ntkw_recording_piece piece;

static ntkw_recording_options options_of(int64_t offset, int64_t count) {
  ntkw_recording_options o;
  ntkw_recording_options_init(&o);
  piece = (ntkw_recording_piece){offset, count};
  o.parameter_count = (int64_t)PER_RANK * world_size();
  o.n_pieces = 1;
  o.pieces = &piece;
  return o;
}

static ntkw_recording_options good(void) {
  return options_of((int64_t)PER_RANK * world_rank(), PER_RANK);
}

static void refuse(const ntkw_recording_options *o, ntkw_status expected, const char *part) {
  ntkw_recording *recording = NULL;
  const char *path = scratch_path("refused.h5");
  CHECK_STATUS(ntkw_recording_create(MPI_COMM_WORLD, path, 2, names, o, &recording), expected);
  CHECK_TEXT_HAS(ntkw_last_error(), part);
  CHECK(!recording);
  MPI_Barrier(MPI_COMM_WORLD);
  CHECK(access(path, F_OK) != 0);
}

static void arguments_of_one_rank(void) {
  const bool last = world_rank() == world_size() - 1;
  ntkw_recording_options o = good();
  if (last) o.alpha = NAN;
  refuse(&o, NTKW_ERR_ARGUMENT, "alpha of a recording is");
  o = good();
  if (last) piece.count = PER_RANK + 1;
  refuse(&o, NTKW_ERR_ARGUMENT, "piece 0 of a recording's shard");
  const ntkw_recording_segment segment = {"all but one", 1, {o.parameter_count - 1}};
  o = good();
  o.n_segments = 1;
  o.segments = &segment;
  refuse(&o, NTKW_ERR_ARGUMENT, "the segments of a recording have");
  o = good();
  o.rule = "a rule whose name is longer than any";
  refuse(&o, NTKW_ERR_ARGUMENT, "the rule of a recording has 36 characters");
}

static void shards_that_do_not_cover(void) {
  ntkw_recording_options o = options_of((int64_t)PER_RANK * world_rank(), world_rank() == 0 ? PER_RANK - 1 : PER_RANK);
  refuse(&o, NTKW_ERR_COUNT, "parameter 39 of a recording is in no rank's pieces");
  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  o = options_of((int64_t)PER_RANK * world_rank() - (world_rank() == 1), PER_RANK + (world_rank() == 1));
  refuse(&o, NTKW_ERR_COUNT, "parameter 39 of a recording is in several pieces");
  o = good();
  o.dtype = world_rank() == 1 ? NTKW_FLOAT32 : NTKW_FLOAT64;
  refuse(&o, NTKW_ERR_DISAGREE, "the dtypes of a recording differ");
}

static const double losses[] = {1, 2}, weights[] = {1, 1};
static double values[2][PER_RANK];
static const void *const shards[] = {values[0], values[1]};

static void record_bad_steps(ntkw_recording *recording) {
  const bool last = world_rank() == world_size() - 1;
  const double bad[] = {1, INFINITY};
  ntkw_recording_step step = {1, 0, true, losses, weights, 3, NULL};
  if (last) step.losses = bad;
  CHECK_STATUS(ntkw_recording_record(recording, &step, shards), NTKW_ERR_NOT_FINITE);
  CHECK_TEXT_HAS(ntkw_last_error(), "condition 'b'");
  step = (ntkw_recording_step){last ? -1 : 1, 0, true, losses, weights, 3, NULL};
  CHECK_STATUS(ntkw_recording_record(recording, &step, shards), NTKW_ERR_ARGUMENT);
  step.epoch = 1;
  if (last) values[0][7] = NAN;
  CHECK_STATUS(ntkw_recording_record(recording, &step, shards), NTKW_ERR_NOT_FINITE);
  CHECK_TEXT_HAS(ntkw_last_error(), "condition 'a' to be recorded has 1 values");
  values[0][7] = 0;
  CHECK_STATUS(ntkw_recording_record(recording, &step, last ? NULL : shards), NTKW_ERR_ARGUMENT);
  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  step.total = last ? 4 : 3;
  CHECK_STATUS(ntkw_recording_record(recording, &step, shards), NTKW_ERR_DISAGREE);
  CHECK_TEXT_HAS(ntkw_last_error(), "the totals of a step to be recorded differ");
}

/* Without room for a step the step is refused and the file unchanged. A limit on the file size stands in for a full
 * disk. */
static void record_without_room(ntkw_recording *recording) {
  const ntkw_recording_step step = {1, 0, true, losses, weights, 3, NULL};
  struct rlimit before, tight;
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &before);
  tight = before;
  tight.rlim_cur = 1 << 15;
  setrlimit(RLIMIT_FSIZE, &tight);
  CHECK_STATUS(ntkw_recording_record(recording, &step, shards), NTKW_ERR_FILE);
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK_TEXT_HAS(ntkw_last_error(), "bad-steps.h5");
}

/* Check a copy of the file before HDF5 has closed it, as a killed run leaves it. */
static void check_copy(const char *path) {
  const char *copy = scratch_path("copy.h5");
  recorded_run *t = NULL;
  char line[600];
  snprintf(line, sizeof line, "cp %s %s", path, copy);
  if (world_rank() == 0) CHECK(system(line) == 0);
  MPI_Barrier(MPI_COMM_WORLD);
  CHECK_OK(ntkw_i_recording_open(MPI_COMM_WORLD, copy, &t));
  CHECK(t && t->n_steps == 2 && t->epoch[1] == 9);
  ntkw_i_recording_close(&t);
}

static void refused_steps_are_not_in_the_file(void) {
  const ntkw_recording_options o = good();
  const char *path = scratch_path("bad-steps.h5");
  ntkw_recording *recording = NULL;
  ntkw_recording_step step = {0, 0, true, losses, weights, 3, NULL};
  for (int i = 0; i < PER_RANK; i++) values[0][i] = values[1][i] = world_rank() + 1;
  CHECK_OK(ntkw_recording_create(MPI_COMM_WORLD, path, 2, names, &o, &recording));
  CHECK_OK(ntkw_recording_record(recording, &step, shards));
  record_bad_steps(recording);
  record_without_room(recording);
  step.epoch = 9;
  CHECK_OK(ntkw_recording_record(recording, &step, shards));
  check_copy(path);
  CHECK_OK(ntkw_recording_close(&recording));
  CHECK(!recording);
  CHECK_OK(ntkw_recording_close(&recording));
  CHECK_STATUS(ntkw_recording_create(MPI_COMM_WORLD, path, 2, names, &o, &recording), NTKW_ERR_FILE);
  CHECK_TEXT_HAS(ntkw_last_error(), "File exists");
  CHECK(access(path, F_OK) == 0);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(arguments_of_one_rank), TEST(shards_that_do_not_cover),
                                    TEST(refused_steps_are_not_in_the_file)};
  return run_suite("refused recordings", cases, sizeof cases / sizeof *cases, argc, argv);
}
