/* Exact sums: the value and the root, rounded once, by integer arithmetic on the digits. */
#include "ntkw/sum.h"
#include "sums/kernel.h"
#include "sums/rounded.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
  PRECISION = 53,           /* bits of a double, the leading one included */
  LARGEST_EXPONENT = 1023,  /* of the leading bit */
  SMALLEST_EXPONENT = -1022 /* of a normal double */
};

/* A sum in radix 2^32, least significant digit first. It has one digit more than the sum has limbs, because the last
 * limb may exceed 2^32. It begins with DIGITS_BELOW zeros, so that reading leading bits never goes below digit[0]. */
enum { DIGITS_BELOW = 4 };
typedef struct number {
  uint32_t digit[DIGITS_BELOW + NTKW_SUM_LIMBS_MAX + 1];
  int size;
  int base; /* the exponent of digit[0] */
} number;

/* A positive real number: (leading + fraction) * 2^(exponent - 63) with the highest bit of leading set and
 * 0 <= fraction < 1. Of the fraction only has_fraction, whether it is above zero, is stored. */
typedef struct leading_bits {
  uint64_t leading;
  int exponent;
  bool has_fraction;
} leading_bits;

static void number_of_limbs(const int64_t *limb, ntkw_dtype range, number *n) {
  const int limbs = ntkw_sum_limbs(range);
  uint64_t carry = 0;
  memset(n->digit, 0, DIGITS_BELOW * sizeof *n->digit);
  for (int k = 0; k < limbs; k++) {
    carry += (uint64_t)limb[k];
    n->digit[DIGITS_BELOW + k] = (uint32_t)carry;
    carry >>= NTKW_I_LIMB_BITS;
  }
  n->digit[DIGITS_BELOW + limbs] = (uint32_t)carry;
  n->size = DIGITS_BELOW + limbs + 1;
  n->base = (range != NTKW_FLOAT64 ? NTKW_I_BASE_FLOAT32 : NTKW_I_BASE_FLOAT64) - DIGITS_BELOW * NTKW_I_LIMB_BITS;
}

static void number_of(const ntkw_sum *sum, number *n) {
  number_of_limbs(sum->limb, sum->range, n);
}

/* The position of the highest bit that is set, counted from the lowest bit of digit[0]; -1 if all are zero. */
static int highest_bit(const number *n) {
  for (int k = n->size - 1; k >= 0; k--)
    if (n->digit[k] != 0) return k * NTKW_I_LIMB_BITS + 31 - __builtin_clz(n->digit[k]);
  return -1;
}

/* The 128 bits from bit `place` upwards. Bits beyond the last digit are zero. */
static ntkw_i_uint128 bits_from(const number *n, int place) {
  const int first = place / NTKW_I_LIMB_BITS, shift = place % NTKW_I_LIMB_BITS;
  ntkw_i_uint128 bits = 0;
  for (int k = 4; k >= 1; k--) bits = bits << NTKW_I_LIMB_BITS | (first + k < n->size ? n->digit[first + k] : 0);
  /* bits holds the four digits above the first. The shift drops high bits and makes room for those of the first digit.
   */
  return bits << (NTKW_I_LIMB_BITS - shift) | n->digit[first] >> shift;
}

static bool any_bit_below(const number *n, int place) {
  const int first = place / NTKW_I_LIMB_BITS, shift = place % NTKW_I_LIMB_BITS;
  for (int k = 0; k < first; k++)
    if (n->digit[k] != 0) return true;
  return (n->digit[first] & ((UINT32_C(1) << shift) - 1)) != 0;
}

/* The leading bits of the number; false if it is zero. */
static bool leading_of_value(const number *n, leading_bits *bits_found) {
  const int highest = highest_bit(n);
  if (highest < 0) return false;
  const int place = highest - 63;
  bits_found->leading = (uint64_t)bits_from(n, place);
  bits_found->exponent = n->base + highest;
  bits_found->has_fraction = any_bit_below(n, place);
  return true;
}

/* The integer root of *radicand, one of whose two highest bits is set, bit by bit. *radicand becomes the remainder. */
static uint64_t root_of_64(uint64_t *radicand) {
  uint64_t root = 0;
  for (uint64_t bit = UINT64_C(1) << 62; bit != 0; bit >>= 2) {
    const uint64_t trial = root + bit;
    root >>= 1;
    if (*radicand >= trial) {
      *radicand -= trial;
      root += bit;
    }
  }
  return root;
}

/* The integer root of radicand, one of whose two highest bits is set. *is_square: the remainder is zero.
 *
 * P. Zimmermann, Karatsuba Square Root (1999): with the root s and the remainder r of the upper half, the quotient of
 * (r 2^32 + next 32 bits) by 2 s is the lower half of the root, or one more. */
static uint64_t integer_root(ntkw_i_uint128 radicand, bool *is_square) {
  uint64_t rest = (uint64_t)(radicand >> 64);
  const uint64_t upper = root_of_64(&rest); /* 2^31 to 2^32; rest <= 2 upper */
  const ntkw_i_uint128 dividend = (ntkw_i_uint128)rest << 32 | ((uint64_t)radicand >> 32);
  const uint64_t low = (uint64_t)(dividend >> 1) / upper; /* rest < 2^33, so that half the dividend has 64 bits */
  ntkw_i_uint128 root = ((ntkw_i_uint128)upper << 32) + low;
  if (root >> 64 != 0 || root * root > radicand) root--;
  *is_square = root * root == radicand;
  return (uint64_t)root;
}

/* The leading bits of the root of the number; false if it is zero.
 *
 * The number is (N + f) 2^e with an integer N of 127 or 128 bits, 0 <= f < 1 and e even. Its root is
 * (floor(sqrt N) + g) 2^(e/2) with 0 <= g < 1, where floor(sqrt N) has 64 bits and g = 0 iff N is a square and f = 0.
 */
static bool leading_of_root(const number *n, leading_bits *bits_found) {
  const int highest = highest_bit(n);
  if (highest < 0) return false;
  const int place = (highest - 126) & ~1; /* even, like base; never negative, because of the zeros below */
  bool is_square;
  bits_found->leading = integer_root(bits_from(n, place), &is_square);
  bits_found->exponent = 63 + (n->base + place) / 2;
  bits_found->has_fraction = !is_square || any_bit_below(n, place);
  return true;
}

/* Round to `bits` bits, 0 to 53, to nearest, ties to even. Returns an integer from 0 to 2^bits. */
static uint64_t round_to(const leading_bits *bits_found, int bits) {
  const int dropped = 64 - bits; /* 11 to 64 */
  const uint64_t kept = dropped == 64 ? 0 : bits_found->leading >> dropped;
  const uint64_t half = UINT64_C(1) << (dropped - 1);
  const uint64_t rest = bits_found->leading & (half | (half - 1));
  const bool up = rest > half || (rest == half && (bits_found->has_fraction || (kept & 1) != 0));
  return kept + up;
}

static double double_of_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The double nearest to the number. The rounded mantissa is added to the exponent field, so that a carry leads to the
 * next binade, from the subnormals to the normal numbers, or from the largest double to Inf. */
static double rounded(const leading_bits *bits_found) {
  const uint64_t infinity = UINT64_C(0x7ff) << 52;
  if (bits_found->exponent > LARGEST_EXPONENT) return double_of_bits(infinity);
  if (bits_found->exponent >= SMALLEST_EXPONENT)
    return double_of_bits(((uint64_t)(bits_found->exponent - SMALLEST_EXPONENT) << 52) +
                          round_to(bits_found, PRECISION));
  const int bits = PRECISION - (SMALLEST_EXPONENT - bits_found->exponent);
  return double_of_bits(bits >= 0 ? round_to(bits_found, bits) : 0);
}

static void split(bool positive, const leading_bits *bits_found, double *mantissa, int *exponent) {
  *mantissa = 0.0;
  *exponent = 0;
  if (!positive) return;
  const uint64_t bits = round_to(bits_found, PRECISION); /* 2^52 to 2^53 */
  const bool carried = bits >> PRECISION != 0;
  const uint64_t one_half = UINT64_C(0x3fe) << 52, fraction = (UINT64_C(1) << 52) - 1;
  *mantissa = double_of_bits(one_half | (bits & fraction)); /* after a carry the fraction is zero */
  *exponent = bits_found->exponent + 1 + carried;
}

/* Whether any of the pointers is NULL. If so, set *mantissa to NaN and *exponent to 0, where these are not NULL. */
static bool is_missing(const ntkw_sum *sum, double *mantissa, int *exponent) {
  if (sum && mantissa && exponent) return false;
  if (mantissa) *mantissa = NAN;
  if (exponent) *exponent = 0;
  return true;
}

double ntkw_sum_value(const ntkw_sum *sum) {
  if (!sum) return NAN;
  number n;
  leading_bits bits_found;
  number_of(sum, &n);
  return leading_of_value(&n, &bits_found) ? rounded(&bits_found) : 0.0;
}

double ntkw_sum_root(const ntkw_sum *sum) {
  if (!sum) return NAN;
  number n;
  leading_bits bits_found;
  number_of(sum, &n);
  return leading_of_root(&n, &bits_found) ? rounded(&bits_found) : 0.0;
}

void ntkw_sum_split(const ntkw_sum *sum, double *mantissa, int *exponent) {
  if (is_missing(sum, mantissa, exponent)) return;
  number n;
  leading_bits bits_found = {0, 0, false};
  number_of(sum, &n);
  split(leading_of_value(&n, &bits_found), &bits_found, mantissa, exponent);
}

void ntkw_sum_root_split(const ntkw_sum *sum, double *mantissa, int *exponent) {
  if (is_missing(sum, mantissa, exponent)) return;
  number n;
  leading_bits bits_found = {0, 0, false};
  number_of(sum, &n);
  split(leading_of_root(&n, &bits_found), &bits_found, mantissa, exponent);
}

void ntkw_i_limbs_round(const int64_t *limbs, ntkw_dtype range, bool root, ntkw_i_rounded *to) {
  number n;
  leading_bits bits_found = {0, 0, false};
  number_of_limbs(limbs, range, &n);
  bool positive = leading_of_value(&n, &bits_found);
  to->value = positive ? rounded(&bits_found) : 0.0;
  split(positive, &bits_found, &to->mantissa, &to->exponent);
  if (!root) return;
  positive = leading_of_root(&n, &bits_found);
  to->root = positive ? rounded(&bits_found) : 0.0;
  split(positive, &bits_found, &to->root_mantissa, &to->root_exponent);
}
