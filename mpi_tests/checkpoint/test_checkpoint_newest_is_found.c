/* Opening a folder opens its newest good checkpoint and names newer bad ones. ntkw_checkpoint_keep removes old
 * checkpoints and stale temporary files. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[512], skipped[2000];

static const char *in_folder(const char *name) {
  static char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void begin(const char *name) {
  snprintf(folder, sizeof folder, "%s", new_folder(name));
}

static void publish(const char *name, uint64_t seed) {
  CHECK_OK(publish_state(MPI_COMM_WORLD, in_folder(name), seed, seed));
}

/* Check that the newest good checkpoint has the state of this seed. */
static void expect_newest(uint64_t seed) {
  ntkw_checkpoint_reader *reader;
  const ntkw_status status =
      ntkw_checkpoint_reader_open_newest(MPI_COMM_WORLD, folder, "step-", skipped, sizeof skipped, &reader);
  check_same_verdict(status);
  CHECK_SAME_ON_ALL_RANKS(skipped);
  CHECK_STATUS(status, NTKW_SUCCESS);
  int64_t step = 0;
  if (reader) CHECK_OK(ntkw_checkpoint_reader_get_integer(reader, "step", &step));
  CHECK_EQUAL_INT(step, -(int64_t)seed);
  ntkw_checkpoint_reader_close(&reader);
}

static bool is_there(const char *name) {
  MPI_Barrier(MPI_COMM_WORLD);
  return access(in_folder(name), F_OK) == 0;
}

static void the_largest_number_is_the_newest(void) {
  begin("newest");
  publish("step-9.h5", 9);
  publish("step-000010.h5", 10);
  publish("other-99.h5", 99);
  publish("step-99.h5.bak", 99);
  publish("step-x99.h5", 99);
  expect_newest(10);
  CHECK(strcmp(skipped, "") == 0);
  publish("step-18446744073709551617000.h5", 11); /* beyond 64 bits */
  expect_newest(11);
}

static void a_damaged_one_is_named_and_skipped(void) {
  begin("damaged");
  publish("step-100.h5", 1);
  publish("step-200.h5", 2);
  publish("step-300.h5", 3);
  put_file(in_folder("step-400.h5"), "", 0);
  size_t length;
  unsigned char *bytes = get_file(in_folder("step-300.h5"), &length);
  if (bytes) bytes[length / 2] ^= 1;
  put_file(in_folder("step-300.h5"), bytes, length);
  free(bytes);
  expect_newest(2);
  CHECK_TEXT_HAS(skipped, "step-400.h5 is empty");
  CHECK_TEXT_HAS(skipped, "step-300.h5 is damaged");
  CHECK(strstr(skipped, "step-200.h5") == NULL);
  ntkw_checkpoint_reader *reader;
  char little[10];
  CHECK_OK(ntkw_checkpoint_reader_open_newest(MPI_COMM_WORLD, folder, "step-", little, sizeof little, &reader));
  CHECK_EQUAL_INT(strlen(little), sizeof little - 1);
  ntkw_checkpoint_reader_close(&reader);
  CHECK_OK(ntkw_checkpoint_reader_open_newest(MPI_COMM_WORLD, folder, "step-", NULL, 0, &reader));
  ntkw_checkpoint_reader_close(&reader);
}

static void no_good_one_is_told_apart_from_none(void) {
  ntkw_checkpoint_reader *reader;
  begin("none");
  CHECK_OK(ntkw_checkpoint_reader_open_newest(MPI_COMM_WORLD, folder, "step-", skipped, sizeof skipped, &reader));
  CHECK(reader == NULL && skipped[0] == '\0');
  CHECK_OK(ntkw_checkpoint_keep(MPI_COMM_WORLD, folder, "step-", 1));
  put_file(in_folder("step-1.h5"), "text", 4);
  ntkw_status status =
      ntkw_checkpoint_reader_open_newest(MPI_COMM_WORLD, folder, "step-", skipped, sizeof skipped, &reader);
  check_same_verdict(status);
  CHECK_STATUS(status, NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "none of the 1 checkpoints");
  CHECK_TEXT_HAS(skipped, "step-1.h5 is not a checkpoint");
  snprintf(folder, sizeof folder, "%s", scratch_path("missing-folder"));
  status = ntkw_checkpoint_reader_open_newest(MPI_COMM_WORLD, folder, "step-", skipped, sizeof skipped, &reader);
  check_same_verdict(status);
  CHECK_STATUS(status, NTKW_ERR_FILE);
  CHECK_TEXT_HAS(ntkw_last_error(), "missing-folder: No such file");
  CHECK(reader == NULL);
  status = ntkw_checkpoint_keep(MPI_COMM_WORLD, folder, "step-", 1);
  check_same_verdict(status);
  CHECK_STATUS(status, NTKW_ERR_FILE);
  CHECK_STATUS(ntkw_checkpoint_keep(MPI_COMM_WORLD, folder, "step-", 0), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_keep(MPI_COMM_WORLD, folder, world_rank() ? "step-" : NULL, 1), NTKW_ERR_ARGUMENT);
  if (world_size() > 1)
    CHECK_STATUS(ntkw_checkpoint_keep(MPI_COMM_WORLD, folder, world_rank() ? "step-" : "stop-", 1), NTKW_ERR_DISAGREE);
}

static void the_newest_few_are_kept(void) {
  begin("kept");
  for (uint64_t step = 8; step <= 12; step++) {
    char name[40];
    snprintf(name, sizeof name, "step-%llu.h5", (unsigned long long)step);
    publish(name, step);
  }
  put_file(in_folder("step-13.h5"), "half", 4); /* bad: not one of the checkpoints to keep */
  put_file(in_folder("step-13.h5.tmp-0123456789abcdef"), "half", 4);
  put_file(in_folder("step-13.h5.tmp-mine"), "x", 1);
  put_file(in_folder("other-1.h5"), "x", 1);
  put_file(in_folder("other-1.h5.tmp-0123456789abcdef"), "x", 1);
  put_file(in_folder("step-1.h5"), "x", 1); /* bad, and older than the kept checkpoints */
  CHECK_OK(ntkw_checkpoint_keep(MPI_COMM_WORLD, folder, "step-", 2));
  CHECK(is_there("step-12.h5") && is_there("step-11.h5") && is_there("step-13.h5"));
  CHECK(!is_there("step-10.h5") && !is_there("step-9.h5") && !is_there("step-8.h5") && !is_there("step-1.h5"));
  CHECK(!is_there("step-13.h5.tmp-0123456789abcdef") && is_there("step-13.h5.tmp-mine"));
  CHECK(is_there("other-1.h5") && is_there("other-1.h5.tmp-0123456789abcdef"));
  CHECK_OK(ntkw_checkpoint_keep(MPI_COMM_WORLD, folder, "step-", 5));
  CHECK_EQUAL_INT(count_files(folder, ".h5"), 6);
  expect_newest(12);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(the_largest_number_is_the_newest), TEST(a_damaged_one_is_named_and_skipped),
                                    TEST(no_good_one_is_told_apart_from_none), TEST(the_newest_few_are_kept)};
  return run_suite("checkpoint folders", cases, sizeof cases / sizeof *cases, argc, argv);
}
