/* Add this rank's part of the moments. */
#include <math.h>
#include <stddef.h>
#include <string.h>
#include "base/check.h"
#include "weighting/weighting_impl.h"
#include "weighting/max_abs.h"

ntkw_i_addend *ntkw_i_addend_of(const ntkw_weighting *weighting, int condition, ntkw_i_kind kind) {
  const int slot = weighting->layout.slot[kind];
  return slot < 0 ? NULL : &weighting->local.addends[condition * weighting->layout.slots + slot];
}

void ntkw_i_local_clear(ntkw_weighting *weighting) {
  for (int c = 0; c < weighting->n; c++) {
    for (int kind = 0; kind < NTKW_I_KINDS; kind++) {
      ntkw_i_addend *addend = ntkw_i_addend_of(weighting, c, (ntkw_i_kind)kind);
      if (!addend) continue;
      addend->present = false;
      ntkw_sum_zero(&addend->sum, weighting->layout.range[kind]);
    }
  }
  weighting->local.max_abs = 0;
  weighting->local.argument_error = (ntkw_i_argument_error){.kind = NTKW_I_GOOD_ARGUMENTS};
}

ntkw_status ntkw_weighting_discard(ntkw_weighting *weighting) {
  NTKW_CHECK(weighting, NTKW_ERR_ARGUMENT, "the weighting is NULL");
  ntkw_i_local_clear(weighting);
  return NTKW_SUCCESS;
}

/* The checks that all pieces need. */
static ntkw_status check_piece(ntkw_weighting *weighting, int condition, const void *piece, size_t count) {
  NTKW_CHECK(weighting, NTKW_ERR_ARGUMENT, "the weighting is NULL");
  if (condition < 0 || condition >= weighting->n)
    return ntkw_i_argument_error_remember(weighting, NTKW_I_BAD_CONDITION, condition, condition);
  if (!piece && count > 0)
    return ntkw_i_argument_error_remember(weighting, NTKW_I_BAD_PIECE, condition, (int64_t)count);
  return NTKW_SUCCESS;
}

/* dtype must exist and fit into the sums. Sums with the range of float32 hold every type except float64. */
static ntkw_status check_dtype(ntkw_weighting *weighting, int condition, ntkw_dtype dtype, ntkw_dtype widest) {
  if ((int)dtype < 0 || dtype > NTKW_BFLOAT16 || (dtype == NTKW_FLOAT64 && widest != NTKW_FLOAT64))
    return ntkw_i_argument_error_remember(weighting, NTKW_I_BAD_DTYPE, condition, (int64_t)dtype);
  return NTKW_SUCCESS;
}

static void note_max_abs(ntkw_weighting *weighting, int condition, int64_t bits) {
  if (condition == weighting->settings.reference && bits > weighting->local.max_abs) weighting->local.max_abs = bits;
}

static ntkw_status add_squares(ntkw_weighting *weighting, int condition, const void *piece, size_t count,
                               ntkw_dtype dtype) {
  ntkw_i_addend *squares = ntkw_i_addend_of(weighting, condition, NTKW_I_SQUARES);
  if (weighting->layout.limbs[NTKW_I_SQUARES] > 0) return ntkw_sum_add_squares(&squares->sum, piece, count, dtype);
  squares->sum.count += (int64_t)count;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_weighting_add_gradient_copy(ntkw_weighting *weighting, int condition, const void *piece, size_t count,
                                             ntkw_dtype dtype, int copy) {
  NTKW_TRY(check_piece(weighting, condition, piece, count));
  NTKW_TRY(check_dtype(weighting, condition, dtype, weighting->settings.dtype));
  if (copy < 0) return ntkw_i_argument_error_remember(weighting, NTKW_I_BAD_COPY, condition, copy);
  ntkw_i_addend *magnitudes = ntkw_i_addend_of(weighting, condition, NTKW_I_MAGNITUDES);
  ntkw_i_addend_of(weighting, condition, NTKW_I_SQUARES)->present = true;
  if (magnitudes) magnitudes->present = true;
  if (copy > 0) return NTKW_SUCCESS;
  NTKW_TRY(add_squares(weighting, condition, piece, count, dtype));
  if (magnitudes) NTKW_TRY(ntkw_sum_add_magnitudes(&magnitudes->sum, piece, count, dtype));
  if ((weighting->settings.needs & NTKW_NEEDS_LARGEST) && condition == weighting->settings.reference)
    note_max_abs(weighting, condition, ntkw_i_max_abs_bits(piece, count, dtype));
  return NTKW_SUCCESS;
}

ntkw_status ntkw_weighting_add_gradient(ntkw_weighting *weighting, int condition, const void *piece, size_t count,
                                        ntkw_dtype dtype) {
  return ntkw_weighting_add_gradient_copy(weighting, condition, piece, count, dtype, 0);
}

/* Merge the caller's sum into the weighting's, if the message carries that kind of sum. */
static ntkw_status merge(ntkw_weighting *weighting, int condition, ntkw_i_kind kind, const ntkw_sum *from) {
  ntkw_i_addend *addend = ntkw_i_addend_of(weighting, condition, kind);
  if (!addend) return NTKW_SUCCESS;
  addend->present = true;
  return ntkw_sum_merge(&addend->sum, from);
}

static ntkw_status check_sum(ntkw_weighting *weighting, int condition, const ntkw_sum *sum, ntkw_dtype widest) {
  NTKW_TRY(check_piece(weighting, condition, NULL, 0));
  if (!sum) return ntkw_i_argument_error_remember(weighting, NTKW_I_BAD_SQUARES, condition, 0);
  return check_dtype(weighting, condition, sum->range, widest);
}

ntkw_status ntkw_weighting_merge_gradient(ntkw_weighting *weighting, int condition, const ntkw_sum *squares) {
  NTKW_CHECK(weighting, NTKW_ERR_ARGUMENT, "the weighting is NULL");
  NTKW_TRY(check_sum(weighting, condition, squares, weighting->settings.dtype));
  return merge(weighting, condition, NTKW_I_SQUARES, squares);
}

ntkw_status ntkw_weighting_merge_magnitudes(ntkw_weighting *weighting, int condition, const ntkw_sum *magnitudes,
                                            double largest) {
  NTKW_CHECK(weighting, NTKW_ERR_ARGUMENT, "the weighting is NULL");
  NTKW_TRY(check_sum(weighting, condition, magnitudes, weighting->settings.dtype));
  int64_t bits;
  memcpy(&bits, &largest, sizeof bits);
  if (bits < 0 || bits >= INT64_C(0x7ff0000000000000)) /* neither holds for a finite number >= 0 */
    return ntkw_i_argument_error_remember(weighting, NTKW_I_BAD_LARGEST, condition, 0);
  note_max_abs(weighting, condition, bits);
  return merge(weighting, condition, NTKW_I_MAGNITUDES, magnitudes);
}

ntkw_status ntkw_weighting_add_ntk_diagonal(ntkw_weighting *weighting, int condition, const double *diagonal,
                                            size_t count) {
  NTKW_TRY(check_piece(weighting, condition, diagonal, count));
  ntkw_i_addend *addend = ntkw_i_addend_of(weighting, condition, NTKW_I_DIAGONAL);
  if (!addend) return NTKW_SUCCESS;
  for (size_t i = 0; i < count; i++) /* isless: a NaN must not trap here; the update reports it */
    if (isless(diagonal[i], 0))
      return ntkw_i_argument_error_remember(weighting, NTKW_I_BAD_NEGATIVE, condition, (int64_t)i);
  addend->present = true;
  return ntkw_sum_add_magnitudes(&addend->sum, diagonal, count, NTKW_FLOAT64);
}

ntkw_status ntkw_weighting_merge_ntk_diagonal(ntkw_weighting *weighting, int condition, const ntkw_sum *diagonal) {
  NTKW_TRY(check_sum(weighting, condition, diagonal, NTKW_FLOAT64));
  return merge(weighting, condition, NTKW_I_DIAGONAL, diagonal);
}

ntkw_status ntkw_weighting_add_residuals(ntkw_weighting *weighting, int condition, const void *residuals, size_t count,
                                         ntkw_dtype dtype) {
  NTKW_TRY(check_piece(weighting, condition, residuals, count));
  NTKW_TRY(check_dtype(weighting, condition, dtype, NTKW_FLOAT64));
  ntkw_i_addend *addend = ntkw_i_addend_of(weighting, condition, NTKW_I_LOSSES);
  if (!addend) return NTKW_SUCCESS;
  addend->present = true;
  return ntkw_sum_add_squares(&addend->sum, residuals, count, dtype);
}

ntkw_status ntkw_weighting_merge_residuals(ntkw_weighting *weighting, int condition, const ntkw_sum *squares) {
  NTKW_TRY(check_sum(weighting, condition, squares, NTKW_FLOAT64));
  return merge(weighting, condition, NTKW_I_LOSSES, squares);
}

ntkw_status ntkw_weighting_set_loss(ntkw_weighting *weighting, int condition, double local_sum, int64_t local_count) {
  NTKW_TRY(check_piece(weighting, condition, NULL, 0));
  ntkw_i_addend *addend = ntkw_i_addend_of(weighting, condition, NTKW_I_LOSSES);
  if (!addend) return NTKW_SUCCESS;
  if (isless(local_sum, 0)) return ntkw_i_argument_error_remember(weighting, NTKW_I_BAD_LOSS, condition, 0);
  if (local_count < 0) return ntkw_i_argument_error_remember(weighting, NTKW_I_BAD_POINTS, condition, local_count);
  addend->present = true;
  ntkw_sum_zero(&addend->sum, NTKW_FLOAT64);
  NTKW_TRY(ntkw_sum_add_magnitudes(&addend->sum, &local_sum, 1, NTKW_FLOAT64));
  addend->sum.count = local_count;
  return NTKW_SUCCESS;
}
