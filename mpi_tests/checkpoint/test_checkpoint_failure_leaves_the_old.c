/* A publication that fails, whatever fails and on which rank, leaves the old file and nothing else. */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/publication.h"
#include "status/check.h"

/* Expect that the attempt had this verdict, that the old state is there, and that a next attempt succeeds. */
static void expect_old(const char *folder, ntkw_status status, ntkw_status expected, const char *why) {
  char path[600];
  snprintf(path, sizeof path, "%s/state.h5", folder);
  check_same_verdict(status);
  CHECK_STATUS(status, expected);
  CHECK_TEXT_HAS(ntkw_last_error(), why);
  CHECK_EQUAL_INT(count_files(folder, ".tmp-"), 0);
  CHECK_EQUAL_INT(count_files(folder, "state"), 1);
  check_state(MPI_COMM_WORLD, path, 1, 2);
}

static const char *folder_with_old_state(const char *name, char path[600]) {
  const char *folder = new_folder(name);
  snprintf(path, 600, "%s/state.h5", folder);
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 1, 1));
  return folder;
}

static const char *failing_stage;
static int failing_rank;

static ntkw_status fail_at(const char *stage, const char *temporary) {
  (void)temporary;
  if (strcmp(stage, failing_stage) != 0 || world_rank() != failing_rank) return NTKW_SUCCESS;
  return ntkw_i_fail(NTKW_ERR_FILE, "the disk fell out after %s", stage);
}

static void fault_at_any_stage(const char *folder_name, ntkw_checkpoint_transfer transfer) {
  static const char *const stages[] = {"compare", "digest", "name", "create", "tell",      "reach", "begin",
                                       "write",   "end",    "sync", "reopen", "read back", "seal"};
  char path[600], why[200];
  const char *folder = folder_with_old_state(folder_name, path);
  state_transfer = transfer;
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
    for (failing_rank = 0; failing_rank<world_size(); failing_rank += world_size()> 3 ? world_size() - 1 : 1) {
      failing_stage = stages[i];
      ntkw_i_publication_hook = fail_at;
      const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, i);
      ntkw_i_publication_hook = NULL;
      snprintf(why, sizeof why, "rank %d: the disk fell out after %s", failing_rank, failing_stage);
      expect_old(folder, status, NTKW_ERR_FILE, why);
    }
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 5, 5));
  check_state(MPI_COMM_WORLD, path, 5, 6);
  state_transfer = NTKW_TRANSFER_DIRECT;
}

static void a_fault_at_any_stage_on_any_rank(void) {
  fault_at_any_stage("fault", NTKW_TRANSFER_DIRECT);
}

static void a_fault_at_any_stage_over_mpi_io(void) {
  fault_at_any_stage("fault-mpi-io", NTKW_TRANSFER_MPI_IO);
}

static size_t find(const unsigned char *bytes, size_t length, const char *text) {
  for (size_t i = 512; i + strlen(text) <= length; i++)
    if (memcmp(bytes + i, text, strlen(text)) == 0) return i;
  return 0;
}

/* What is written may not be what the disk keeps: a bit changes after that text. */
static const char *before_damage;
static ntkw_status flip_a_bit(const char *stage, const char *temporary) {
  if (strcmp(stage, "end") != 0 || world_rank() != 0) return NTKW_SUCCESS;
  static unsigned char bytes[400000];
  FILE *file = fopen(temporary, "r+b");
  const size_t length = file ? fread(bytes, 1, sizeof bytes, file) : 0, at = find(bytes, length, before_damage);
  CHECK(at > 0);
  bytes[at + strlen(before_damage)] ^= 0x10;
  if (file) CHECK(fseek(file, 0, SEEK_SET) == 0 && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
  return NTKW_SUCCESS;
}

static ntkw_status cut_off(const char *stage, const char *temporary) {
  if (strcmp(stage, "end") == 0 && world_rank() == 0) CHECK(truncate(temporary, 5000) == 0);
  return NTKW_SUCCESS;
}

static void lost_data_is_noticed(void) {
  char path[600];
  const char *folder = folder_with_old_state("lost", path);
  ntkw_i_publication_hook = flip_a_bit;
  before_damage = "\xcd\xab"; /* a NaN's payload in the matrix or the vector */
  ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  expect_old(folder, status, NTKW_ERR_FILE, "with other values than were written");
  before_damage = "hhhhhhhhhh";
  status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  expect_old(folder, status, NTKW_ERR_FILE, "are read back different, at attribute history");
  before_damage = "minus zer";
  status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  expect_old(folder, status, NTKW_ERR_FILE, "are read back different, at attribute minus zero");
  ntkw_i_publication_hook = cut_off;
  status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  ntkw_i_publication_hook = NULL;
  expect_old(folder, status, NTKW_ERR_FILE, "has 5000 bytes, expected");
}

static ntkw_status remove_temporary(const char *stage, const char *temporary) {
  if (strcmp(stage, "tell") == 0 && world_rank() == 0) CHECK(unlink(temporary) == 0);
  if (strcmp(stage, "tell") == 0) MPI_Barrier(MPI_COMM_WORLD);
  return NTKW_SUCCESS;
}

static void a_file_that_vanishes_is_no_hang(void) {
  char path[600];
  const char *folder = folder_with_old_state("vanish", path);
  ntkw_i_publication_hook = remove_temporary;
  const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  ntkw_i_publication_hook = NULL;
  expect_old(folder, status, NTKW_ERR_FILE, "No such file");
}

static void limit_file_size(rlim_t bytes) {
  struct rlimit limit;
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void a_full_disk_is_no_hang(void) {
  char path[600];
  const char *folder = folder_with_old_state("full", path);
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

/* The reservation was made, yet the values of one rank do not fit: the others must not wait for it. */
static ntkw_status limit_last_rank(const char *stage, const char *temporary) {
  (void)temporary;
  if (strcmp(stage, "begin") == 0 && world_rank() == world_size() - 1) limit_file_size(600);
  return NTKW_SUCCESS;
}

/* A cut of the vector in which the last rank has something. */
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
  ntkw_i_publication_hook = limit_last_rank;
  state_transfer = transfer;
  const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, cut_seed);
  state_transfer = NTKW_TRANSFER_DIRECT;
  ntkw_i_publication_hook = NULL;
  limit_file_size(RLIM_INFINITY);
  snprintf(why, sizeof why, "rank %d: ", world_size() - 1);
  CHECK_TEXT_HAS(ntkw_last_error(), "File too large");
  expect_old(folder, status, NTKW_ERR_FILE, why);
}

static void one_rank_that_cannot_write_is_no_hang(void) {
  one_rank_cannot_write("one-full", NTKW_TRANSFER_DIRECT);
}

static void one_rank_that_cannot_write_over_mpi_io(void) {
  /* on rank 0, HDF5 itself would crash on closing */
  if (world_size() > 1) one_rank_cannot_write("one-full-mpi-io", NTKW_TRANSFER_MPI_IO);
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

static void a_folder_without_permission(void) {
  char path[600];
  const char *folder = folder_with_old_state("read-only", path);
  if (world_rank() == 0 && chmod(folder, 0555) != 0) perror(folder);
  MPI_Barrier(MPI_COMM_WORLD);
  const uid_t user = geteuid();
  if (user == 0 && seteuid(65534) != 0) return; /* permissions do not bind root */
  const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  if (user == 0) CHECK(seteuid(0) == 0);
  expect_old(folder, status, NTKW_ERR_FILE, "Permission denied");
  if (world_rank() == 0 && chmod(folder, 0755) != 0) perror(folder);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(a_fault_at_any_stage_on_any_rank),
                                    TEST(a_fault_at_any_stage_over_mpi_io),
                                    TEST(lost_data_is_noticed),
                                    TEST(a_file_that_vanishes_is_no_hang),
                                    TEST(a_full_disk_is_no_hang),
                                    TEST(one_rank_that_cannot_write_is_no_hang),
                                    TEST(one_rank_that_cannot_write_over_mpi_io),
                                    TEST(places_that_cannot_be_written),
                                    TEST(a_folder_without_permission)};
  return run_suite("checkpoint failures", cases, sizeof cases / sizeof *cases, argc, argv);
}
