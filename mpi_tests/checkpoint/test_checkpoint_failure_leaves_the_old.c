/* A publication that fails, at any stage and on any rank, leaves the old file and nothing else. */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fileio/test_hooks.h"
#include "base/check.h"

static const char *failing_stage;
static int failing_rank;

static ntkw_status fail_at(const char *stage, const char *temporary) {
  (void)temporary;
  if (strcmp(stage, failing_stage) != 0 || world_rank() != failing_rank) return NTKW_SUCCESS;
  return ntkw_i_fail(NTKW_ERR_FILE, "the disk fell out after %s", stage);
}

static void fault_at_any_stage(const char *folder_name, ntkw_checkpoint_transfer transfer) {
  static const char *const stages[] = {"compare",         "digest",    "name",     "create",      "share layout",
                                       "open everywhere", "begin",     "write",    "end",         "sync",
                                       "reopen",          "read back", "contents", "write header"};
  char path[600], why[200];
  const char *folder = folder_with_old_state(folder_name, path);
  const int stride = world_size() > 3 ? world_size() - 1 : 1; /* beyond 3 ranks, only the first and the last fail */
  state_transfer = transfer;
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
    for (failing_rank = 0; failing_rank < world_size(); failing_rank += stride) {
      failing_stage = stages[i];
      ntkw_i_hooks.after_stage = fail_at;
      const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, i);
      ntkw_i_hooks.after_stage = NULL;
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

static void a_fault_at_any_stage_beside_a_computation(void) {
  state_asynchronous = true;
  fault_at_any_stage("fault-asynchronous", NTKW_TRANSFER_DIRECT);
  state_asynchronous = false;
}

static void a_fault_at_any_stage_over_mpi_io(void) {
  fault_at_any_stage("fault-mpi-io", NTKW_TRANSFER_MPI_IO);
}

static size_t find(const unsigned char *bytes, size_t length, const char *text) {
  for (size_t i = 512; i + strlen(text) <= length; i++)
    if (memcmp(bytes + i, text, strlen(text)) == 0) return i;
  return 0;
}

/* Stands in for a disk that changes data: flips a bit of the file after the text before_damage. */
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

static void notice_lost_data(const char *folder_name) {
  char path[600];
  const char *folder = folder_with_old_state(folder_name, path);
  ntkw_i_hooks.after_stage = flip_a_bit;
  before_damage = "\xcd\xab"; /* a NaN's payload in the matrix or the vector */
  ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  expect_old(folder, status, NTKW_ERR_FILE, "with other values than were written");
  before_damage = "hhhhhhhhhh";
  status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  expect_old(folder, status, NTKW_ERR_FILE, "are read back different, at attribute history");
  before_damage = "minus zer";
  status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  expect_old(folder, status, NTKW_ERR_FILE, "are read back different, at attribute minus zero");
  ntkw_i_hooks.after_stage = cut_off;
  status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  ntkw_i_hooks.after_stage = NULL;
  expect_old(folder, status, NTKW_ERR_FILE, "has 5000 bytes, expected");
}

static void lost_data_is_noticed(void) {
  notice_lost_data("lost");
  if (world_size() > 1) CHECK_SKIP("rank 0 would not know when the others have written");
  state_asynchronous = true;
  notice_lost_data("lost-asynchronous");
  state_asynchronous = false;
}

static ntkw_status remove_temporary(const char *stage, const char *temporary) {
  if (strcmp(stage, "share layout") == 0 && world_rank() == 0) CHECK(unlink(temporary) == 0);
  if (strcmp(stage, "share layout") == 0) MPI_Barrier(MPI_COMM_WORLD);
  return NTKW_SUCCESS;
}

static void a_file_that_vanishes_is_no_hang(void) {
  char path[600];
  const char *folder = folder_with_old_state("vanish", path);
  ntkw_i_hooks.after_stage = remove_temporary;
  const ntkw_status status = publish_state(MPI_COMM_WORLD, path, 5, 5);
  ntkw_i_hooks.after_stage = NULL;
  expect_old(folder, status, NTKW_ERR_FILE, "No such file");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(a_fault_at_any_stage_on_any_rank), TEST(a_fault_at_any_stage_over_mpi_io),
                                    TEST(a_fault_at_any_stage_beside_a_computation), TEST(lost_data_is_noticed),
                                    TEST(a_file_that_vanishes_is_no_hang)};
  return run_suite("checkpoint failures", cases, sizeof cases / sizeof *cases, argc, argv);
}
