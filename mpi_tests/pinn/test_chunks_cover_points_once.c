/* Chunks cover every point once and respect the limits of number and size. Ranks get contiguous runs of chunks. */
#include "pinn/training/chunks.h"
#include "training_fixture.h"

static void check_cover(const problem *pde, const chunk_plan *plan) {
  int64_t next[MAX_CONDITIONS] = {0};
  for (int c = 0; c < pde->n_conditions; c++)
    for (int l = plan->condition_first[c]; l < plan->condition_first[c + 1]; l++) {
      CHECK_EQUAL_INT(plan->chunks[l].condition, c);
      CHECK_EQUAL_INT(plan->chunks[l].first, next[c]);
      CHECK(plan->chunks[l].count > 0);
      next[c] += plan->chunks[l].count;
    }
  for (int c = 0; c < pde->n_conditions; c++) CHECK_EQUAL_INT(next[c], pde->conditions[c].n_points);
}

static void check_rows(const problem *pde, const chunk_plan *plan) {
  for (int l = 0; l < plan->n_chunks; l++) {
    const int c = plan->chunks[l].condition;
    const bool last = l + 1 == plan->condition_first[c + 1];
    const int streams = stream_count(equations_streams(pde->conditions[c].equations));
    CHECK(last || plan->chunks[l].count * streams >= 64);
    CHECK_EQUAL_INT(plan->cost[l + 1] - plan->cost[l], plan->chunks[l].count * streams + 8);
  }
}

static void check_shares(const chunk_plan *plan) {
  for (int size = 1; size <= 40; size++) {
    int next = 0;
    for (int rank = 0; rank < size; rank++) {
      int first, end;
      chunk_plan_share(plan, rank, size, &first, &end);
      CHECK(first == next && end >= first);
      next = end;
    }
    CHECK_EQUAL_INT(next, plan->n_chunks);
  }
}

static void chunks_keep_their_promises(void) {
  static const int most[] = {1, 2, 3, 5, 12, 64, 1000};
  for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
    problem *pde = wave_problem("float64", "none", 1);
    chunk_plan plan;
    pde->lanes = most[i];
    CHECK_OK(chunk_plan_create(pde, &plan));
    CHECK(plan.n_chunks <= (most[i] > 3 ? most[i] : 3));
    check_cover(pde, &plan);
    check_rows(pde, &plan);
    check_shares(&plan);
    chunk_plan_free(&plan);
    problem_destroy(&pde);
  }
}

static void many_points_make_long_chunks(void) {
  problem *pde = wave_problem("float64", "none", 1);
  chunk_plan plan;
  pde->conditions[0].n_points = 1000000;
  pde->lanes = 64;
  CHECK_OK(chunk_plan_create(pde, &plan));
  CHECK(plan.n_chunks <= 64 && plan.n_chunks >= 60);
  check_cover(pde, &plan);
  chunk_plan_free(&plan);
  problem_destroy(&pde);
}

/* In free order each piece has its share of the rows, up to one point, and at most one chunk of each condition. */
static void free_order_cuts_evenly(void) {
  static const int pieces[] = {1, 2, 3, 8, 61, 1000, 100000};
  problem *pde = wave_problem("float64", "none", 1);
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    chunk_plan plan;
    CHECK_OK(chunk_plan_create_free(pde, pieces[i], &plan));
    check_cover(pde, &plan);
    CHECK(plan.n_chunks <= pieces[i] + pde->n_conditions);
    const int64_t all = plan.cost[plan.n_chunks];
    for (int rank = 0; rank < pieces[i]; rank++) {
      int first, end, chunks_of[MAX_CONDITIONS] = {0};
      chunk_plan_share(&plan, rank, pieces[i], &first, &end);
      for (int l = first; l < end; l++) chunks_of[plan.chunks[l].condition]++;
      for (int c = 0; c < pde->n_conditions && pieces[i] <= 61; c++) CHECK(chunks_of[c] <= 1);
      CHECK((double)(plan.cost[end] - plan.cost[first]) <= (double)all / pieces[i] + MAX_STREAMS);
    }
    chunk_plan_free(&plan);
  }
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(chunks_keep_their_promises), TEST(many_points_make_long_chunks),
                                    TEST(free_order_cuts_evenly)};
  return run_suite("chunks", cases, sizeof cases / sizeof *cases, argc, argv);
}
