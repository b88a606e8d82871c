/* ntkw_checkpoint_verify accepts an undamaged file and refuses one with a flipped bit, even if the digest of the file
 * is changed to fit. */
#include "support.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/digest.h"
#include "checkpoint/format.h"

static ntkw_status verify(const char *path) {
  const ntkw_status status = ntkw_checkpoint_verify(MPI_COMM_WORLD, path);
  check_same_verdict(status);
  return status;
}

/* Find the values of an array by their bits. Returns their offset in the file; 0 if they are not found. */
static size_t find_values(const unsigned char *bytes, size_t length, const void *values, size_t size) {
  for (size_t at = USER_BLOCK_LENGTH; at + size <= length; at++)
    if (memcmp(bytes + at, values, size) == 0) return at;
  return 0;
}

static void damage_is_named(void) {
  const char *path = scratch_path("verified.h5"), *damaged = scratch_path("damaged.h5");
  size_t length;
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 1, 1));
  CHECK_OK(verify(path));
  unsigned char *bytes = get_file(path, &length);
  float vector[VECTOR_LENGTH];
  ntkw_checkpoint_reader *reader;
  const ntkw_slab all = {{0}, {VECTOR_LENGTH}};
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  CHECK_OK(ntkw_checkpoint_reader_read_slabs(reader, "vector", NTKW_FLOAT32, 1, &all, vector));
  ntkw_checkpoint_reader_close(&reader);
  if (bytes) bytes[find_values(bytes, length, vector, sizeof vector) + 4 * 501] ^= 1;
  put_file(damaged, bytes, length);
  CHECK_STATUS(verify(damaged), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "the digest of its bytes is");
  if (bytes) {
    const uint64_t digest = htole64(ntkw_i_digest_bytes(bytes + USER_BLOCK_LENGTH, 0, length - USER_BLOCK_LENGTH));
    memcpy(bytes + 24, &digest, sizeof digest);
  }
  put_file(damaged, bytes, length);
  CHECK_STATUS(verify(damaged), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "array \"vector\" of");
  put_file(damaged, bytes, length / 2);
  CHECK_STATUS(verify(damaged), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "is truncated");
  free(bytes);
  CHECK_STATUS(verify(scratch_path("absent.h5")), NTKW_ERR_FILE);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(damage_is_named)};
  return run_suite("checkpoint verify", cases, sizeof cases / sizeof *cases, argc, argv);
}
