/* A published state is read back in every bit, with any distribution over any number of ranks. The bytes of the file do
 * not depend on these. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "fileio/test_hooks.h"

static void another_cut_reads_the_same_bits(void) {
  const char *path = scratch_path("cut.h5");
  for (uint64_t seed = 1; seed <= 3; seed++) {
    CHECK_OK(publish_state(MPI_COMM_WORLD, path, seed, seed)); /* replaces the file of the seed before */
    check_state(MPI_COMM_WORLD, path, seed, seed);
    check_state(MPI_COMM_WORLD, path, seed, seed + 100);
  }
}

static MPI_Comm first_ranks(int size) {
  MPI_Comm comm;
  MPI_Comm_split(MPI_COMM_WORLD, world_rank() < size ? 0 : MPI_UNDEFINED, world_rank(), &comm);
  return comm;
}

static void another_number_of_ranks_reads_the_same_bits(void) {
  const char *by_all = scratch_path("all.h5"), *by_some = scratch_path("some.h5");
  CHECK_OK(publish_state(MPI_COMM_WORLD, by_all, 7, 7));
  for (int size = 1; size <= world_size(); size++) {
    MPI_Comm comm = first_ranks(size);
    if (comm != MPI_COMM_NULL) {
      check_state(comm, by_all, 7, (uint64_t)size);
      CHECK_OK(publish_state(comm, by_some, (uint64_t)size, 5));
      MPI_Comm_free(&comm);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    check_state(MPI_COMM_WORLD, by_some, (uint64_t)size, 9);
  }
}

static void bytes_depend_neither_on_ranks_nor_on_time(void) {
  const char *path = scratch_path("bytes.h5"), *other_path = scratch_path("bytes-other.h5");
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 3, 3));
  size_t length, other_length;
  unsigned char *bytes = get_file(path, &length);
  usleep(1100000); /* HDF5's time stamps count seconds */
  for (int size = 1; size <= world_size(); size++) {
    MPI_Comm comm = first_ranks(size);
    if (comm != MPI_COMM_NULL) {
      CHECK_OK(publish_state(comm, other_path, 3, 50 + (uint64_t)size));
      MPI_Comm_free(&comm);
    }
    unsigned char *other = get_file(other_path, &other_length);
    CHECK_EQUAL_INT(other_length, length);
    if (world_rank() == 0 && other_length == length) CHECK(memcmp(bytes, other, length) == 0);
    free(other);
  }
  free(bytes);
}

/* Check that publication with these settings gives the same bytes. */
static void expect_same_bytes(ntkw_checkpoint_transfer transfer, int64_t piece_length) {
  const char *path = scratch_path("usual.h5"), *other_path = scratch_path("unusual.h5");
  const int64_t usual = ntkw_i_hooks.piece_length;
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 4, 4));
  state_transfer = transfer;
  ntkw_i_hooks.piece_length = piece_length;
  CHECK_OK(publish_state(MPI_COMM_WORLD, other_path, 4, 40));
  check_state(MPI_COMM_WORLD, other_path, 4, 8);
  ntkw_i_hooks.piece_length = usual;
  state_transfer = NTKW_TRANSFER_DIRECT;
  size_t length, other_length;
  unsigned char *bytes = get_file(path, &length), *other = get_file(other_path, &other_length);
  CHECK_EQUAL_INT(length, other_length);
  if (world_rank() == 0 && length == other_length) CHECK(memcmp(bytes, other, length) == 0);
  free(bytes);
  free(other);
}

static void every_way_of_writing_makes_the_same_file(void) {
  expect_same_bytes(NTKW_TRANSFER_MPI_IO, ntkw_i_hooks.piece_length);
  expect_same_bytes(NTKW_TRANSFER_MPI_IO, 24); /* less than a row of the matrix */
  expect_same_bytes(NTKW_TRANSFER_DIRECT, 24);
}

static void a_reader_keeps_the_file_it_opened(void) {
  const char *path = scratch_path("kept.h5");
  ntkw_checkpoint_reader *reader;
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 1, 1));
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 2, 1));
  int64_t step = 0, offset, count;
  CHECK_OK(ntkw_checkpoint_reader_get_integer(reader, "step", &step));
  CHECK_EQUAL_INT(step, -1);
  float *values = malloc(VECTOR_LENGTH * sizeof *values);
  cut(MPI_COMM_WORLD, VECTOR_LENGTH, 2, &offset, &count);
  CHECK_OK(ntkw_checkpoint_reader_read_array(reader, "vector", NTKW_FLOAT32, offset, count, values));
  free(values);
  ntkw_checkpoint_reader_close(&reader);
  check_state(MPI_COMM_WORLD, path, 2, 1);
}

static void topologies_are_taken(void) {
  MPI_Comm ring;
  const int n = world_size(), periodic = 1;
  MPI_Cart_create(MPI_COMM_WORLD, 1, &n, &periodic, 1, &ring);
  const char *path = scratch_path("ring.h5");
  CHECK_OK(publish_state(ring, path, 6, 6));
  check_state(ring, path, 6, 7);
  state_transfer = NTKW_TRANSFER_MPI_IO;
  CHECK_OK(publish_state(ring, path, 7, 6));
  state_transfer = NTKW_TRANSFER_DIRECT;
  check_state(ring, path, 7, 7);
  MPI_Comm_free(&ring);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {
      TEST(another_cut_reads_the_same_bits),           TEST(another_number_of_ranks_reads_the_same_bits),
      TEST(bytes_depend_neither_on_ranks_nor_on_time), TEST(every_way_of_writing_makes_the_same_file),
      TEST(a_reader_keeps_the_file_it_opened),         TEST(topologies_are_taken)};
  return run_suite("checkpoint round trip", cases, sizeof cases / sizeof *cases, argc, argv);
}
