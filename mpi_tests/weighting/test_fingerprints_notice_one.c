/* Sums of fingerprints show a single deviating rank among up to 2^31, and show none if all ranks agree. */
#include "fixtures.h"
#include "weighting/fingerprint.h"

enum { VALUES = NTKW_I_FINGERPRINT_VALUES };

/* The result of an MPI_Allreduce over ranks - 1 ranks with one fingerprint and one rank with another. */
static bool agree(int64_t ranks, uint64_t most, uint64_t one) {
  int64_t common[VALUES], single[VALUES], sum[VALUES];
  ntkw_i_fingerprint_pack(most, common);
  ntkw_i_fingerprint_pack(one, single);
  for (int i = 0; i < VALUES; i++) sum[i] = (ranks - 1) * common[i] + single[i];
  return ntkw_i_fingerprint_agrees(sum, ranks);
}

static void one_bit_of_one_rank_shows(void) {
  static const int64_t sizes[] = {2, 3, 8, 1000003, INT64_C(1) << 31};
  static const uint64_t fingerprints[] = {0, 1, UINT64_MAX, 0x0123456789abcdef, 0xffff0000ffff0000};
  for (size_t s = 0; s < CASES(sizes); s++)
    for (size_t f = 0; f < CASES(fingerprints); f++) {
      CHECK(agree(sizes[s], fingerprints[f], fingerprints[f]));
      for (int bit = 0; bit < 64; bit++)
        CHECK(!agree(sizes[s], fingerprints[f], fingerprints[f] ^ (UINT64_C(1) << bit)));
    }
}

static void no_healthy_rank_agrees(void) {
  const int64_t zeros[VALUES] = {0};
  CHECK(ntkw_i_fingerprint_agrees(zeros, 0));
}

static void texts_and_numbers_differ(void) {
  CHECK(ntkw_i_fingerprint_text(0, "ab") != ntkw_i_fingerprint_text(0, "ba"));
  CHECK(ntkw_i_fingerprint_text(ntkw_i_fingerprint_text(0, "a"), "bc") !=
        ntkw_i_fingerprint_text(ntkw_i_fingerprint_text(0, "ab"), "c"));
  CHECK(ntkw_i_fingerprint_doubles(0, (double[]){0.0}, 1) != ntkw_i_fingerprint_doubles(0, (double[]){-0.0}, 1));
}

/* The state of a weighting contains fingerprints, so their values are part of its format. */
static void values_are_kept(void) {
  CHECK(ntkw_i_fingerprint_text(0, "ntk-trace") == UINT64_C(0x5223a5a460c270f6));
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(one_bit_of_one_rank_shows), TEST(no_healthy_rank_agrees),
                                    TEST(texts_and_numbers_differ), TEST(values_are_kept)};
  return run_suite("fingerprints notice one", cases, CASES(cases), argc, argv);
}
