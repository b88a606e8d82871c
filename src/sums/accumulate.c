/* Exact sums: adding, merging and carrying. */
#include "ntkw/sum.h"
#include "base/check.h"
#include "base/dtype.h"
#include "sums/kernel.h"

#include <string.h>

int ntkw_sum_limbs(ntkw_dtype range) {
  return range == NTKW_FLOAT64 ? NTKW_SUM_LIMBS_FLOAT64 : NTKW_SUM_LIMBS_FLOAT32;
}

void ntkw_sum_zero(ntkw_sum *sum, ntkw_dtype range) {
  if (!sum) return;
  memset(sum, 0, sizeof *sum);
  sum->range = range == NTKW_FLOAT64 ? NTKW_FLOAT64 : NTKW_FLOAT32;
}

/* Return the limb of sum that has the weight of limb 0 in the range of dtype. */
static int64_t *limbs_for(ntkw_sum *sum, ntkw_dtype dtype) {
  return sum->range == dtype ? sum->limb : sum->limb + NTKW_I_LIMB_SHIFT;
}

void ntkw_sum_normalise(ntkw_sum *sum) {
  if (!sum) return;
  const int last = ntkw_sum_limbs(sum->range) - 1;
  uint64_t carry = 0;
  for (int k = 0; k < last; k++) {
    carry += (uint64_t)sum->limb[k]; /* < 2^63 + 2^32 */
    sum->limb[k] = (int64_t)(uint32_t)carry;
    carry >>= NTKW_I_LIMB_BITS;
  }
  sum->limb[last] = (int64_t)((uint64_t)sum->limb[last] + carry);
  sum->pending = 0;
}

static void add(ntkw_sum *sum, ntkw_i_sum_kernel kernel, const char *values, size_t count, ntkw_dtype dtype) {
  const size_t width = ntkw_i_value_size(dtype);
  int64_t *limbs = limbs_for(sum, dtype);
  while (count > 0) {
    if (sum->pending >= NTKW_I_PENDING_MAX) ntkw_sum_normalise(sum);
    const size_t room = (size_t)(NTKW_I_PENDING_MAX - sum->pending);
    const size_t piece = count < room ? count : room;
    sum->not_finite += kernel(limbs, values, piece);
    sum->count += (int64_t)piece;
    sum->pending += (int64_t)piece;
    values += piece * width;
    count -= piece;
  }
}

enum { SQUARES, MAGNITUDES };

/* Values of 16 bits are converted to float32 in pieces. */
static void add_halves(ntkw_sum *sum, const ntkw_i_sum_kernels *kernels, ntkw_i_sum_kernel kernel, const char *values,
                       size_t count, ntkw_dtype dtype) {
  float wide[NTKW_I_HALVES_AT_ONCE];
  while (count > 0) {
    const size_t piece = count < NTKW_I_HALVES_AT_ONCE ? count : NTKW_I_HALVES_AT_ONCE;
    kernels->from_half(wide, values, piece, dtype);
    add(sum, kernel, (const char *)wide, piece, NTKW_FLOAT32);
    values += piece * sizeof(uint16_t);
    count -= piece;
  }
}

static void add_summands(ntkw_sum *sum, int what, const void *values, size_t count, ntkw_dtype dtype) {
  const ntkw_i_sum_kernels *kernels = ntkw_i_sum_kernels_chosen();
  const ntkw_i_sum_kernel *by_type = what == SQUARES ? kernels->squares : kernels->magnitudes;
  if (dtype == NTKW_FLOAT32 || dtype == NTKW_FLOAT64)
    add(sum, by_type[dtype], values, count, dtype);
  else
    add_halves(sum, kernels, by_type[NTKW_FLOAT32], values, count, dtype);
}

static ntkw_status check(const ntkw_sum *sum, const void *values, size_t count, ntkw_dtype dtype, const char *caller) {
  NTKW_CHECK(sum != NULL, NTKW_ERR_ARGUMENT, "%s: sum is NULL", caller);
  NTKW_CHECK((unsigned)dtype <= NTKW_BFLOAT16, NTKW_ERR_ARGUMENT,
             "%s: dtype is %d; expected NTKW_FLOAT32 (%d), NTKW_FLOAT64 (%d), NTKW_FLOAT16 (%d) or NTKW_BFLOAT16 (%d)",
             caller, (int)dtype, NTKW_FLOAT32, NTKW_FLOAT64, NTKW_FLOAT16, NTKW_BFLOAT16);
  NTKW_CHECK(dtype != NTKW_FLOAT64 || sum->range == NTKW_FLOAT64, NTKW_ERR_ARGUMENT,
             "%s: the values are NTKW_FLOAT64, but the sum has the range NTKW_FLOAT32, which is narrower", caller);
  NTKW_CHECK(values != NULL || count == 0, NTKW_ERR_ARGUMENT, "%s: values is NULL, but count is %zu", caller, count);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_sum_add_squares(ntkw_sum *sum, const void *values, size_t count, ntkw_dtype dtype) {
  NTKW_TRY(check(sum, values, count, dtype, "ntkw_sum_add_squares"));
  add_summands(sum, SQUARES, values, count, dtype);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_sum_add_magnitudes(ntkw_sum *sum, const void *values, size_t count, ntkw_dtype dtype) {
  NTKW_TRY(check(sum, values, count, dtype, "ntkw_sum_add_magnitudes"));
  add_summands(sum, MAGNITUDES, values, count, dtype);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_sum_merge(ntkw_sum *sum, const ntkw_sum *from) {
  NTKW_CHECK(sum != NULL && from != NULL, NTKW_ERR_ARGUMENT, "ntkw_sum_merge: %s is NULL", sum ? "from" : "sum");
  NTKW_CHECK(from->range == NTKW_FLOAT32 || sum->range == NTKW_FLOAT64, NTKW_ERR_ARGUMENT,
             "ntkw_sum_merge: from has the range NTKW_FLOAT64, but the sum has NTKW_FLOAT32, which is narrower");
  ntkw_sum other = *from; /* a copy: from may be sum itself */
  ntkw_sum_normalise(&other);
  if (sum->pending >= NTKW_I_PENDING_MAX) ntkw_sum_normalise(sum);
  int64_t *limbs = limbs_for(sum, other.range);
  for (int k = 0; k < ntkw_sum_limbs(other.range); k++) limbs[k] += other.limb[k];
  sum->count += other.count;
  sum->not_finite += other.not_finite;
  sum->pending++;
  return NTKW_SUCCESS;
}

void ntkw_sum_from_limbs(ntkw_sum *sum, const int64_t *limbs) {
  if (!sum || !limbs) return;
  memcpy(sum->limb, limbs, (size_t)ntkw_sum_limbs(sum->range) * sizeof *limbs);
  ntkw_sum_normalise(sum);
}
