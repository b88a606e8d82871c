#include "pinn/spectrum/ntk_plan.h"
#include "pinn/network/ntk_factors.h"
#include "base/check.h"

#include <stdlib.h>

int64_t ntk_rows(const problem *pde, int64_t n_points) {
  int64_t rows = 0;
  for (int c = 0; c < pde->n_conditions; c++) rows += n_points * equations_count(pde->conditions[c].equations);
  return rows;
}

static int points_of_panel(const problem *pde, int c) {
  return FACTOR_ROWS / stream_count(equations_streams(pde->conditions[c].equations));
}

static int64_t count_panels(const problem *pde, int64_t n_points) {
  int64_t n = 0;
  for (int c = 0; c < pde->n_conditions; c++) {
    const int most = points_of_panel(pde, c);
    n += (n_points + most - 1) / most * equations_count(pde->conditions[c].equations);
  }
  return n;
}

static void cut_equation(const problem *pde, int c, int equation, int64_t first_row, ntk_plan *plan) {
  const int most = points_of_panel(pde, c);
  for (int64_t done = 0; done < plan->n_points; done += most) {
    const int64_t left = plan->n_points - done;
    plan->panels[plan->n_panels++] =
        (ntk_panel){.condition = c,
                    .equation = equation,
                    .n_points = (int)(left < most ? left : most),
                    .n_streams = stream_count(equations_streams(pde->conditions[c].equations)),
                    .first_point = done,
                    .first_row = first_row + done};
  }
}

ntkw_status ntk_plan_create(const problem *pde, int64_t n_points, ntk_plan *plan) {
  *plan = (ntk_plan){.n_points = n_points};
  plan->panels = calloc((size_t)count_panels(pde, n_points) + 1, sizeof *plan->panels);
  NTKW_CHECK(plan->panels, NTKW_ERR_MEMORY, "out of memory for the panels of %lld points", (long long)n_points);
  int64_t row = 0;
  for (int c = 0; c < pde->n_conditions; c++)
    if (points_of_panel(pde, c) > plan->most_points) plan->most_points = points_of_panel(pde, c);
  for (int c = 0; c < pde->n_conditions; c++) {
    plan->first_row[c] = row;
    for (int e = 0; e < equations_count(pde->conditions[c].equations); e++, row += n_points)
      cut_equation(pde, c, e, row, plan);
  }
  plan->first_row[pde->n_conditions] = row;
  return NTKW_SUCCESS;
}

void ntk_plan_free(ntk_plan *plan) {
  free(plan->panels);
  *plan = (ntk_plan){0};
}

ntkw_i_range ntk_plan_share(const ntk_plan *plan, int rank, int size) {
  return ntkw_i_even_split(plan->n_panels, size, rank);
}

int ntk_plan_owner(const ntk_plan *plan, int panel, int size) {
  int rank = 0;
  while (ntk_plan_share(plan, rank, size).last <= panel) rank++;
  return rank;
}

bool ntk_plan_takes(int left, int right) {
  return left == right || (left < right) == ((left + right) % 2 == 0);
}
