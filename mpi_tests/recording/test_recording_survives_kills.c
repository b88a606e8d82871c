/* If a recording is killed at any time, its file has whole steps and can be continued. The file is copied at each
 * write, with that write not done, half done and done, as a kill at that time leaves it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "harness.h"
#include "ntkw/recording.h"
#include "recording/journal.h"
#include "recording/reader.h"

enum { PARAMETERS = 40, STEPS = 66, EVERY = 3 }; /* 66: the tables grow beyond their first chunk */
static const char *const names[] = {"a", "b"};

static ntkw_recording_options setup(double first_weight) {
  static const ntkw_recording_piece piece = {0, PARAMETERS};
  static double weights[2];
  weights[0] = first_weight;
  weights[1] = 1;
  ntkw_recording_options o;
  ntkw_recording_options_init(&o);
  o.update_every = EVERY;
  o.parameter_count = PARAMETERS;
  o.initial_weights = weights;
  o.n_pieces = 1;
  o.pieces = &piece;
  return o;
}

static double value_at(int64_t epoch, int condition, int i) {
  return (double)(epoch * 1000 + condition * 100 + i);
}

/* Record the epochs from first to last - 1 at which an update is due. */
static void record(ntkw_recording *recording, int64_t first, int64_t last) {
  double values[2][PARAMETERS];
  const void *shards[] = {values[0], values[1]};
  for (int64_t epoch = first; epoch < last; epoch += EVERY) {
    for (int c = 0; c < 2; c++)
      for (int i = 0; i < PARAMETERS; i++) values[c][i] = value_at(epoch, c, i);
    const double losses[] = {(double)epoch, 1}, weights[] = {2, (double)epoch};
    const ntkw_recording_step step = {epoch, 0, true, losses, weights, 3 * (double)epoch, NULL};
    CHECK_OK(ntkw_recording_record(recording, &step, shards));
  }
}

/* Check that all steps in the file are whole. Returns their number, or -1. */
static int64_t whole_steps(const char *path, bool complete) {
  recorded_run *t = NULL;
  double values[2 * PARAMETERS];
  if (ntkw_i_recording_read(path, &t) != NTKW_SUCCESS) return -1;
  int64_t wrong = t->complete != complete;
  for (int64_t s = 0; s < t->n_steps; s++) {
    const int64_t epoch = s * EVERY;
    wrong += t->epoch[s] != epoch || t->losses[2 * s] != (double)epoch || t->weights[2 * s + 1] != (double)epoch;
    wrong += t->total[s] != 3 * (double)epoch || !t->updated[s] || t->norms[2 * s] <= 0;
    wrong += ntkw_i_recording_read_gradients(t, s, 0, PARAMETERS, values) != NTKW_SUCCESS;
    for (int c = 0; c < 2; c++)
      for (int i = 0; i < PARAMETERS; i++) wrong += values[c * PARAMETERS + i] != value_at(epoch, c, i);
  }
  const int64_t steps = wrong ? -1 : t->n_steps;
  ntkw_i_recording_close(&t);
  return steps;
}

static char *load(int fd, size_t *length) {
  struct stat about;
  CHECK(fstat(fd, &about) == 0);
  *length = (size_t)about.st_size;
  char *bytes = malloc(*length + 1);
  CHECK(pread(fd, bytes, *length, 0) == (ssize_t)*length);
  return bytes;
}

static void save(const char *path, const char *bytes, size_t length) {
  FILE *file = fopen(path, "wb");
  CHECK(file && fwrite(bytes, 1, length, file) == length);
  if (file) fclose(file);
}

static int64_t n_writes, least, n_bad, n_continued;

/* Check that the file can be read, and for every 16th write that it can be continued from an earlier step, as after a
 * restart from a checkpoint. */
static void judge(const char *path) {
  const int64_t steps = whole_steps(path, false);
  n_bad += steps < least || steps > least + 1;
  if (n_writes % 16 != 0 || steps < 0) return;
  const ntkw_recording_options o = setup(1);
  const int64_t epoch = steps > 2 ? (steps - 2) * EVERY : 0;
  ntkw_recording *recording = NULL;
  CHECK_OK(ntkw_recording_continue(MPI_COMM_SELF, path, 2, names, &o, epoch, &recording));
  if (!recording) return;
  record(recording, epoch, epoch + 5 * EVERY);
  CHECK_OK(ntkw_recording_close(&recording));
  CHECK_EQUAL_INT(whole_steps(path, true), epoch / EVERY + 5);
  n_continued++;
}

static void before_a_write(int fd, const void *bytes, size_t length, int64_t at) {
  size_t size;
  void (*const hook)(int, const void *, size_t, int64_t) = ntkw_i_journal_hook;
  char *old = load(fd, &size), path[600];
  const size_t end = (size_t)at + length, larger = end > size ? end : size;
  char *changed = calloc(larger, 1);
  snprintf(path, sizeof path, "%s", scratch_path("killed.h5"));
  ntkw_i_journal_hook = NULL; /* the hook must not be called for the continued recording */
  for (int half = 0; half <= 2; half++) {
    const size_t done = length * (size_t)half / 2;
    memcpy(changed, old, size);
    memcpy(changed + at, bytes, done);
    save(path, changed, (size_t)at + done > size ? (size_t)at + done : size);
    judge(path);
  }
  ntkw_i_journal_hook = hook;
  free(changed);
  free(old);
  n_writes++;
}

static void a_kill_leaves_whole_steps(void) {
  const ntkw_recording_options o = setup(1);
  ntkw_recording *recording = NULL;
  char path[600];
  if (world_rank() > 0) return;
  snprintf(path, sizeof path, "%s", scratch_path("run.h5"));
  CHECK_OK(ntkw_recording_create(MPI_COMM_SELF, path, 2, names, &o, &recording));
  for (least = 0; recording && least < STEPS; least++) {
    ntkw_i_journal_hook = least < 3 || least >= 62 ? before_a_write : NULL;
    record(recording, least * EVERY, least * EVERY + 1);
  }
  ntkw_i_journal_hook = NULL;
  CHECK_EQUAL_INT(n_bad, 0);
  CHECK(n_writes > 50 && n_continued > 10);
  CHECK_OK(ntkw_recording_close(&recording));
  CHECK_EQUAL_INT(whole_steps(path, true), STEPS);
}

static void refused(const char *path, const ntkw_recording_options *o, int n, int64_t epoch, const char *part) {
  ntkw_recording *recording = NULL;
  CHECK_STATUS(ntkw_recording_continue(MPI_COMM_SELF, path, n, names, o, epoch, &recording), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), part);
  CHECK(!recording);
  CHECK_EQUAL_INT(whole_steps(path, true), STEPS);
}

static void only_the_same_setup_goes_on(void) {
  char path[600];
  if (world_rank() > 0) return;
  snprintf(path, sizeof path, "%s", scratch_path("run.h5"));
  ntkw_recording_options o = setup(1);
  refused(path, &o, 1, 9, "conditions differ");
  refused(path, &o, 2, STEPS * EVERY + 1, "is missing before 199");
  o.alpha = 0.25;
  refused(path, &o, 2, 9, "rule, alpha or update_every differ");
  o = setup(1);
  o.traces = true;
  refused(path, &o, 2, 9, "traces' differ");
  o = setup(7);
  refused(path, &o, 2, 0, "weights at the beginning differ");
  const char *text = scratch_path("text.h5");
  save(text, "no trace", 8);
  ntkw_recording *recording = NULL, *again = NULL;
  o = setup(1);
  CHECK_STATUS(ntkw_recording_continue(MPI_COMM_SELF, text, 2, names, &o, 9, &recording), NTKW_ERR_FORMAT);
  CHECK_STATUS(ntkw_recording_continue(MPI_COMM_SELF, scratch_path("none.h5"), 2, names, &o, 9, &recording),
               NTKW_ERR_FILE);
  CHECK_OK(ntkw_recording_continue(MPI_COMM_SELF, path, 2, names, &o, STEPS * EVERY, &recording)); /* nothing is cut */
  CHECK_EQUAL_INT(ntkw_recording_steps(recording), STEPS);
  CHECK_STATUS(ntkw_recording_continue(MPI_COMM_SELF, path, 2, names, &o, 9, &again), NTKW_ERR_FILE);
  CHECK_TEXT_HAS(ntkw_last_error(), "by another process");
  CHECK_OK(ntkw_recording_close(&recording));
  CHECK_EQUAL_INT(whole_steps(path, true), STEPS);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(a_kill_leaves_whole_steps), TEST(only_the_same_setup_goes_on)};
  return run_suite("recordings of killed runs", cases, sizeof cases / sizeof *cases, argc, argv);
}
