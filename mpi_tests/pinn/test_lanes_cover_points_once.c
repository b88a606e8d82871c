/* Lanes cover every point once, keep to their number and size, and ranks get contiguous runs of them. */
#include "pinn/training/lanes.h"
#include "training_fixture.h"

static void check_cover(const problem *pde, const lane_plan *plan) {
  int64_t next[MAX_CONDITIONS] = {0};
  for (int c = 0; c < pde->n_conditions; c++)
    for (int l = plan->condition_first[c]; l < plan->condition_first[c + 1]; l++) {
      CHECK_EQUAL_INT(plan->lanes[l].condition, c);
      CHECK_EQUAL_INT(plan->lanes[l].first, next[c]);
      CHECK(plan->lanes[l].count > 0);
      next[c] += plan->lanes[l].count;
    }
  for (int c = 0; c < pde->n_conditions; c++) CHECK_EQUAL_INT(next[c], pde->conditions[c].n_points);
}

static void check_rows(const problem *pde, const lane_plan *plan) {
  for (int l = 0; l < plan->n_lanes; l++) {
    const int c = plan->lanes[l].condition;
    const bool last = l + 1 == plan->condition_first[c + 1];
    const int streams = stream_count(equations_streams(pde->conditions[c].equations));
    CHECK(last || plan->lanes[l].count * streams >= 64);
    CHECK_EQUAL_INT(plan->cost[l + 1] - plan->cost[l], plan->lanes[l].count * streams + 8);
  }
}

static void check_shares(const lane_plan *plan) {
  for (int size = 1; size <= 40; size++) {
    int next = 0;
    for (int rank = 0; rank < size; rank++) {
      int first, end;
      lane_plan_share(plan, rank, size, &first, &end);
      CHECK(first == next && end >= first);
      next = end;
    }
    CHECK_EQUAL_INT(next, plan->n_lanes);
  }
}

static void lanes_keep_their_promises(void) {
  static const int most[] = {1, 2, 3, 5, 12, 64, 1000};
  for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
    problem *pde = wave_problem("float64", "none", 1);
    lane_plan plan;
    pde->lanes = most[i];
    CHECK_OK(lane_plan_create(pde, &plan));
    CHECK(plan.n_lanes <= (most[i] > 3 ? most[i] : 3));
    check_cover(pde, &plan);
    check_rows(pde, &plan);
    check_shares(&plan);
    lane_plan_free(&plan);
    problem_destroy(&pde);
  }
}

static void many_points_make_long_lanes(void) {
  problem *pde = wave_problem("float64", "none", 1);
  lane_plan plan;
  pde->conditions[0].n_points = 1000000;
  pde->lanes = 64;
  CHECK_OK(lane_plan_create(pde, &plan));
  CHECK(plan.n_lanes <= 64 && plan.n_lanes >= 60);
  check_cover(pde, &plan);
  lane_plan_free(&plan);
  problem_destroy(&pde);
}

/* Every piece has its share of the rows, up to half a point at either end, and every condition one lane in it. */
static void free_order_cuts_evenly(void) {
  static const int pieces[] = {1, 2, 3, 8, 61, 1000, 100000};
  problem *pde = wave_problem("float64", "none", 1);
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    lane_plan plan;
    CHECK_OK(lane_plan_create_free(pde, pieces[i], &plan));
    check_cover(pde, &plan);
    CHECK(plan.n_lanes <= pieces[i] + pde->n_conditions);
    const int64_t all = plan.cost[plan.n_lanes];
    for (int rank = 0; rank < pieces[i]; rank++) {
      int first, end, lanes_of[MAX_CONDITIONS] = {0};
      lane_plan_share(&plan, rank, pieces[i], &first, &end);
      for (int l = first; l < end; l++) lanes_of[plan.lanes[l].condition]++;
      for (int c = 0; c < pde->n_conditions && pieces[i] <= 61; c++) CHECK(lanes_of[c] <= 1);
      CHECK((double)(plan.cost[end] - plan.cost[first]) <= (double)all / pieces[i] + MAX_STREAMS);
    }
    lane_plan_free(&plan);
  }
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(lanes_keep_their_promises), TEST(many_points_make_long_lanes),
                                    TEST(free_order_cuts_evenly)};
  return run_suite("lanes", cases, sizeof cases / sizeof *cases, argc, argv);
}
