/* Arrays of which each rank has many hyperslabs: the file is the same as with rows, any hyperslabs can be read, and
 * hyperslabs that overlap or leave holes are refused on every rank. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include "fileio/test_hooks.h"

enum { A = 7, B = 9, C = 5, D = 4, LENGTH = A * B * C * D, MOST = 200 };
static const int64_t shape[] = {A, B, C, D};

typedef struct share {
  ntkw_slab slabs[MOST];
  int n;
  int32_t values[2 * LENGTH];
  int64_t length;
} share;

static int32_t value_at(int64_t element) {
  return (int32_t)(element * 2654435761u);
}

static void give(share *s, ntkw_slab slab) {
  s->slabs[s->n++] = slab;
  for (int64_t a = 0; a < slab.count[0]; a++)
    for (int64_t b = 0; b < slab.count[1]; b++)
      for (int64_t c = 0; c < slab.count[2]; c++)
        for (int64_t d = 0; d < slab.count[3]; d++)
          s->values[s->length++] =
              value_at((((slab.start[0] + a) * B + slab.start[1] + b) * C + slab.start[2] + c) * D + slab.start[3] + d);
}

/* Distribute tiles of 2 x 4 x 2 x 3 over the ranks by a seed. Each rank also has an empty tile. */
static void deal(share *s, uint64_t seed) {
  s->n = 0;
  s->length = 0;
  give(s, (ntkw_slab){{1, 2, 0, 4}, {2, 0, 1, 0}});
  for (int64_t a = 0; a < A; a += 2)
    for (int64_t b = 0; b < B; b += 4)
      for (int64_t c = 0; c < C; c += 2)
        for (int64_t d = 0; d < D; d += 3) {
          const ntkw_slab tile = {
              {a, b, c, d},
              {a + 2 < A ? 2 : A - a, b + 4 < B ? 4 : B - b, c + 2 < C ? 2 : C - c, d + 3 < D ? 3 : D - d}};
          if (random_bits(&seed) % (uint64_t)world_size() == (uint64_t)world_rank()) give(s, tile);
        }
}

static ntkw_status publish(const char *path, const share *s, ntkw_checkpoint_transfer transfer) {
  ntkw_checkpoint *checkpoint;
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  CHECK_OK(ntkw_checkpoint_set_transfer(checkpoint, transfer));
  ntkw_checkpoint_add_slabs(checkpoint, "a", "1", NTKW_INT32, 4, shape, s->n, s->slabs, s->values);
  const ntkw_status status = ntkw_checkpoint_publish(checkpoint);
  check_same_verdict(status);
  ntkw_checkpoint_destroy(&checkpoint);
  return status;
}

static void publish_rows(const char *path) {
  static int32_t values[2 * LENGTH];
  int64_t offset, count;
  ntkw_checkpoint *checkpoint;
  cut(MPI_COMM_WORLD, A, 3, &offset, &count);
  for (int64_t i = 0; i < count * B * C * D; i++) values[i] = value_at(offset * B * C * D + i);
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  ntkw_checkpoint_add_array(checkpoint, "a", "1", NTKW_INT32, 4, shape, offset, count, values);
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  ntkw_checkpoint_destroy(&checkpoint);
}

static void expect_same_files(const char *path, const char *other_path) {
  size_t length, other_length;
  unsigned char *bytes = get_file(path, &length), *other = get_file(other_path, &other_length);
  CHECK_EQUAL_INT(length, other_length);
  if (world_rank() == 0 && length == other_length) CHECK(memcmp(bytes, other, length) == 0);
  free(bytes);
  free(other);
}

static void tiles_make_the_file_that_rows_make(void) {
  static share s;
  const char *rows = scratch_path("rows.h5"), *tiles = scratch_path("tiles.h5");
  publish_rows(rows);
  for (uint64_t seed = 1; seed <= 3; seed++) {
    deal(&s, seed);
    CHECK_OK(publish(tiles, &s, NTKW_TRANSFER_DIRECT));
    expect_same_files(rows, tiles);
  }
  CHECK_OK(publish(tiles, &s, NTKW_TRANSFER_MPI_IO));
  expect_same_files(rows, tiles);
  const int64_t usual = ntkw_i_hooks.piece_length; /* short pieces, so that the array has many, like one beyond 2 GiB */
  ntkw_i_hooks.piece_length = 12;
  CHECK_OK(publish(tiles, &s, NTKW_TRANSFER_MPI_IO));
  expect_same_files(rows, tiles);
  CHECK_OK(publish(tiles, &s, NTKW_TRANSFER_DIRECT));
  ntkw_i_hooks.piece_length = usual;
  expect_same_files(rows, tiles);
}

static void any_hyperslabs_are_read(void) {
  static share s;
  static int32_t back[2 * LENGTH];
  const char *path = scratch_path("read.h5");
  ntkw_checkpoint_reader *reader;
  publish_rows(path);
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  deal(&s, 9);
  if (world_rank() == 0) give(&s, (ntkw_slab){{2, 0, 1, 0}, {3, B, 2, D}}); /* overlaps tiles of other ranks */
  CHECK_OK(ntkw_checkpoint_reader_read_slabs(reader, "a", NTKW_INT32, s.n, s.slabs, back));
  CHECK(memcmp(back, s.values, (size_t)s.length * sizeof *back) == 0);
  const bool last = world_rank() == world_size() - 1;
  const ntkw_slab outside = {{0, 0, 0, 2}, {1, 1, 1, last ? 3 : 2}};
  const ntkw_status status = ntkw_checkpoint_reader_read_slabs(reader, "a", NTKW_INT32, 1, &outside, back);
  check_same_verdict(status);
  CHECK_STATUS(status, NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "hyperslab 0 has 3 indices from 2 of dimension 3, which has 4");
  CHECK_STATUS(ntkw_checkpoint_reader_read_slabs(reader, "a", NTKW_INT32, 1, &outside, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_reader_read_slabs(reader, "a", NTKW_UINT32, 0, NULL, NULL), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "is int32, expected uint32");
  CHECK_OK(ntkw_checkpoint_reader_read_slabs(reader, "a", NTKW_INT32, 0, NULL, NULL));
  ntkw_checkpoint_reader_close(&reader);
}

static void overlaps_and_holes_are_refused(void) {
  static share s;
  const char *path = scratch_path("refused.h5");
  for (uint64_t seed = 1; seed <= 5; seed++) {
    deal(&s, seed); /* the first rank with more than the empty tile omits one, or gives one to the last rank too */
    int owner = s.n > 1 ? world_rank() : world_size();
    MPI_Allreduce(MPI_IN_PLACE, &owner, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (world_rank() == owner) s.n--;
    CHECK_STATUS(publish(path, &s, NTKW_TRANSFER_DIRECT), NTKW_ERR_ARGUMENT);
    CHECK_TEXT_HAS(ntkw_last_error(), "array \"a\": no rank has ");
    deal(&s, seed);
    ntkw_slab lent = s.slabs[s.n - 1];
    MPI_Bcast(&lent, sizeof lent, MPI_BYTE, owner, MPI_COMM_WORLD);
    lent.count[1] = 1;
    if (world_rank() == world_size() - 1) give(&s, lent);
    CHECK_STATUS(publish(path, &s, NTKW_TRANSFER_MPI_IO), NTKW_ERR_ARGUMENT);
    CHECK_TEXT_HAS(ntkw_last_error(), "have element (");
  }
  CHECK_EQUAL_INT(count_files(scratch_path(""), "refused"), 0);
}

static void an_overlap_of_as_much_as_a_hole_is_refused(void) {
  static share s;
  s.n = 0;
  s.length = 0;
  if (world_rank() == 0) {
    give(&s, (ntkw_slab){{0, 0, 0, 0}, {A, B, C, 2}});
    give(&s, (ntkw_slab){{0, 0, 0, 1}, {A, B, C, 2}}); /* column 1 twice, column 3 not at all */
  }
  CHECK_STATUS(publish(scratch_path("refused.h5"), &s, NTKW_TRANSFER_DIRECT), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "two hyperslabs of rank 0 have element (");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(tiles_make_the_file_that_rows_make), TEST(any_hyperslabs_are_read),
                                    TEST(overlaps_and_holes_are_refused),
                                    TEST(an_overlap_of_as_much_as_a_hole_is_refused)};
  return run_suite("checkpoint slabs", cases, sizeof cases / sizeof *cases, argc, argv);
}
