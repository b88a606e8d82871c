/* Opening a file that is not a complete checkpoint fails on every rank with the same message, which has the reason. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER = 512 };

static void expect(const char *path, ntkw_status status, const char *why) {
  CHECK_STATUS(try_open(path), status);
  CHECK_TEXT_HAS(ntkw_last_error(), why);
  CHECK_TEXT_HAS(ntkw_last_error(), "damage");
}

/* Publish an undamaged checkpoint and read its bytes on rank 0. */
static unsigned char *good_bytes(size_t *length) {
  const char *path = scratch_path("damage-none.h5");
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 1, 1));
  return get_file(path, length);
}

static void truncated_files_are_refused(void) {
  const char *path = scratch_path("damage-cut.h5");
  size_t length;
  unsigned char *bytes = good_bytes(&length);
  const size_t lengths[] = {1, 7, 8, 9, 31, 32, 511, 512, 513, 600, 2048, length / 2, length - 8, length - 1};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    put_file(path, bytes, lengths[i]);
    expect(path, NTKW_ERR_FORMAT, "truncated");
  }
  put_file(path, bytes, 0);
  expect(path, NTKW_ERR_FORMAT, "is empty");
  unsigned char *longer = calloc(length + 3, 1);
  if (bytes) memcpy(longer, bytes, length);
  put_file(path, longer, length + 3);
  expect(path, NTKW_ERR_FORMAT, "damaged: it has");
  free(longer);
  free(bytes);
}

static void a_flipped_bit_anywhere_is_refused(void) {
  const char *path = scratch_path("damage-bit.h5");
  size_t length;
  uint64_t state = 17;
  unsigned char *bytes = good_bytes(&length);
  for (size_t i = 0; i < 120; i++) {
    size_t at = i < 40 ? i : i < 50 ? HEADER + (i - 40) * 8 : (size_t)(random_bits(&state) % length);
    if (i == 50) at = length - 1;
    const unsigned char bit = (unsigned char)(1u << random_bits(&state) % 8);
    if (bytes) bytes[at] ^= bit;
    put_file(path, bytes, length);
    CHECK_STATUS(try_open(path), NTKW_ERR_FORMAT);
    if (at >= HEADER) CHECK_TEXT_HAS(ntkw_last_error(), "damaged: the digest of its bytes is");
    if (bytes) bytes[at] ^= bit;
  }
  put_file(path, bytes, length);
  CHECK_STATUS(try_open(path), NTKW_SUCCESS);
  free(bytes);
}

static void swapped_and_zeroed_blocks_are_refused(void) {
  const char *path = scratch_path("damage-blocks.h5");
  size_t length;
  unsigned char *bytes = good_bytes(&length), *changed = malloc(length);
  size_t at = HEADER;
  while (bytes && memcmp(bytes + at, bytes + at + 512, 512) == 0) at += 512;
  if (bytes) {
    memcpy(changed, bytes, length);
    memcpy(changed + at, bytes + at + 512, 512);
    memcpy(changed + at + 512, bytes + at, 512);
  }
  put_file(path, changed, length);
  expect(path, NTKW_ERR_FORMAT, "damaged: the digest");
  if (bytes) {
    memcpy(changed, bytes, length);
    memset(changed + at, 0, 4096);
  }
  put_file(path, changed, length);
  expect(path, NTKW_ERR_FORMAT, "damaged: the digest");
  if (bytes) {
    memcpy(changed, bytes, length);
    memset(changed, 0, HEADER);
  }
  put_file(path, changed, length);
  expect(path, NTKW_ERR_FORMAT, "never completed");
  free(changed);
  free(bytes);
}

static void other_versions_are_refused(void) {
  const char *path = scratch_path("damage-version.h5");
  size_t length;
  unsigned char *bytes = good_bytes(&length);
  if (bytes) bytes[8] = 4;
  put_file(path, bytes, length);
  expect(path, NTKW_ERR_FORMAT, "format version 4, newer than version 3");
  for (unsigned char old = 1; old < 3; old++) {
    if (bytes) bytes[8] = old;
    put_file(path, bytes, length);
    expect(path, NTKW_ERR_FORMAT, "has a unit, digest or name of another type");
  }
  if (bytes) bytes[8] = 0;
  put_file(path, bytes, length);
  expect(path, NTKW_ERR_FORMAT, "states format version 0");
  free(bytes);
}

static void other_files_are_refused(void) {
  const char *path = scratch_path("damage-other.h5");
  const char text[] = "step,loss\n1,0.5\n";
  put_file(path, text, sizeof text - 1);
  expect(path, NTKW_ERR_FORMAT, "not a checkpoint of ntkw");
  put_file(path, "x", 1);
  expect(path, NTKW_ERR_FORMAT, "not a checkpoint of ntkw");
  size_t length;
  unsigned char *bytes = good_bytes(&length);
  put_file(path, bytes ? bytes + HEADER : NULL, length - HEADER); /* a plain HDF5 file */
  expect(path, NTKW_ERR_FORMAT, "an HDF5 file, but not a checkpoint");
  free(bytes);
}

static void what_is_no_file_is_refused(void) {
  const char *path = scratch_path("damage-missing.h5"), *below = scratch_path("damage-file/damage.h5");
  expect(path, NTKW_ERR_FILE, "No such file");
  put_file(scratch_path("damage-file"), "x", 1);
  expect(below, NTKW_ERR_FILE, "Not a directory");
  expect(new_folder("damage-folder"), NTKW_ERR_FILE, "is a folder");
  path = scratch_path("damage-pipe");
  if (world_rank() == 0 && mkfifo(path, 0600) != 0) perror(path);
  expect(path, NTKW_ERR_FILE, "not a regular file");
}

static void an_unreadable_file_is_refused(void) {
  const char *path = scratch_path("damage-secret.h5");
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 1, 1));
  if (world_rank() == 0 && chmod(path, 0) != 0) perror(path);
  MPI_Barrier(MPI_COMM_WORLD);
  const uid_t user = geteuid();
  if (user == 0 && seteuid(65534) != 0) CHECK_SKIP("permissions do not bind root, who cannot become another user here");
  const ntkw_status status = try_open(path);
  if (user == 0) CHECK(seteuid(0) == 0);
  CHECK_STATUS(status, NTKW_ERR_FILE);
  CHECK_TEXT_HAS(ntkw_last_error(), "Permission denied");
}

static void damage_after_opening_is_met_on_reading(void) {
  const char *path = scratch_path("damage-late.h5");
  ntkw_checkpoint_reader *reader;
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 1, 1));
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  size_t length;
  unsigned char *bytes = get_file(path, &length);
  for (size_t i = HEADER; bytes && i < length; i++) bytes[i] ^= 1;
  put_file(path, bytes, length);
  free(bytes);
  double *values = malloc(MATRIX_ROWS * MATRIX_COLUMNS * sizeof *values);
  int64_t offset, count;
  cut(MPI_COMM_WORLD, MATRIX_ROWS, 5, &offset, &count);
  const ntkw_status status = ntkw_checkpoint_reader_read_array(reader, "matrix", NTKW_FLOAT64, offset, count, values);
  check_same_verdict(status);
  CHECK_STATUS(status, NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "array \"matrix\"");
  free(values);
  ntkw_checkpoint_reader_close(&reader);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(truncated_files_are_refused),
                                    TEST(a_flipped_bit_anywhere_is_refused),
                                    TEST(swapped_and_zeroed_blocks_are_refused),
                                    TEST(other_versions_are_refused),
                                    TEST(other_files_are_refused),
                                    TEST(what_is_no_file_is_refused),
                                    TEST(an_unreadable_file_is_refused),
                                    TEST(damage_after_opening_is_met_on_reading)};
  return run_suite("checkpoint damage", cases, sizeof cases / sizeof *cases, argc, argv);
}
