/* Handing over this rank's part of the moments. */
#include <math.h>
#include <stddef.h>
#include "status/check.h"
#include "weighting/handle.h"

void ntkw_i_local_clear(ntkw_weighting *weighting) {
  for (int c = 0; c < weighting->n; c++) {
    ntkw_i_addends *addends = &weighting->local.condition[c];
    addends->gradient = addends->trace = false;
    ntkw_sum_zero(&addends->squares, weighting->dtype);
    ntkw_sum_zero(&addends->diagonal, NTKW_FLOAT64);
  }
  weighting->local.fault = (ntkw_i_fault){.kind = NTKW_I_FAULT_NONE};
}

ntkw_status ntkw_weighting_discard(ntkw_weighting *weighting) {
  NTKW_CHECK(weighting, NTKW_ERR_ARGUMENT, "the weighting is NULL");
  ntkw_i_local_clear(weighting);
  return NTKW_SUCCESS;
}

/* What all pieces have in common. */
static ntkw_status check_piece(ntkw_weighting *weighting, int condition, const void *piece, size_t count) {
  NTKW_CHECK(weighting, NTKW_ERR_ARGUMENT, "the weighting is NULL");
  if (condition < 0 || condition >= weighting->n)
    return ntkw_i_fault_remember(weighting, NTKW_I_FAULT_CONDITION, condition, condition);
  if (!piece && count > 0) return ntkw_i_fault_remember(weighting, NTKW_I_FAULT_PIECE, condition, (int64_t)count);
  return NTKW_SUCCESS;
}

/* Is it a type, and one that fits into the sums? */
static ntkw_status check_dtype(ntkw_weighting *weighting, int condition, ntkw_dtype dtype) {
  if ((int)dtype < 0 || dtype > weighting->dtype)
    return ntkw_i_fault_remember(weighting, NTKW_I_FAULT_DTYPE, condition, (int64_t)dtype);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_gradient_add_copy(ntkw_weighting *weighting, int condition, const void *piece, size_t count,
                                   ntkw_dtype dtype, int copy) {
  NTKW_TRY(check_piece(weighting, condition, piece, count));
  NTKW_TRY(check_dtype(weighting, condition, dtype));
  if (copy < 0) return ntkw_i_fault_remember(weighting, NTKW_I_FAULT_COPY, condition, copy);
  ntkw_i_addends *addends = &weighting->local.condition[condition];
  addends->gradient = true;
  return copy == 0 ? ntkw_sum_add_squares(&addends->squares, piece, count, dtype) : NTKW_SUCCESS;
}

ntkw_status ntkw_gradient_add(ntkw_weighting *weighting, int condition, const void *piece, size_t count,
                              ntkw_dtype dtype) {
  return ntkw_gradient_add_copy(weighting, condition, piece, count, dtype, 0);
}

ntkw_status ntkw_gradient_merge(ntkw_weighting *weighting, int condition, const ntkw_sum *squares) {
  NTKW_TRY(check_piece(weighting, condition, NULL, 0));
  if (!squares) return ntkw_i_fault_remember(weighting, NTKW_I_FAULT_SQUARES, condition, 0);
  NTKW_TRY(check_dtype(weighting, condition, squares->range));
  ntkw_i_addends *addends = &weighting->local.condition[condition];
  addends->gradient = true;
  return ntkw_sum_merge(&addends->squares, squares);
}

ntkw_status ntkw_trace_add(ntkw_weighting *weighting, int condition, const double *diagonal, size_t count) {
  NTKW_TRY(check_piece(weighting, condition, diagonal, count));
  if (!ntkw_weighting_needs_traces(weighting)) return NTKW_SUCCESS;
  for (size_t i = 0; i < count; i++) /* isless: a NaN must not trap here, it is told at the update */
    if (isless(diagonal[i], 0)) return ntkw_i_fault_remember(weighting, NTKW_I_FAULT_NEGATIVE, condition, (int64_t)i);
  ntkw_i_addends *addends = &weighting->local.condition[condition];
  addends->trace = true;
  return ntkw_sum_add_magnitudes(&addends->diagonal, diagonal, count, NTKW_FLOAT64);
}
