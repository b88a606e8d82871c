/* The asynchronous mode writes the bytes that ntkw_checkpoint_publish writes, with the values at the beginning of the
 * publication. */
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void bytes_are_those_of_publish(void) {
  char path[2][600];
  unsigned char *bytes[2];
  size_t length[2];
  for (uint64_t cut_seed = 0; cut_seed < 4; cut_seed++) {
    for (int i = 0; i < 2; i++) {
      state_asynchronous = i == 1;
      snprintf(path[i], sizeof path[i], "%s", scratch_path(i ? "beside.h5" : "plain.h5"));
      CHECK_OK(publish_state(MPI_COMM_WORLD, path[i], 3, cut_seed));
      bytes[i] = get_file(path[i], &length[i]);
    }
    CHECK_EQUAL_INT(length[0], length[1]);
    if (world_rank() == 0 && length[0] == length[1]) CHECK(memcmp(bytes[0], bytes[1], length[0]) == 0);
    free(bytes[0]);
    free(bytes[1]);
  }
  state_asynchronous = false;
  check_state(MPI_COMM_WORLD, path[1], 3, 9);
}

enum { N = 300000 };
static double values[2][N];

/* Create a checkpoint with this rank's part of a large array. */
static ntkw_checkpoint *state(const char *path, int which, double first) {
  ntkw_checkpoint *checkpoint = NULL;
  const int64_t n = (int64_t)N * world_size();
  for (int i = 0; i < N; i++) values[which][i] = first + (double)i;
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  CHECK_OK(ntkw_checkpoint_add_array(checkpoint, "values", "1", NTKW_FLOAT64, 1, &n, (int64_t)N * world_rank(), N,
                                     values[which]));
  return checkpoint;
}

static void expect_values(const char *path, double first) {
  ntkw_checkpoint_reader *reader = NULL;
  static double back[N];
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  if (!reader) return;
  CHECK_OK(ntkw_checkpoint_reader_read_array(reader, "values", NTKW_FLOAT64, (int64_t)N * world_rank(), N, back));
  int same = 1;
  for (int i = 0; i < N; i++) same = same && back[i] == first + (double)i;
  CHECK(same);
  ntkw_checkpoint_reader_close(&reader);
}

static void spoil(int which) {
  for (int i = 0; i < N; i++) values[which][i] = -1.0;
}

/* A relative path belongs to the working folder at ntkw_checkpoint_create, even if the working folder changes later. */
static void the_working_folder_may_change(void) {
  char before[600] = "", path[600];
  const char *folder = new_folder("changed");
  snprintf(path, sizeof path, "%s/state.h5", folder);
  CHECK(getcwd(before, sizeof before) != NULL);
  for (int beside = 0; beside < 2; beside++) {
    CHECK(chdir(folder) == 0);
    ntkw_checkpoint *checkpoint = state("state.h5", 0, 7.0 + beside);
    if (beside) CHECK_OK(ntkw_checkpoint_publish_begin(checkpoint));
    CHECK(chdir(before) == 0);
    CHECK_OK(beside ? ntkw_checkpoint_publish_end(checkpoint) : ntkw_checkpoint_publish(checkpoint));
    ntkw_checkpoint_destroy(&checkpoint);
    CHECK_EQUAL_INT(count_files(folder, "state.h5"), 1);
    expect_values(path, 7.0 + beside);
    CHECK_EQUAL_INT(count_files(before, "state.h5"), 0);
  }
}

static void two_in_one_folder(void) {
  const char *folder = new_folder("two");
  char path[2][600];
  ntkw_checkpoint *checkpoints[2];
  bool done[2] = {false, false};
  for (int k = 0; k < 2; k++) {
    snprintf(path[k], sizeof path[k], "%s/step-%d.h5", folder, k);
    checkpoints[k] = state(path[k], k, 1000.0 * k + world_rank());
    CHECK_OK(ntkw_checkpoint_publish_begin(checkpoints[k]));
    spoil(k);
  }
  while (!done[0] || !done[1])
    for (int k = 0; k < 2; k++)
      if (!done[k]) CHECK_OK(ntkw_checkpoint_publish_test(checkpoints[k], &done[k]));
  for (int k = 0; k < 2; k++) {
    CHECK_OK(ntkw_checkpoint_publish_end(checkpoints[k]));
    ntkw_checkpoint_destroy(&checkpoints[k]);
  }
  CHECK_EQUAL_INT(count_files(folder, "step-"), 2);
  for (int k = 0; k < 2; k++) expect_values(path[k], 1000.0 * k + world_rank());
}

static void destruction_comes_to_the_end_first(void) {
  const char *folder = new_folder("destroyed");
  char path[600];
  snprintf(path, sizeof path, "%s/step-1.h5", folder);
  ntkw_checkpoint *checkpoint = state(path, 0, 7.0);
  CHECK_OK(ntkw_checkpoint_publish_begin(checkpoint));
  spoil(0);
  ntkw_checkpoint_destroy(&checkpoint);
  CHECK(checkpoint == NULL);
  CHECK_EQUAL_INT(count_files(folder, "step-"), 1);
  expect_values(path, 7.0);
  snprintf(path, sizeof path, "%s/none/step-1.h5", folder); /* a publication that fails */
  checkpoint = state(path, 0, 7.0);
  CHECK_OK(ntkw_checkpoint_publish_begin(checkpoint));
  ntkw_checkpoint_destroy(&checkpoint);
}

static void the_order_of_calls_is_checked(void) {
  char path[600];
  bool done = true;
  snprintf(path, sizeof path, "%s", scratch_path("order.h5"));
  ntkw_checkpoint *checkpoint = state(path, 0, 1.0);
  CHECK_STATUS(ntkw_checkpoint_publish_test(checkpoint, &done), NTKW_ERR_ORDER);
  CHECK(!done);
  CHECK_STATUS(ntkw_checkpoint_publish_end(checkpoint), NTKW_ERR_ORDER);
  CHECK_STATUS(ntkw_checkpoint_publish_test(checkpoint, NULL), NTKW_ERR_ARGUMENT);
  CHECK_OK(ntkw_checkpoint_publish_begin(checkpoint));
  CHECK_STATUS(ntkw_checkpoint_publish_begin(checkpoint), NTKW_ERR_ORDER);
  CHECK_STATUS(ntkw_checkpoint_publish(checkpoint), NTKW_ERR_ORDER);
  CHECK_STATUS(ntkw_checkpoint_set_integer(checkpoint, "step", 1), NTKW_ERR_ORDER);
  CHECK_TEXT_HAS(ntkw_last_error(), "is under way");
  CHECK_STATUS(ntkw_checkpoint_set_transfer(checkpoint, NTKW_TRANSFER_MPI_IO), NTKW_ERR_ORDER);
  CHECK_OK(ntkw_checkpoint_publish_end(checkpoint));
  spoil(0);
  for (int i = 0; i < N; i++) values[0][i] = 5.0 + i; /* once more, with other values in the same places */
  CHECK_OK(ntkw_checkpoint_publish_begin(checkpoint));
  CHECK_OK(ntkw_checkpoint_publish_end(checkpoint));
  expect_values(path, 5.0);
  CHECK_OK(ntkw_checkpoint_set_transfer(checkpoint, NTKW_TRANSFER_MPI_IO));
  const ntkw_status status = ntkw_checkpoint_publish_begin(checkpoint);
  check_same_verdict(status);
  CHECK_STATUS(status, NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "not over MPI-IO");
  ntkw_checkpoint_destroy(&checkpoint);
}

static volatile sig_atomic_t caught;
static pthread_t here;
static void note(int number) {
  (void)number;
  caught += pthread_equal(pthread_self(), here) ? 1 : 1000;
}

/* A signal to the process is delivered to the main thread, not to a thread of the library. */
static void threads_get_no_signals(void) {
  struct sigaction action = {.sa_handler = note}, before;
  here = pthread_self();
  sigaction(SIGUSR2, &action, &before);
  char path[600];
  snprintf(path, sizeof path, "%s", scratch_path("signals.h5"));
  ntkw_checkpoint *checkpoint = state(path, 0, 2.0);
  CHECK_OK(ntkw_checkpoint_publish_begin(checkpoint));
  for (int i = 0; i < 20; i++) {
    kill(getpid(), SIGUSR2);
    bool done;
    CHECK_OK(ntkw_checkpoint_publish_test(checkpoint, &done));
    nanosleep(&(struct timespec){0, 500000}, NULL);
  }
  CHECK_OK(ntkw_checkpoint_publish_end(checkpoint));
  CHECK_EQUAL_INT(caught, 20);
  ntkw_checkpoint_destroy(&checkpoint);
  sigaction(SIGUSR2, &before, NULL);
  expect_values(path, 2.0);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {
      TEST(bytes_are_those_of_publish),         TEST(the_working_folder_may_change), TEST(two_in_one_folder),
      TEST(destruction_comes_to_the_end_first), TEST(the_order_of_calls_is_checked), TEST(threads_get_no_signals)};
  return run_suite("checkpoint beside a computation", cases, sizeof cases / sizeof *cases, argc, argv);
}
