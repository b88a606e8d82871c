/* Norms, traces and weights have the bits of the serial computation on every rank, for every number of ranks and every
 * distribution of the values: pieces of any size, replicated parts, empty shards. */
#include "fixtures.h"

#include <stdlib.h>

enum { VALUES = 1003, REPLICATED = 60 };

static void *gradients[CONDITIONS];
static double *diagonals[CONDITIONS];

static void make_vectors(ntkw_dtype dtype, uint64_t seed) {
  for (int c = 0; c < CONDITIONS; c++) {
    gradients[c] = random_values(dtype, VALUES, c + 1, seed + (uint64_t)c);
    diagonals[c] = random_values(NTKW_FLOAT64, VALUES, 100, seed + 100 + (uint64_t)c);
    for (size_t i = 0; i < VALUES; i++) diagonals[c][i] *= diagonals[c][i];
  }
}

static void free_vectors(void) {
  for (int c = 0; c < CONDITIONS; c++) {
    free(gradients[c]);
    free(diagonals[c]);
  }
}

/* Add the values in pieces of random sizes. Those whose size is a multiple of 3 are merged as sums. */
static void add_in_pieces(ntkw_weighting *weighting, int c, ntkw_dtype dtype, shard run, uint64_t seed) {
  for (size_t done = 0; done < run.length;) {
    size_t length = 1 + random_bits(&seed) % 97;
    if (length > run.length - done) length = run.length - done;
    const void *piece = value_at(gradients[c], dtype, run.offset + done);
    if (length % 3 == 0) {
      ntkw_sum squares;
      ntkw_sum_zero(&squares, dtype);
      CHECK_OK(ntkw_sum_add_squares(&squares, piece, length, dtype));
      CHECK_OK(ntkw_weighting_merge_gradient(weighting, c, &squares));
    } else {
      CHECK_OK(ntkw_weighting_add_gradient(weighting, c, piece, length, dtype));
    }
    CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, c, diagonals[c] + run.offset + done, length));
    done += length;
  }
}

/* Add this rank's shard of the first values, and a copy of the last values, which counts on the rank with copy 0. */
static void add_sharded(ntkw_weighting *weighting, ntkw_dtype dtype, cut way, uint64_t seed) {
  const shard own = shard_make(way, seed, VALUES - REPLICATED);
  const size_t tail = VALUES - REPLICATED;
  for (int c = 0; c < CONDITIONS; c++) {
    add_in_pieces(weighting, c, dtype, own, seed);
    const int copy = (world_rank() + c) % world_size();
    CHECK_OK(
        ntkw_weighting_add_gradient_copy(weighting, c, value_at(gradients[c], dtype, tail), REPLICATED, dtype, copy));
    CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, c, diagonals[c] + tail, copy == 0 ? REPLICATED : 0));
  }
}

static void add_whole(ntkw_weighting *weighting, ntkw_dtype dtype) {
  for (int c = 0; c < CONDITIONS; c++) {
    CHECK_OK(ntkw_weighting_add_gradient(weighting, c, gradients[c], VALUES, dtype));
    CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, c, diagonals[c], VALUES));
  }
}

static void check_against_sums(const ntkw_weighting *weighting, ntkw_dtype dtype) {
  for (int c = 0; c < CONDITIONS; c++) {
    ntkw_sum squares, diagonal;
    ntkw_sum_zero(&squares, dtype);
    ntkw_sum_zero(&diagonal, NTKW_FLOAT64);
    CHECK_OK(ntkw_sum_add_squares(&squares, gradients[c], VALUES, dtype));
    CHECK_OK(ntkw_sum_add_magnitudes(&diagonal, diagonals[c], VALUES, NTKW_FLOAT64));
    CHECK_EQUAL_DOUBLE(ntkw_weighting_norms(weighting)[c], ntkw_sum_root(&squares));
    CHECK_EQUAL_DOUBLE(ntkw_weighting_squared_norms(weighting)[c], ntkw_sum_value(&squares));
    if (ntkw_weighting_needs_traces(weighting))
      CHECK_EQUAL_DOUBLE(ntkw_weighting_ntk_traces(weighting)[c], ntkw_sum_value(&diagonal));
  }
}

static void compare_with_serial(const char *rule, ntkw_dtype dtype, ntkw_dtype widest, cut way) {
  ntkw_weighting_options options = options_of(rule, 0.3, 1, widest);
  options.parameter_count = VALUES;
  ntkw_weighting *sharded = weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
  ntkw_weighting *serial = weighting_of(MPI_COMM_SELF, CONDITIONS, &options);
  for (int epoch = 0; epoch < 3; epoch++) {
    make_vectors(dtype, 1000 * (uint64_t)epoch);
    add_sharded(sharded, dtype, way, (uint64_t)epoch + 7);
    add_whole(serial, dtype);
    CHECK_OK(ntkw_weighting_update(sharded, epoch));
    CHECK_OK(ntkw_weighting_update(serial, epoch));
    check_against_sums(sharded, dtype);
    for (int c = 0; c < CONDITIONS; c++)
      CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(sharded)[c], ntkw_weighting_weights(serial)[c]);
    check_same_weights(sharded);
    free_vectors();
  }
  ntkw_weighting_destroy(&sharded);
  ntkw_weighting_destroy(&serial);
}

static void over_all_cuts(const char *rule) {
  for (int way = 0; way < CUTS; way++) {
    compare_with_serial(rule, NTKW_FLOAT32, NTKW_FLOAT32, (cut)way);
    compare_with_serial(rule, NTKW_FLOAT32, NTKW_FLOAT64, (cut)way);
    compare_with_serial(rule, NTKW_FLOAT64, NTKW_FLOAT64, (cut)way);
  }
}

static void gradient_share(void) {
  over_all_cuts("gradient-share");
}
static void inverse_gradient_norm(void) {
  over_all_cuts("inverse-gradient-norm");
}
static void ntk_trace(void) {
  over_all_cuts("ntk-trace");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(gradient_share), TEST(inverse_gradient_norm), TEST(ntk_trace)};
  return run_suite("norms independent of cut", cases, CASES(cases), argc, argv);
}
