/* If arguments are wrong, or differ over the ranks, all ranks get the same error, and no file is written. */
#include "support.h"

#include <stdio.h>

static double values[64];

static ntkw_checkpoint *begin(const char *path) {
  ntkw_checkpoint *checkpoint = NULL;
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  return checkpoint;
}

static void add(ntkw_checkpoint *checkpoint, int64_t n, int64_t offset, int64_t count) {
  ntkw_checkpoint_add_array(checkpoint, "a", "1", NTKW_FLOAT64, 1, &n, offset, count, values);
}

/* Check that publication fails with this status and a message with `why`, and that no file is written. */
static void expect(ntkw_checkpoint *checkpoint, ntkw_status expected, const char *why) {
  const char *folder = scratch_path("");
  const int before = count_files(folder, "refused");
  const ntkw_status status = ntkw_checkpoint_publish(checkpoint);
  check_same_verdict(status);
  CHECK_STATUS(status, expected);
  CHECK_TEXT_HAS(ntkw_last_error(), why);
  CHECK_EQUAL_INT(count_files(folder, "refused"), before);
  ntkw_checkpoint_destroy(&checkpoint);
}

static int last_rank(void) {
  return world_size() - 1;
}

static void gaps_and_overlaps_are_named(void) {
  const int64_t rank = world_rank(), n = 4 * world_size();
  ntkw_checkpoint *checkpoint = begin(scratch_path("refused.h5"));
  add(checkpoint, n, 4 * rank, rank == last_rank() ? 3 : 4);
  char why[200];
  snprintf(why, sizeof why, "array \"a\": no rank has the indices %lld to %lld", (long long)n - 1, (long long)n - 1);
  expect(checkpoint, NTKW_ERR_ARGUMENT, why);

  checkpoint = begin(scratch_path("refused.h5"));
  add(checkpoint, n, 4 * rank + (rank == 0), rank == 0 ? 3 : 4);
  expect(checkpoint, NTKW_ERR_ARGUMENT, "no rank has the indices 0 to 0");

  checkpoint = begin(scratch_path("refused.h5"));
  add(checkpoint, n, 4 * rank + 1, 4); /* the last rank's part exceeds the array */
  expect(checkpoint, NTKW_ERR_ARGUMENT, rank >= 0 && last_rank() == 0 ? "outside of the 4" : "no rank has the indices");

  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  checkpoint = begin(scratch_path("refused.h5"));
  add(checkpoint, n, 4 * rank - (rank == 1), 4 + (rank == 1));
  expect(checkpoint, NTKW_ERR_ARGUMENT, "ranks 0 and 1 both have index 3");
  checkpoint = begin(scratch_path("refused.h5"));
  add(checkpoint, 5, 0, 5); /* every rank adds the whole array */
  expect(checkpoint, NTKW_ERR_ARGUMENT, "ranks 0 and 1 both have index 0");
}

static void empty_parts_may_lie_anywhere(void) {
  const char *path = scratch_path("empty-parts.h5");
  ntkw_checkpoint *checkpoint = begin(path);
  const bool owner = world_rank() == last_rank();
  add(checkpoint, 7, owner ? 0 : 1000 * world_rank(), owner ? 7 : 0);
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  ntkw_checkpoint_destroy(&checkpoint);
  ntkw_checkpoint_reader *reader;
  double back[7];
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  CHECK_OK(ntkw_checkpoint_reader_read_array(reader, "a", NTKW_FLOAT64, 0, world_rank() == 0 ? 7 : 0,
                                             world_rank() == 0 ? back : NULL));
  CHECK_STATUS(ntkw_checkpoint_reader_read_array(reader, "a", NTKW_FLOAT64, 0, world_rank() == 0 ? 6 : 0, back),
               NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "no rank has the indices 6 to 6");
  CHECK_STATUS(ntkw_checkpoint_reader_read_array(reader, "a", NTKW_FLOAT64, 0, world_rank() == 0 ? 7 : 0, NULL),
               NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_reader_read_array(reader, "a", NTKW_FLOAT32, 0, 7, back), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "is float64, expected float32");
  CHECK_STATUS(ntkw_checkpoint_reader_read_array(reader, "b", NTKW_FLOAT64, 0, 7, back), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "no array \"b\"");
  ntkw_checkpoint_reader_close(&reader);
}

static void one_rank_stating_otherwise_is_named(void) {
  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  const bool odd = world_rank() == last_rank();
  const int64_t n = 4 * world_size(), offset = 4 * world_rank(), wide[] = {n, odd ? 3 : 2}, other = n + odd;
  char rank[40], why[200];
  snprintf(rank, sizeof rank, "on rank %d, ", last_rank());

  ntkw_checkpoint *checkpoint = begin(scratch_path("refused.h5"));
  ntkw_checkpoint_add_array(checkpoint, "w", "1", NTKW_FLOAT64, 2, wide, offset, 4, values);
  snprintf(why, sizeof why, "array \"w\" has the shape (%lld, 3) %sbut (%lld, 2)", (long long)n, rank, (long long)n);
  expect(checkpoint, NTKW_ERR_DISAGREE, why);

  checkpoint = begin(scratch_path("refused.h5"));
  add(checkpoint, other, offset, 4);
  expect(checkpoint, NTKW_ERR_DISAGREE, rank);

  checkpoint = begin(scratch_path("refused.h5"));
  ntkw_checkpoint_add_array(checkpoint, odd ? "b" : "a", "1", NTKW_FLOAT64, 1, &n, offset, 4, values);
  expect(checkpoint, NTKW_ERR_DISAGREE, "array 0 is \"b\"");

  checkpoint = begin(scratch_path("refused.h5"));
  ntkw_checkpoint_add_array(checkpoint, "a", odd ? "m" : "s", NTKW_FLOAT64, 1, &n, offset, 4, values);
  expect(checkpoint, NTKW_ERR_DISAGREE, "unit \"m\"");

  checkpoint = begin(scratch_path("refused.h5"));
  ntkw_checkpoint_add_array(checkpoint, "a", "1", odd ? NTKW_FLOAT32 : NTKW_FLOAT64, 1, &n, offset, 4, values);
  expect(checkpoint, NTKW_ERR_DISAGREE, "is float32");

  checkpoint = begin(scratch_path("refused.h5"));
  if (!odd) add(checkpoint, n, offset, 4);
  expect(checkpoint, NTKW_ERR_DISAGREE, "has added 0 arrays, but rank 0 1");

  const ntkw_status status =
      ntkw_checkpoint_create(MPI_COMM_WORLD, scratch_path(odd ? "refused-odd.h5" : "refused.h5"), &checkpoint);
  check_same_verdict(status);
  CHECK_STATUS(status, NTKW_ERR_DISAGREE);
  CHECK(checkpoint == NULL);
}

/* One rank makes a mistake in a local call. That rank gets the error from the call, all others from the publication. */
static void local_mistakes_are_remembered(void) {
  const int64_t n = 4 * world_size(), offset = 4 * world_rank(), bad[] = {n, -1}, huge[] = {n, INT64_MAX / 4};
  const bool odd = world_rank() == last_rank();
  for (int mistake = 0; mistake < 10; mistake++) {
    ntkw_checkpoint *checkpoint = begin(scratch_path("refused.h5"));
    add(checkpoint, n, offset, 4);
    ntkw_status status = NTKW_ERR_ARGUMENT;
    const ntkw_dtype type = NTKW_FLOAT64;
    if (odd && mistake == 0) status = ntkw_checkpoint_add_array(checkpoint, "a", "1", type, 1, &n, offset, 4, values);
    if (odd && mistake == 1) status = ntkw_checkpoint_add_array(checkpoint, "b", "1", type, 1, &n, offset, 4, NULL);
    if (odd && mistake == 2) status = ntkw_checkpoint_add_array(checkpoint, "b", "1", type, 5, &n, offset, 4, values);
    if (odd && mistake == 3) status = ntkw_checkpoint_add_array(checkpoint, "b", "1", type, 2, bad, offset, 4, values);
    if (odd && mistake == 4) status = ntkw_checkpoint_add_array(checkpoint, "b", "1", type, 2, huge, offset, 4, values);
    if (odd && mistake == 5) status = ntkw_checkpoint_add_array(checkpoint, "b/c", "1", type, 1, &n, offset, 4, values);
    if (odd && mistake == 6) status = ntkw_checkpoint_add_array(checkpoint, "b", "1", type, 1, &n, offset, -1, values);
    if (odd && mistake == 7)
      status = ntkw_checkpoint_add_array(checkpoint, "b", "1", (ntkw_dtype)99, 1, &n, offset, 4, values);
    if (odd && mistake == 8) status = ntkw_checkpoint_set_text(checkpoint, "t", NULL);
    if (odd && mistake == 9) status = ntkw_checkpoint_set_integer(checkpoint, "", 1);
    CHECK_STATUS(status, NTKW_ERR_ARGUMENT);
    char rank[40];
    snprintf(rank, sizeof rank, "rank %d: ", last_rank());
    expect(checkpoint, NTKW_ERR_ARGUMENT, rank);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(gaps_and_overlaps_are_named), TEST(empty_parts_may_lie_anywhere),
                                    TEST(one_rank_stating_otherwise_is_named), TEST(local_mistakes_are_remembered)};
  return run_suite("checkpoint arguments", cases, sizeof cases / sizeof *cases, argc, argv);
}
