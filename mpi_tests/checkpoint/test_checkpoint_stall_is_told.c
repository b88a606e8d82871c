/* If a rank is late, the stall callback of the waiting ranks is called again and again. */
#include "support.h"

#include <stdio.h>
#include <time.h>

typedef struct calls {
  int n;
  double first, last;
} calls;

static void count(void *data, double seconds) {
  calls *so_far = data;
  if (so_far->n++ == 0) so_far->first = seconds;
  so_far->last = seconds;
}

static void come_late(int rank) {
  if (world_rank() == rank) nanosleep(&(struct timespec){0, 400000000}, NULL);
}

static ntkw_checkpoint *state(const char *path, double seconds, calls *told) {
  static double value;
  const int64_t n = world_size();
  ntkw_checkpoint *checkpoint = NULL;
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  CHECK_OK(ntkw_checkpoint_add_array(checkpoint, "value", "1", NTKW_FLOAT64, 1, &n, world_rank(), 1, &value));
  CHECK_OK(ntkw_checkpoint_set_stall(checkpoint, seconds, count, told));
  return checkpoint;
}

/* The callback of a waiting rank is due after 0.05 s, 0.1 s, ... On a busy machine some calls are left out, but there
 * must be two. In each phase of a publication the wait starts from zero. */
static void check_told(const calls *told) {
  if (world_rank() == 1 || world_size() == 1) CHECK_SKIP("nobody waits for another rank");
  CHECK(told->n >= 2);
  CHECK(told->first >= 0.05);
  CHECK(told->last >= 0.05 && told->last < 100.0);
}

static void publish_tells(void) {
  calls told = {0};
  ntkw_checkpoint *checkpoint = state(scratch_path("stall.h5"), 0.05, &told);
  come_late(1);
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  check_told(&told);
  ntkw_checkpoint_destroy(&checkpoint);
}

static void publish_end_tells(void) {
  calls told = {0};
  ntkw_checkpoint *checkpoint = state(scratch_path("stall-beside.h5"), 0.05, &told);
  CHECK_OK(ntkw_checkpoint_publish_begin(checkpoint));
  told.n = 0;
  come_late(1);
  CHECK_OK(ntkw_checkpoint_publish_end(checkpoint));
  check_told(&told);
  ntkw_checkpoint_destroy(&checkpoint);
}

static void without_need_nobody_is_told(void) {
  calls told = {0};
  ntkw_checkpoint *checkpoint = state(scratch_path("quick.h5"), 1000.0, &told);
  CHECK_STATUS(ntkw_checkpoint_set_stall(checkpoint, 0.0, count, &told), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_set_stall(NULL, 1.0, count, &told), NTKW_ERR_ARGUMENT);
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  CHECK_OK(ntkw_checkpoint_set_stall(checkpoint, 0.0, NULL, NULL));
  come_late(1);
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  CHECK_EQUAL_INT(told.n, 0);
  ntkw_checkpoint_destroy(&checkpoint);
}

/* Some ranks wait inside MPI, others do not. */
static void ranks_may_differ(void) {
  calls told = {0};
  ntkw_checkpoint *checkpoint = state(scratch_path("differ.h5"), 0.05, &told);
  if (world_rank() % 2 == 0) CHECK_OK(ntkw_checkpoint_set_stall(checkpoint, 0.05, NULL, NULL));
  come_late(1);
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  if (world_rank() % 2 == 0) CHECK_EQUAL_INT(told.n, 0);
  ntkw_checkpoint_destroy(&checkpoint);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(publish_tells), TEST(publish_end_tells), TEST(without_need_nobody_is_told),
                                    TEST(ranks_may_differ)};
  return run_suite("checkpoint stalls", cases, sizeof cases / sizeof *cases, argc, argv);
}
