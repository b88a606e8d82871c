/* Chunks cover every point once and respect the limits of number and size. They have whole panels, or any number of rows
 * from 64 on if lane_rows is 64. Ranks get contiguous runs of chunks. */
#include "pinn/training/chunk_cost.h"
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

/* All chunks except the last one of a condition have the same number of whole panels. */
static void check_panels(const problem *pde, int64_t count, int64_t of_panel, bool last) {
  CHECK(last || (count % of_panel == 0 && count / of_panel >= pde->lane_rows / 128));
}

static void check_rows(const problem *pde, const chunk_plan *plan) {
  for (int l = 0; l < plan->n_chunks; l++) {
    const int c = plan->chunks[l].condition;
    const bool last = l + 1 == plan->condition_first[c + 1];
    const int streams = stream_count(equations_streams(pde->conditions[c].equations));
    if (pde->lane_rows == SHORT_LANE_ROWS)
      CHECK(last || plan->chunks[l].count * streams >= 64);
    else
      check_panels(pde, plan->chunks[l].count, 128 / streams, last);
    CHECK(plan->cost[l + 1] - plan->cost[l] > ROW_COST * plan->chunks[l].count * streams);
  }
}

static void check_shares(const chunk_plan *plan) {
  for (int size = 1; size <= 40; size++) {
    int first[41];
    chunk_plan_share(plan, size, first);
    CHECK_EQUAL_INT(first[0], 0);
    for (int rank = 0; rank < size; rank++) CHECK(first[rank + 1] >= first[rank]);
    CHECK_EQUAL_INT(first[size], plan->n_chunks);
  }
}

static void check_plans(int lane_rows) {
  static const int most[] = {1, 2, 3, 5, 12, 64, 1000};
  for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
    problem *pde = wave_problem("float64", "none", 1);
    chunk_plan plan;
    pde->lanes = most[i];
    pde->lane_rows = lane_rows;
    CHECK_OK(chunk_plan_create(pde, &plan));
    CHECK(plan.n_chunks <= (most[i] > 3 ? most[i] : 3));
    check_cover(pde, &plan);
    check_rows(pde, &plan);
    check_shares(&plan);
    chunk_plan_free(&plan);
    problem_destroy(&pde);
  }
}

static void chunks_keep_their_promises(void) {
  static const int lane_rows[] = {64, 128, 256, 640, 1 << 30};
  for (size_t i = 0; i < sizeof lane_rows / sizeof *lane_rows; i++) check_plans(lane_rows[i]);
}

static void many_points_make_long_chunks(void) {
  for (int rows = 64; rows <= 128; rows += 64) {
    problem *pde = wave_problem("float64", "none", 1);
    chunk_plan plan;
    pde->conditions[0].n_points = 1000000;
    pde->lanes = 64;
    pde->lane_rows = rows;
    CHECK_OK(chunk_plan_create(pde, &plan));
    CHECK(plan.n_chunks <= 64 && plan.n_chunks >= 60);
    check_cover(pde, &plan);
    check_rows(pde, &plan);
    chunk_plan_free(&plan);
    problem_destroy(&pde);
  }
}

/* The chunks of the first condition, which has `streams` streams and so many points. */
static void check_first(int lane_rows, int lanes, int64_t points, int64_t chunk_points, int n) {
  problem *pde = wave_problem("float64", "none", 1);
  chunk_plan plan;
  pde->conditions[0].n_points = points;
  pde->lane_rows = lane_rows;
  pde->lanes = lanes;
  CHECK_OK(chunk_plan_create(pde, &plan));
  CHECK_EQUAL_INT(plan.chunks[0].count, chunk_points);
  CHECK_EQUAL_INT(plan.condition_first[1], n);
  chunk_plan_free(&plan);
  problem_destroy(&pde);
}

/* Lengths by hand. The first condition has 4 streams (u, u_t, u_x, and the combination of second derivatives); the
 * others have 131 and 180 rows. */
static void lengths_are_those_by_hand(void) {
  check_first(128, 64, 150, 32, 5);
  check_first(256, 64, 150, 64, 3);
  check_first(128, 7, 150, 64, 3);  /* 9 lanes of 128 rows are too many; of 256: 3 + 1 + 1 */
  check_first(128, 4, 150, 96, 2);  /* 384 rows: 2 + 1 + 1 */
  check_first(128, 3, 150, 150, 1); /* 640 rows: one for each condition */
  check_first(64, 64, 150, 16, 10);
  check_first(64, 12, 150, 22, 7); /* 85 rows, the least with 12 lanes: 7 + 2 + 3 */
}

/* All derivatives of order four by four inputs have 70 streams, so a panel has one point. */
static void a_point_of_many_rows_is_a_panel(void) {
  static const char text[] =
      "local by = { 'a', 'b', 'c', 'd' }\n"
      "local function all(p)\n"
      "  local sum = 0\n"
      "  for i = 1, 4 do for j = i, 4 do for k = j, 4 do for l = k, 4 do\n"
      "    sum = sum + p['u_' .. by[i] .. by[j] .. by[k] .. by[l]]^2\n"
      "  end end end end\n"
      "  return sum\n"
      "end\n"
      "return problem { inputs = { {'a', 0, 1}, {'b', 0, 1}, {'c', 0, 1}, {'d', 0, 1} }, outputs = { 'u' },\n"
      "  conditions = { { 'high', points = 5, on = interior(), equation = all } }, network = { hidden = {4} } }\n";
  problem *pde = NULL;
  chunk_plan plan;
  CHECK_OK(problem_from_lua("high.lua", text, &pde));
  CHECK_EQUAL_INT(stream_count(equations_streams(pde->conditions[0].equations)), 70);
  for (int panels = 1; panels <= 3; panels++) {
    pde->lane_rows = 128 * panels;
    CHECK_OK(chunk_plan_create(pde, &plan));
    CHECK_EQUAL_INT(plan.chunks[0].count, panels);
    CHECK_EQUAL_INT(plan.n_chunks, (5 + panels - 1) / panels);
    check_cover(pde, &plan);
    chunk_plan_free(&plan);
  }
  problem_destroy(&pde);
}

/* The costs of a network 2-width-width-width-1, in rows: those measured, up to a factor of 1.5. */
static void check_cost(int width, double point, double panel_and_gradient) {
  const network_options net = {.n_inputs = 2, .n_outputs = 1, .n_hidden = 3, .hidden = {width, width, width}};
  const chunk_cost cost = chunk_cost_of(&net);
  const double value = (double)cost.point / ROW_COST, others = (double)(cost.panel + cost.gradient) / ROW_COST;
  CHECK(value > point / 1.5 && value < point * 1.5);
  CHECK(others > panel_and_gradient / 1.5 && others < panel_and_gradient * 1.5);
}

static void costs_are_about_those_measured(void) {
  check_cost(20, 0.88, 9);
  check_cost(50, 0.45, 5);
  check_cost(100, 0.18, 6.5);
  check_cost(200, 0.09, 11);
  check_cost(500, 0.03, 15);
  const network_options wide = {.n_inputs = 1, .n_outputs = 1, .n_hidden = 2, .hidden = {MAX_WIDTH, MAX_WIDTH}};
  const chunk_cost cost = chunk_cost_of(&wide);
  CHECK(cost.point >= 0 && cost.panel > 0 && cost.gradient > 0 && cost.gradient < 1000 * ROW_COST);
}

/* A chunk costs more with each point, and more by a panel and its rows with each panel. */
static void costs_grow_with_points(void) {
  const network_options net = {.n_inputs = 2, .n_outputs = 1, .n_hidden = 1, .hidden = {30}};
  const stream_set streams = {.n_first = 2};
  const chunk_cost cost = chunk_cost_of(&net);
  for (int n = 1; n < 300; n++) {
    const int64_t more = chunk_cost_of_points(&cost, &streams, n + 1) - chunk_cost_of_points(&cost, &streams, n);
    CHECK_EQUAL_INT(more, 3 * ROW_COST + cost.point + (n % 42 == 0 ? cost.panel : 0));
  }
}

/* In free order each piece has its share of the rows, up to one point, and at most one chunk of each condition. */
static void free_order_cuts_evenly(void) {
  static const int pieces[] = {1, 2, 3, 8, 61, 1000, 100000};
  static int shares[100000 + 1];
  problem *pde = wave_problem("float64", "none", 1);
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    chunk_plan plan;
    CHECK_OK(chunk_plan_create_free(pde, pieces[i], &plan));
    check_cover(pde, &plan);
    CHECK(plan.n_chunks <= pieces[i] + pde->n_conditions);
    const int64_t all = plan.cost[plan.n_chunks];
    chunk_plan_share(&plan, pieces[i], shares);
    for (int rank = 0; rank < pieces[i]; rank++) {
      const int first = shares[rank], end = shares[rank + 1];
      int chunks_of[MAX_CONDITIONS] = {0};
      for (int l = first; l < end; l++) chunks_of[plan.chunks[l].condition]++;
      for (int c = 0; c < pde->n_conditions && pieces[i] <= 61; c++) CHECK(chunks_of[c] <= 1);
      CHECK((double)(plan.cost[end] - plan.cost[first]) <= (double)all / pieces[i] + MAX_STREAMS);
    }
    chunk_plan_free(&plan);
  }
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(chunks_keep_their_promises),     TEST(many_points_make_long_chunks),
                                    TEST(lengths_are_those_by_hand),      TEST(a_point_of_many_rows_is_a_panel),
                                    TEST(costs_are_about_those_measured), TEST(costs_grow_with_points),
                                    TEST(free_order_cuts_evenly)};
  return run_suite("chunks", cases, sizeof cases / sizeof *cases, argc, argv);
}
