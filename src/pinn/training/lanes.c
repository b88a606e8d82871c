#include "pinn/training/lanes.h"
#include "base/check.h"

#include <stdlib.h>

enum {
  LEAST_ROWS = 64,
  ROWS_OF_A_GRADIENT = 8 /* starting, storing and adding a lane's gradient takes as long as these; as measured */
};

static int64_t ceil_divide(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

/* Points of each lane of a cond, if a lane is to have that many rows. */
static int64_t points_per_lane(const condition *cond, int64_t rows) {
  return ceil_divide(rows, stream_count(equations_streams(cond->equations)));
}

static int64_t count_lanes(const problem *pde, int64_t rows) {
  int64_t n = 0;
  for (int c = 0; c < pde->n_conditions; c++)
    n += ceil_divide(pde->conditions[c].n_points, points_per_lane(&pde->conditions[c], rows));
  return n;
}

/* The smallest number of rows, at least LEAST_ROWS, with which the problem keeps to its number of lanes. */
static int64_t rows_per_lane(const problem *pde) {
  const int64_t most = pde->lanes > pde->n_conditions ? pde->lanes : pde->n_conditions;
  int64_t low = LEAST_ROWS, high = LEAST_ROWS;
  while (count_lanes(pde, high) > most) high *= 2;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (count_lanes(pde, middle) > most)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void lay_lanes(const problem *pde, int64_t rows, lane_plan *plan) {
  int n = 0;
  plan->cost[0] = 0;
  for (int c = 0; c < pde->n_conditions; c++) {
    const condition *cond = &pde->conditions[c];
    const int64_t points = points_per_lane(cond, rows);
    plan->condition_first[c] = n;
    for (int64_t first = 0; first < cond->n_points; first += points, n++) {
      const int64_t left = cond->n_points - first, count = left < points ? left : points;
      plan->lanes[n] = (lane){.condition = c, .first = first, .count = count};
      plan->cost[n + 1] = plan->cost[n] + count * stream_count(equations_streams(cond->equations)) + ROWS_OF_A_GRADIENT;
    }
  }
  plan->condition_first[pde->n_conditions] = n;
}

static ntkw_status allocate(const problem *pde, int64_t most, lane_plan *plan) {
  *plan = (lane_plan){.n_conditions = pde->n_conditions};
  plan->lanes = calloc((size_t)most, sizeof *plan->lanes);
  plan->cost = calloc((size_t)most + 1, sizeof *plan->cost);
  if (plan->lanes && plan->cost) return NTKW_SUCCESS;
  lane_plan_free(plan);
  return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for %lld lanes", (long long)most);
}

ntkw_status lane_plan_create(const problem *pde, lane_plan *plan) {
  const int64_t rows = rows_per_lane(pde), n = count_lanes(pde, rows);
  NTKW_TRY(allocate(pde, n, plan));
  plan->n_lanes = (int)n;
  lay_lanes(pde, rows, plan);
  return NTKW_SUCCESS;
}

static int64_t count_rows(const problem *pde) {
  int64_t rows = 0;
  for (int c = 0; c < pde->n_conditions; c++)
    rows += pde->conditions[c].n_points * stream_count(equations_streams(pde->conditions[c].equations));
  return rows;
}

ntkw_status lane_plan_create_free(const problem *pde, int n_pieces, lane_plan *plan) {
  const int64_t all = count_rows(pde);
  int64_t before = 0; /* rows of the conditions before */
  NTKW_TRY(allocate(pde, (int64_t)n_pieces + pde->n_conditions, plan));
  for (int c = 0; c < pde->n_conditions; c++) {
    const int64_t n = pde->conditions[c].n_points,
                  streams = stream_count(equations_streams(pde->conditions[c].equations));
    plan->condition_first[c] = plan->n_lanes;
    for (int64_t piece = before * n_pieces / all + 1, done = 0; done < n; piece++) {
      const int64_t rows =
          (int64_t)((__extension__(__int128) all * piece) / n_pieces) - before; /* to the piece's end */
      const int64_t end = rows >= n * streams ? n : (rows + streams / 2) / streams;
      if (end <= done) continue;
      plan->lanes[plan->n_lanes++] = (lane){.condition = c, .first = done, .count = end - done};
      plan->cost[plan->n_lanes] = before + end * streams;
      done = end;
    }
    before += n * streams;
  }
  plan->condition_first[pde->n_conditions] = plan->n_lanes;
  return NTKW_SUCCESS;
}

void lane_plan_free(lane_plan *plan) {
  free(plan->lanes);
  free(plan->cost);
  *plan = (lane_plan){0};
}

/* The rank in whose stretch of the total cost the middle of a lane lies: not decreasing with the lane. */
static int rank_of_lane(const lane_plan *plan, int l, int size) {
  const int64_t middle = plan->cost[l] + plan->cost[l + 1]; /* doubled */
  return (int)((__extension__(__int128) middle * size) / (2 * plan->cost[plan->n_lanes]));
}

void lane_plan_share(const lane_plan *plan, int rank, int size, int *first, int *end) {
  int l = 0;
  while (l < plan->n_lanes && rank_of_lane(plan, l, size) < rank) l++;
  *first = l;
  while (l < plan->n_lanes && rank_of_lane(plan, l, size) == rank) l++;
  *end = l;
}
