/* If any read of a file fails, at publication or at opening, the error message has the reason of the system, not that
 * of HDF5. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Replaces pread of the C library. If failing_call is positive, calls are counted and the call with that number fails.
 */
static int failing_call;
static int calls;
ssize_t pread(int fd, void *bytes, size_t length, off_t at) {
  if (failing_call > 0 && ++calls == failing_call) {
    errno = EIO;
    return -1;
  }
  return syscall(SYS_pread64, fd, bytes, length, at);
}

/* Let the call with this number fail on one rank (0: none). Returns whether the earlier failing_call was reached.
 * Collective. */
static bool fail(int rank, int call) {
  int met = failing_call > 0 && calls >= failing_call;
  MPI_Allreduce(MPI_IN_PLACE, &met, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  failing_call = world_rank() == rank ? call : 0;
  calls = 0;
  return met;
}

static ntkw_status open_and_close(const char *path) {
  ntkw_checkpoint_reader *reader = NULL;
  const ntkw_status status = ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader);
  CHECK((status == NTKW_SUCCESS) == (reader != NULL));
  ntkw_checkpoint_reader_close(&reader);
  return status;
}

/* Open the file once for each read, which fails on this rank. Returns the number of reads. */
static int fail_each_at_opening(int rank, const char *path) {
  char why[700];
  snprintf(why, sizeof why, "cannot read %s: Input/output error", path);
  for (int call = 1;; call++) {
    fail(rank, call);
    const ntkw_status status = open_and_close(path);
    if (!fail(rank, 0)) {
      CHECK_STATUS(status, NTKW_SUCCESS);
      return call - 1;
    }
    check_same_verdict(status);
    CHECK_STATUS(status, NTKW_ERR_FILE);
    CHECK_TEXT_HAS(ntkw_last_error(), why);
  }
}

static void a_failed_read_at_opening_is_named(void) {
  const char *path = scratch_path("read.h5");
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 1, 1));
  CHECK(fail_each_at_opening(0, path) > 20); /* most of them HDF5's */
  fail_each_at_opening(world_size() - 1, path);
  CHECK_OK(open_and_close(path));
}

static void fail_each_at_publication(int rank, const char *folder, const char *path) {
  for (int call = 1;; call++) {
    fail(rank, call);
    const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, 5);
    if (!fail(rank, 0)) {
      CHECK_STATUS(status, NTKW_SUCCESS);
      return;
    }
    CHECK_TEXT_HAS(ntkw_last_error(), "cannot read ");
    expect_old(folder, status, NTKW_ERR_FILE, ": Input/output error");
  }
}

static void a_failed_read_at_publication_is_named(void) {
  char path[600];
  const char *folder = folder_with_old_state("read-back", path);
  fail_each_at_publication(0, folder, path);
  check_state(MPI_COMM_WORLD, path, 5, 6);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(a_failed_read_at_opening_is_named),
                                    TEST(a_failed_read_at_publication_is_named)};
  return run_suite("checkpoint reads", cases, sizeof cases / sizeof *cases, argc, argv);
}
