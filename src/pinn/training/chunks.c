#include "pinn/training/chunks.h"
#include "base/check.h"
#include "pinn/training/balanced_cut.h"
#include "pinn/training/chunk_cost.h"

#include <stdlib.h>

static int64_t ceil_divide(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

/* Chunks of SHORT_LANE_ROWS have any number of rows from there on; all others have whole panels. */
static int64_t row_unit(const problem *pde) {
  return pde->lane_rows == SHORT_LANE_ROWS ? 1 : PANEL_ROWS;
}

/* Points per chunk of this condition for chunks of so many matrix rows. */
static int64_t points_per_chunk(const problem *pde, const condition *cond, int64_t rows) {
  const stream_set *streams = equations_streams(cond->equations);
  return row_unit(pde) == 1 ? ceil_divide(rows, stream_count(streams)) : rows / PANEL_ROWS * panel_points(streams);
}

static int64_t count_chunks(const problem *pde, int64_t rows) {
  int64_t n = 0;
  for (int c = 0; c < pde->n_conditions; c++)
    n += ceil_divide(pde->conditions[c].n_points, points_per_chunk(pde, &pde->conditions[c], rows));
  return n;
}

/* The smallest number of rows per chunk, at least lane_rows, that respects the problem's limit of chunks. */
static int64_t rows_per_chunk(const problem *pde) {
  const int64_t most = pde->lanes > pde->n_conditions ? pde->lanes : pde->n_conditions, unit = row_unit(pde);
  int64_t low = pde->lane_rows / unit, high = low;
  while (count_chunks(pde, high * unit) > most) high *= 2;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (count_chunks(pde, middle * unit) > most)
      low = middle + 1;
    else
      high = middle;
  }
  return low * unit;
}

static void lay_chunks(const problem *pde, int64_t rows, chunk_plan *plan) {
  const chunk_cost cost = chunk_cost_of(&pde->network);
  int n = 0;
  plan->cost[0] = 0;
  for (int c = 0; c < pde->n_conditions; c++) {
    const condition *cond = &pde->conditions[c];
    const int64_t points = points_per_chunk(pde, cond, rows);
    plan->condition_first[c] = n;
    for (int64_t first = 0; first < cond->n_points; first += points, n++) {
      const int64_t left = cond->n_points - first, count = left < points ? left : points;
      plan->chunks[n] = (chunk){.condition = c, .first = first, .count = count};
      plan->cost[n + 1] = plan->cost[n] + chunk_cost_of_points(&cost, equations_streams(cond->equations), count);
    }
  }
  plan->condition_first[pde->n_conditions] = n;
}

static ntkw_status allocate(const problem *pde, int64_t most, chunk_plan *plan) {
  *plan = (chunk_plan){.n_conditions = pde->n_conditions};
  plan->chunks = calloc((size_t)most, sizeof *plan->chunks);
  plan->cost = calloc((size_t)most + 1, sizeof *plan->cost);
  if (plan->chunks && plan->cost) return NTKW_SUCCESS;
  chunk_plan_free(plan);
  return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for %lld chunks", (long long)most);
}

ntkw_status chunk_plan_create(const problem *pde, chunk_plan *plan) {
  const int64_t rows = rows_per_chunk(pde), n = count_chunks(pde, rows);
  NTKW_TRY(allocate(pde, n, plan));
  plan->n_chunks = (int)n;
  lay_chunks(pde, rows, plan);
  return NTKW_SUCCESS;
}

static int64_t count_rows(const problem *pde) {
  int64_t rows = 0;
  for (int c = 0; c < pde->n_conditions; c++)
    rows += pde->conditions[c].n_points * stream_count(equations_streams(pde->conditions[c].equations));
  return rows;
}

ntkw_status chunk_plan_create_free(const problem *pde, int n_pieces, chunk_plan *plan) {
  const int64_t all = count_rows(pde);
  int64_t before = 0; /* rows of all earlier conditions */
  NTKW_TRY(allocate(pde, (int64_t)n_pieces + pde->n_conditions, plan));
  for (int c = 0; c < pde->n_conditions; c++) {
    const int64_t n = pde->conditions[c].n_points,
                  streams = stream_count(equations_streams(pde->conditions[c].equations));
    plan->condition_first[c] = plan->n_chunks;
    for (int64_t piece = before * n_pieces / all + 1, done = 0; done < n; piece++) {
      const int64_t rows =
          (int64_t)((__extension__(__int128) all * piece) / n_pieces) - before; /* up to the end of the piece */
      const int64_t end = rows >= n * streams ? n : (rows + streams / 2) / streams;
      if (end <= done) continue;
      plan->chunks[plan->n_chunks++] = (chunk){.condition = c, .first = done, .count = end - done};
      plan->cost[plan->n_chunks] = before + end * streams;
      done = end;
    }
    before += n * streams;
  }
  plan->condition_first[pde->n_conditions] = plan->n_chunks;
  return NTKW_SUCCESS;
}

void chunk_plan_free(chunk_plan *plan) {
  free(plan->chunks);
  free(plan->cost);
  *plan = (chunk_plan){0};
}

void chunk_plan_share(const chunk_plan *plan, int size, int first[]) {
  balanced_cut(plan->cost, 0, plan->n_chunks, size, first);
}
