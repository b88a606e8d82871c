/* Shard plans: the pieces of all ranks together have every parameter once, copies have distinct indices, and plans are
 * of many kinds. */
#include <stdlib.h>
#include "cli/replay/shard_plan.h"
#include "harness.h"

enum { PARAMETERS = 713, SEGMENTS = 5, MOST_RANKS = 9, STEPS = 12 };
static const int64_t offsets[SEGMENTS] = {0, 300, 300, 301, 712}, sizes[SEGMENTS] = {300, 0, 1, 411, 1};
static const shard_model model = {PARAMETERS, SEGMENTS, offsets, sizes};

/* Counts over all plans that were drawn. */
static struct { int empty_ranks, ranks_with_many_pieces, empty_pieces, copies, first_copies_beyond_rank_0; } seen;

static int held[PARAMETERS], copies_of[PARAMETERS]; /* held: times counted; copies_of: one bit per index of a copy */

static void count_pieces(const shard_plan *mine, int rank) {
  int64_t values = 0;
  for (int k = 0; k < mine->n; k++) {
    const shard_piece p = mine->pieces[k];
    CHECK(p.offset >= 0 && p.count >= 0 && p.offset + p.count <= PARAMETERS && p.copy >= NOT_A_COPY);
    for (int64_t i = p.offset; i < p.offset + p.count; i++) {
      held[i] += p.copy <= 0;
      if (p.copy != NOT_A_COPY) {
        CHECK((copies_of[i] >> p.copy & 1) == 0);
        copies_of[i] |= 1 << p.copy;
      }
    }
    values += p.count;
    seen.empty_pieces += p.count == 0;
    seen.copies += p.copy > 0;
    seen.first_copies_beyond_rank_0 += p.copy == 0 && rank > 0;
  }
  seen.empty_ranks += values == 0;
  seen.ranks_with_many_pieces += mine->n > 2;
}

static void check_draw(shard_kind kind, uint64_t seed, int64_t step, int size) {
  shard_plan mine = {0};
  memset(held, 0, sizeof held);
  memset(copies_of, 0, sizeof copies_of);
  for (int rank = 0; rank < size; rank++) {
    CHECK_OK(shard_plan_draw(kind, seed, step, rank, size, &model, &mine));
    count_pieces(&mine, rank);
  }
  for (int i = 0; i < PARAMETERS; i++) {
    CHECK_EQUAL_INT(held[i], 1);
    CHECK((copies_of[i] & (copies_of[i] + 1)) == 0); /* indices 0 to k without gap */
  }
  shard_plan_free(&mine);
}

static void check_all_draws(shard_kind kind) {
  memset(&seen, 0, sizeof seen);
  for (int size = 1; size <= MOST_RANKS; size++)
    for (int64_t step = 0; step < STEPS; step++) check_draw(kind, (uint64_t)size, step, size);
}

static void even_cuts_are_one_run_a_rank(void) {
  check_all_draws(SHARD_EVEN);
  CHECK_EQUAL_INT(seen.ranks_with_many_pieces, 0);
  CHECK_EQUAL_INT(seen.empty_ranks, 0);
}

static void random_cuts_have_empty_shards_and_many_pieces(void) {
  check_all_draws(SHARD_RANDOM);
  CHECK(seen.empty_ranks > 10);
  CHECK(seen.ranks_with_many_pieces > 10);
  CHECK(seen.empty_pieces > 10);
  CHECK_EQUAL_INT(seen.copies, 0);
}

static void replicated_cuts_have_copies_anywhere(void) {
  check_all_draws(SHARD_REPLICATED);
  CHECK(seen.copies > 10);
  CHECK(seen.first_copies_beyond_rank_0 > 10);
}

static void draws_follow_from_seed_and_step(void) {
  shard_plan a = {0}, b = {0};
  int differing = 0;
  for (int64_t step = 0; step < STEPS; step++) {
    CHECK_OK(shard_plan_draw(SHARD_RANDOM, 5, step, 1, 3, &model, &a));
    CHECK_OK(shard_plan_draw(SHARD_RANDOM, 5, step, 1, 3, &model, &b));
    CHECK(a.n == b.n && memcmp(a.pieces, b.pieces, (size_t)a.n * sizeof *a.pieces) == 0);
    CHECK_OK(shard_plan_draw(SHARD_RANDOM, 6, step, 1, 3, &model, &b));
    differing += a.n != b.n || memcmp(a.pieces, b.pieces, (size_t)a.n * sizeof *a.pieces) != 0;
  }
  CHECK(differing > STEPS / 2);
  shard_plan_free(&a);
  shard_plan_free(&b);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(even_cuts_are_one_run_a_rank),
                                    TEST(random_cuts_have_empty_shards_and_many_pieces),
                                    TEST(replicated_cuts_have_copies_anywhere), TEST(draws_follow_from_seed_and_step)};
  return run_suite("shard_plan_covers_every_parameter_once", cases, sizeof cases / sizeof *cases, argc, argv);
}
