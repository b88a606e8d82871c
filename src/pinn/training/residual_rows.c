#include "pinn/training/residual_rows.h"

#include <math.h>

static int64_t rows_before(const problem *pde, int n_conditions) {
  int64_t rows = 0;
  for (int c = 0; c < n_conditions; c++)
    rows += pde->conditions[c].n_points * equations_count(pde->conditions[c].equations);
  return rows;
}

int64_t residual_row_count(const problem *pde) {
  return rows_before(pde, pde->n_conditions);
}

int64_t residual_row_of_chunk(const problem *pde, const chunk_plan *plan, int l) {
  if (l == plan->n_chunks) return residual_row_count(pde);
  const chunk *piece = &plan->chunks[l];
  return rows_before(pde, piece->condition) +
         piece->first * equations_count(pde->conditions[piece->condition].equations);
}

void residual_row_scales(const problem *pde, const double weights[], double scales[]) {
  for (int c = 0; c < pde->n_conditions; c++) {
    const condition *cond = &pde->conditions[c];
    scales[c] = sqrt(weights[c] / ((double)cond->n_points * equations_count(cond->equations)));
  }
}
