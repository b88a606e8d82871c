#include "pinn/training/gaps.h"
#include "base/check.h"

#include <math.h>
#include <stdlib.h>

static ntkw_status list_own(const double *values, int64_t count, gaps *out) {
  for (int64_t p = 0; p < count; p++) out->n += !isfinite(values[p]);
  out->list = calloc((size_t)out->n + 1, sizeof *out->list);
  NTKW_CHECK(out->list, NTKW_ERR_MEMORY, "out of memory for the evaluation grid");
  for (int64_t p = 0, n = 0; p < count; p++)
    if (!isfinite(values[p])) out->list[n++] = p;
  return NTKW_SUCCESS;
}

ntkw_status gaps_find(MPI_Comm comm, const double *values, int64_t count, int64_t offset, gaps *out) {
  *out = (gaps){0};
  NTKW_TRY(ntkw_status_agree(comm, list_own(values, count, out)));
  int64_t first = out->n > 0 ? offset + out->list[0] : INT64_MAX;
  out->total = out->n;
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT64_T, MPI_MIN, comm) == MPI_SUCCESS &&
                 MPI_Allreduce(MPI_IN_PLACE, &out->total, 1, MPI_INT64_T, MPI_SUM, comm) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Allreduce of the evaluation grid failed");
  out->first = out->total > 0 ? first : -1;
  return NTKW_SUCCESS;
}

void gaps_free(gaps *found) {
  free(found->list);
  *found = (gaps){0};
}

void gaps_add_squares(const gaps *left_out, const double *values, int64_t count, ntkw_sum *sum) {
  int64_t begin = 0;
  for (int64_t i = 0; i <= left_out->n; i++) {
    const int64_t end = i < left_out->n ? left_out->list[i] : count;
    ntkw_sum_add_squares(sum, values + begin, (size_t)(end - begin), NTKW_FLOAT64);
    begin = end + 1;
  }
}
