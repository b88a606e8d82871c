/* Weighted sums of losses and of gradients. */
#include <math.h>
#include <stddef.h>
#include "base/check.h"
#include "base/fp_environment.h"
#include "weighting/combine.h"
#include "weighting/weighting_impl.h"

ntkw_status ntkw_weighting_aggregate(const ntkw_weighting *weighting, const double losses[], double *total) {
  NTKW_CHECK(weighting && losses && total, NTKW_ERR_ARGUMENT, "the %s is NULL",
             !weighting ? "weighting"
             : !losses  ? "list of losses"
                        : "pointer for the total");
  fenv_t saved;
  ntkw_i_fp_environment_enter(&saved);
  *total = ntkw_i_weighted_sum(weighting->weights, losses, weighting->n);
  ntkw_i_fp_environment_leave(&saved);
  for (int c = 0; c < weighting->n; c++)
    NTKW_CHECK(isfinite(losses[c]), NTKW_ERR_NOT_FINITE, "the loss of condition '%.200s' is %g", weighting->names[c],
               losses[c]);
  NTKW_CHECK(isfinite(*total), NTKW_ERR_NOT_FINITE, "the weighted sum of the %d losses is %g", weighting->n, *total);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_weighting_combine(const ntkw_weighting *weighting, const void *const pieces[], size_t count,
                                   ntkw_dtype dtype, void *total) {
  NTKW_CHECK(weighting && pieces, NTKW_ERR_ARGUMENT, "the %s is NULL", weighting ? "list of pieces" : "weighting");
  NTKW_CHECK(total || count == 0, NTKW_ERR_ARGUMENT, "the pointer for the combined gradient of %zu values is NULL",
             count);
  NTKW_CHECK((int)dtype >= 0 && dtype <= NTKW_BFLOAT16, NTKW_ERR_ARGUMENT,
             "dtype is %d, expected NTKW_FLOAT64, NTKW_FLOAT32, NTKW_FLOAT16 or NTKW_BFLOAT16", (int)dtype);
  fenv_t saved;
  ntkw_i_fp_environment_enter(&saved);
  if (dtype == NTKW_FLOAT32)
    ntkw_i_combine_float32(weighting->weights, pieces, weighting->n, count, total);
  else if (dtype == NTKW_FLOAT64)
    ntkw_i_combine_float64(weighting->weights, pieces, weighting->n, count, total);
  else
    ntkw_i_combine_halves(weighting->weights, pieces, weighting->n, count, dtype, total);
  ntkw_i_fp_environment_leave(&saved);
  return NTKW_SUCCESS;
}
