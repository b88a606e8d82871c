/* Exact inner products: each product of two mantissas is an integer of up to 106 bits, added to the sum of its sign. */
#include "ntkw/sum.h"
#include "base/check.h"
#include "base/dtype.h"
#include "sums/kernel.h"
#include "sums/parts.h"
#include "sums/add_at_bit.h"

#include <math.h>

/* Position of the lowest bit of a product whose exponents add up to 0, in bits above the lowest bit of limbs[0]. */
enum {
  PRODUCT_FLOAT32 = -2 * BIAS_FLOAT32 - NTKW_I_BASE_FLOAT32,
  PRODUCT_FLOAT64 = -2 * BIAS_FLOAT64 - NTKW_I_BASE_FLOAT64
};

/* Add |a[i] b[i]| to limbs[0] if a[i] and b[i] have the same sign, otherwise to limbs[1]. Products with a factor that
 * is not finite are skipped. Returns their number. */
static int64_t products_float32(int64_t *const limbs[2], const float *a, const float *b, size_t count) {
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    parts x, y;
    if (split_float32(&a[i], &x) & split_float32(&b[i], &y))
      ntkw_i_add_at_bit(limbs[signbit(a[i]) != signbit(b[i])], x.exponent + y.exponent + PRODUCT_FLOAT32,
                        x.mantissa * y.mantissa);
    else
      not_finite++;
  }
  return not_finite;
}

static int64_t products_float64(int64_t *const limbs[2], const double *a, const double *b, size_t count) {
  int64_t not_finite = 0;
  for (size_t i = 0; i < count; i++) {
    parts x, y;
    if (split_float64(&a[i], &x) & split_float64(&b[i], &y))
      ntkw_i_add_wide_at_bit(limbs[signbit(a[i]) != signbit(b[i])], x.exponent + y.exponent + PRODUCT_FLOAT64,
                             (ntkw_i_uint128)x.mantissa * y.mantissa);
    else
      not_finite++;
  }
  return not_finite;
}

static int64_t *limbs_for(ntkw_sum *sum, ntkw_dtype dtype) {
  return sum->range == dtype ? sum->limb : sum->limb + NTKW_I_LIMB_SHIFT;
}

static void add(ntkw_sum *const sums[2], const char *a, const char *b, size_t count, ntkw_dtype dtype) {
  const size_t width = ntkw_i_value_size(dtype);
  int64_t *const limbs[2] = {limbs_for(sums[0], dtype), limbs_for(sums[1], dtype)};
  while (count > 0) {
    for (int s = 0; s < 2; s++)
      if (sums[s]->pending >= NTKW_I_PENDING_MAX) ntkw_sum_normalise(sums[s]);
    const int64_t pending = sums[0]->pending > sums[1]->pending ? sums[0]->pending : sums[1]->pending;
    const size_t room = (size_t)(NTKW_I_PENDING_MAX - pending), piece = count < room ? count : room;
    sums[0]->not_finite +=
        dtype == NTKW_FLOAT32
            ? products_float32(limbs, (const float *)(const void *)a, (const float *)(const void *)b, piece)
            : products_float64(limbs, (const double *)(const void *)a, (const double *)(const void *)b, piece);
    sums[0]->count += (int64_t)piece;
    for (int s = 0; s < 2; s++) sums[s]->pending += (int64_t)piece;
    a += piece * width;
    b += piece * width;
    count -= piece;
  }
}

/* Values of 16 bits are converted to float32 in pieces. */
static void add_halves(ntkw_sum *const sums[2], const char *a, const char *b, size_t count, ntkw_dtype dtype) {
  enum { PIECE = NTKW_I_HALVES_AT_ONCE / 2 };
  const ntkw_i_sum_kernels *kernels = ntkw_i_sum_kernels_chosen();
  float wide[2][PIECE];
  while (count > 0) {
    const size_t piece = count < PIECE ? count : PIECE;
    kernels->from_half(wide[0], a, piece, dtype);
    kernels->from_half(wide[1], b, piece, dtype);
    add(sums, (const char *)wide[0], (const char *)wide[1], piece, NTKW_FLOAT32);
    a += piece * sizeof(uint16_t);
    b += piece * sizeof(uint16_t);
    count -= piece;
  }
}

ntkw_status ntkw_sum_add_products(ntkw_sum *positive, ntkw_sum *negative, const void *a, const void *b, size_t count,
                                  ntkw_dtype dtype) {
  static const char caller[] = "ntkw_sum_add_products";
  NTKW_CHECK(positive && negative, NTKW_ERR_ARGUMENT, "%s: %s is NULL", caller, positive ? "negative" : "positive");
  NTKW_CHECK(positive != negative, NTKW_ERR_ARGUMENT, "%s: positive and negative are the same sum", caller);
  NTKW_CHECK((unsigned)dtype <= NTKW_BFLOAT16, NTKW_ERR_ARGUMENT, "%s: dtype is %d; expected an ntkw_dtype", caller,
             (int)dtype);
  NTKW_CHECK(dtype != NTKW_FLOAT64 || (positive->range == NTKW_FLOAT64 && negative->range == NTKW_FLOAT64),
             NTKW_ERR_ARGUMENT,
             "%s: the values are NTKW_FLOAT64, but a sum has the range NTKW_FLOAT32, which is narrower", caller);
  NTKW_CHECK((a && b) || count == 0, NTKW_ERR_ARGUMENT, "%s: %s is NULL, but count is %zu", caller, a ? "b" : "a",
             count);
  ntkw_sum *const sums[2] = {positive, negative};
  if (dtype == NTKW_FLOAT32 || dtype == NTKW_FLOAT64)
    add(sums, a, b, count, dtype);
  else
    add_halves(sums, a, b, count, dtype);
  return NTKW_SUCCESS;
}

/* Set larger to larger - smaller. The limbs of both must be carried. Returns 0, and changes nothing, if larger is less
 * than smaller. */
static int subtract(ntkw_sum *larger, const ntkw_sum *smaller) {
  int64_t borrow = 0;
  int top = NTKW_SUM_LIMBS_FLOAT64 - 1;
  while (top > 0 && larger->limb[top] == smaller->limb[top]) top--;
  if (larger->limb[top] < smaller->limb[top]) return 0;
  for (int k = 0; k < NTKW_SUM_LIMBS_FLOAT64; k++) {
    int64_t digit = larger->limb[k] - smaller->limb[k] - borrow;
    borrow = digit < 0;
    larger->limb[k] = digit + (borrow << NTKW_I_LIMB_BITS);
  }
  return 1;
}

double ntkw_sum_difference(const ntkw_sum *positive, const ntkw_sum *negative) {
  ntkw_sum a, b;
  if (!positive || !negative) return NAN;
  ntkw_sum_zero(&a, NTKW_FLOAT64);
  ntkw_sum_zero(&b, NTKW_FLOAT64);
  ntkw_sum_merge(&a, positive);
  ntkw_sum_merge(&b, negative);
  ntkw_sum_normalise(&a);
  ntkw_sum_normalise(&b);
  if (subtract(&a, &b)) return ntkw_sum_value(&a);
  subtract(&b, &a);
  return 0.0 - ntkw_sum_value(&b); /* never -0 */
}
