/* MPI_Allreduce with MPI_SUM of normalised limbs gives the limbs of the serial sum, for any distribution of the values.
 */
#include "harness.h"
#include "inputs.h"
#include "oracle.h"

#include <stdlib.h>

enum { COUNT = 4000, CUTS = 12, MOST_RANKS = 64 };

static int ascending(const void *a, const void *b) {
  const size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x > y) - (x < y);
}

/* Offsets of the ranks' pieces: random, two of them equal if there are three ranks or more. */
static void cut(size_t begin[], int ranks, uint64_t *state) {
  begin[0] = 0;
  for (int r = 1; r < ranks; r++) begin[r] = random_bits(state) % (COUNT + 1);
  if (ranks > 2) begin[1] = begin[2];
  qsort(begin, (size_t)ranks, sizeof *begin, ascending);
  begin[ranks] = COUNT;
}

static void reduce(ntkw_sum *sum) {
  int64_t all[NTKW_SUM_LIMBS_MAX], counts[2] = {sum->count, sum->not_finite};
  ntkw_sum_normalise(sum);
  CHECK(MPI_Allreduce(sum->limb, all, ntkw_sum_limbs(sum->range), MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD) == MPI_SUCCESS);
  CHECK(MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD) == MPI_SUCCESS);
  sum->count = counts[0];
  sum->not_finite = counts[1];
  ntkw_sum_from_limbs(sum, all);
}

static void compare(const void *values, ntkw_dtype dtype, summand what, int kind, uint64_t *state) {
  size_t begin[MOST_RANKS + 1];
  cut(begin, world_size(), state);
  const size_t mine = begin[world_rank()], count = begin[world_rank() + 1] - mine;
  ntkw_sum whole, piece;
  ntkw_sum_zero(&whole, dtype);
  CHECK_OK(sum_add(&whole, what, values, COUNT, dtype));
  ntkw_sum_normalise(&whole);
  ntkw_sum_zero(&piece, dtype);
  CHECK_OK(sum_add(&piece, what, (const char *)values + mine * input_width(dtype), count, dtype));
  reduce(&piece);
  CHECK_EQUAL_INT(piece.count, whole.count);
  CHECK_EQUAL_INT(piece.not_finite, whole.not_finite);
  CHECK(memcmp(piece.limb, whole.limb, sizeof whole.limb) == 0);
  CHECK_SAME_ON_ALL_RANKS(piece.limb);
  CHECK_RESULTS(sum_results(&piece), sum_results(&whole), input_name(kind));
}

/* All ranks draw the same values and the same cuts. */
static void compare_all(ntkw_dtype dtype) {
  static double values[COUNT];
  uint64_t state = 1;
  for (int kind = 0; kind < input_kinds(); kind++) {
    input_fill(kind, values, COUNT, dtype, &state);
    for (int i = 0; i < CUTS; i++) compare(values, dtype, i % 2 ? MAGNITUDES : SQUARES, kind, &state);
  }
}

static void float32_over_the_ranks(void) {
  compare_all(NTKW_FLOAT32);
}

static void float64_over_the_ranks(void) {
  compare_all(NTKW_FLOAT64);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(float32_over_the_ranks), TEST(float64_over_the_ranks)};
  return run_suite("sum survives an allreduce", cases, sizeof cases / sizeof *cases, argc, argv);
}
