/* If the disk is full, or the folder is missing or not writable, every rank gets the same clear error, and the old file
 * stays. */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fileio/test_hooks.h"

static void limit_file_size(rlim_t bytes) {
  struct rlimit limit;
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void fill_disk(const char *folder_name) {
  char path[600];
  const char *folder = folder_with_old_state(folder_name, path);
  static const rlim_t limits[] = {0, 100, 512, 700, 3000, 9000, 20000, 205000};
  signal(SIGXFSZ, SIG_IGN);
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    limit_file_size(limits[i]);
    const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, 5);
    limit_file_size(RLIM_INFINITY);
    expect_old(folder, status, NTKW_ERR_FILE, "File too large");
  }
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 5, 5));
  check_state(MPI_COMM_WORLD, path, 5, 6);
}

static void a_full_disk_is_no_hang(void) {
  fill_disk("full");
  state_asynchronous = true;
  fill_disk("full-asynchronous");
  state_asynchronous = false;
}

/* Space is reserved, but the values of the last rank do not fit. The other ranks must not wait for it. */
static ntkw_status limit_last_rank(const char *stage, const char *temporary) {
  (void)temporary;
  if (strcmp(stage, "begin") == 0 && world_rank() == world_size() - 1) limit_file_size(600);
  return NTKW_SUCCESS;
}

/* A seed of `cut` for which the last rank has values of the vector. */
static uint64_t cut_with_work_for_all(void) {
  for (uint64_t seed = 0;; seed++) {
    int64_t offset, count;
    cut(MPI_COMM_WORLD, VECTOR_LENGTH, seed + 1, &offset, &count);
    MPI_Bcast(&count, 1, MPI_INT64_T, world_size() - 1, MPI_COMM_WORLD);
    if (count > 0) return seed;
  }
}

static void one_rank_cannot_write(const char *folder_name, ntkw_checkpoint_transfer transfer) {
  char path[600], why[100];
  const char *folder = folder_with_old_state(folder_name, path);
  const uint64_t cut_seed = cut_with_work_for_all();
  signal(SIGXFSZ, SIG_IGN);
  ntkw_i_hooks.after_stage = limit_last_rank;
  state_transfer = transfer;
  const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, cut_seed);
  state_transfer = NTKW_TRANSFER_DIRECT;
  ntkw_i_hooks.after_stage = NULL;
  limit_file_size(RLIM_INFINITY);
  snprintf(why, sizeof why, "rank %d: ", world_size() - 1);
  CHECK_TEXT_HAS(ntkw_last_error(), "File too large");
  expect_old(folder, status, NTKW_ERR_FILE, why);
}

static void one_rank_that_cannot_write_is_no_hang(void) {
  one_rank_cannot_write("one-full", NTKW_TRANSFER_DIRECT);
}

static void one_rank_that_cannot_write_beside_a_computation(void) {
  state_asynchronous = true;
  one_rank_cannot_write("one-full-asynchronous", NTKW_TRANSFER_DIRECT);
  state_asynchronous = false;
}

static void one_rank_that_cannot_write_over_mpi_io(void) {
  if (world_size() == 1) CHECK_SKIP("on rank 0 HDF5 itself would crash on closing");
  one_rank_cannot_write("one-full-mpi-io", NTKW_TRANSFER_MPI_IO);
}

static void expect_refused(const char *path, const char *why) {
  const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 1, 1);
  check_same_verdict(status);
  CHECK_STATUS(status, NTKW_ERR_FILE);
  CHECK_TEXT_HAS(ntkw_last_error(), why);
}

static void places_that_cannot_be_written(void) {
  char path[600], folder[512];
  expect_refused(scratch_path("no-folder/state.h5"), "No such file");
  put_file(scratch_path("a-file"), "x", 1);
  expect_refused(scratch_path("a-file/state.h5"), "Not a directory");
  snprintf(folder, sizeof folder, "%s", new_folder("is-a-folder.h5"));
  expect_refused(folder, "is a folder");
  memset(path, 'n', sizeof path);
  memcpy(path, folder, strlen(folder));
  path[strlen(folder)] = '/';
  path[strlen(folder) + 250] = '\0';
  expect_refused(path, "File name too long");
  CHECK_EQUAL_INT(count_files(folder, "tmp"), 0);
}

static void forbid_folder(const char *folder_name) {
  char path[600];
  const char *folder = folder_with_old_state(folder_name, path);
  if (world_rank() == 0 && chmod(folder, 0555) != 0) perror(folder);
  MPI_Barrier(MPI_COMM_WORLD);
  const uid_t user = geteuid();
  if (user == 0 && seteuid(65534) != 0) CHECK_SKIP("permissions do not bind root, who cannot become another user here");
  const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  if (user == 0) CHECK(seteuid(0) == 0);
  expect_old(folder, status, NTKW_ERR_FILE, "Permission denied");
  if (world_rank() == 0 && chmod(folder, 0755) != 0) perror(folder);
}

static void a_folder_without_permission(void) {
  forbid_folder("read-only");
  state_asynchronous = true;
  forbid_folder("read-only-asynchronous");
  state_asynchronous = false;
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(a_full_disk_is_no_hang),
                                    TEST(one_rank_that_cannot_write_is_no_hang),
                                    TEST(one_rank_that_cannot_write_over_mpi_io),
                                    TEST(one_rank_that_cannot_write_beside_a_computation),
                                    TEST(places_that_cannot_be_written),
                                    TEST(a_folder_without_permission)};
  return run_suite("checkpoint full disk", cases, sizeof cases / sizeof *cases, argc, argv);
}
