/** @file sum.h
 * Exact sums of squares and of absolute values, rounded once.
 *
 * An ntkw_sum holds a sum of x*x or of |x| over any finite floating-point inputs without any rounding, as a fixed-point
 * number in 64-bit limbs. Because integer addition is associative the result does not depend on the order of the
 * inputs, on how they were cut into pieces, on threads, on ranks or on the CPU. Workflow:
 *
 *     ntkw_sum s;
 *     ntkw_sum_zero(&s, NTKW_FLOAT32);
 *     ntkw_sum_add_squares(&s, gradient, count, NTKW_FLOAT32);      // any number of times
 *     double squared_norm = ntkw_sum_value(&s);                     // correctly rounded
 *     double norm = ntkw_sum_root(&s);                              // correctly rounded root of the exact sum
 *
 * Over MPI: ntkw_sum_normalise, then a plain MPI_Allreduce of the limbs with MPI_INT64_T and MPI_SUM (up to 2^31
 * ranks), then ntkw_sum_from_limbs. All functions here are local (not collective), allocate nothing and do not depend
 * on the floating-point environment (rounding mode, flush-to-zero).
 *
 * Limb layout: limb k has the weight 2^(32 k + base), base = -320 for the range NTKW_FLOAT32 (20 limbs) and -2176 for
 * NTKW_FLOAT64 (134 limbs). Normalised limbs lie in [0, 2^32). The headroom above the largest square is 64 bits.
 */
#ifndef NTKW_SUM_H
#define NTKW_SUM_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/api.h"
#include "ntkw/dtype.h"
#include "ntkw/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NTKW_SUM_LIMBS_FLOAT32 20                 /**< limbs of the range NTKW_FLOAT32 */
#define NTKW_SUM_LIMBS_FLOAT64 134                /**< limbs of the range NTKW_FLOAT64 */
#define NTKW_SUM_LIMBS_MAX NTKW_SUM_LIMBS_FLOAT64 /**< room for either */

/** An exact sum. Plain data: may be copied by assignment and sent as bytes between like machines. */
typedef struct ntkw_sum {
  ntkw_dtype range;                 /**< the widest input type: fixes number and weights of the limbs */
  int64_t count;                    /**< inputs added so far, finite or not */
  int64_t not_finite;               /**< NaN and Inf among them; these are counted but not summed */
  int64_t pending;                  /**< additions since the limbs were last normalised */
  int64_t limb[NTKW_SUM_LIMBS_MAX]; /**< least significant first; only ntkw_sum_limbs(range) of them are used */
} ntkw_sum;

/** Name of the kernels that add values in this process: "avx512", "avx2" or "portable". Local; the string is static.
 *
 * The first use in a process chooses the fastest kernels that the CPU supports; all give the same limbs. The
 * environment variable NTKW_KERNELS, set to one of the names, chooses others, for tests and comparisons. A name that is
 * unknown, or that the CPU does not support, is ignored. */
NTKW_API const char *ntkw_sum_kernels(void);

/** Number of limbs of a range: 20, or 134 for NTKW_FLOAT64. Local. */
NTKW_API int ntkw_sum_limbs(ntkw_dtype range);

/** Set to zero. Local. The range NTKW_FLOAT64 takes inputs of all types, NTKW_FLOAT32 all but float64. NTKW_FLOAT16 and
 * NTKW_BFLOAT16 lie within the range of float32 and stand for it: sum->range is then NTKW_FLOAT32. */
NTKW_API void ntkw_sum_zero(ntkw_sum *sum, ntkw_dtype range);

/** Add the squares of count values. Local.
 *
 * @param[in,out] sum     its range must be at least as wide as dtype.
 * @param[in]     values  count values of dtype (float, double, or the 16 bits of a float16 or bfloat16), of any
 *                        alignment that the type allows; may be NULL if count is 0.
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT if the values are wider than the range, dtype is no ntkw_dtype or a pointer
 *         is NULL (the sum is unchanged). NaN and Inf are no error here: they are counted in sum->not_finite.
 */
NTKW_API ntkw_status ntkw_sum_add_squares(ntkw_sum *sum, const void *values, size_t count, ntkw_dtype dtype);

/** Add the absolute values of count values. Local. As ntkw_sum_add_squares otherwise. */
NTKW_API ntkw_status ntkw_sum_add_magnitudes(ntkw_sum *sum, const void *values, size_t count, ntkw_dtype dtype);

/** Add the exact products a[i] b[i] of count pairs of values: positive products to one sum, the absolute values of
 * negative products to another. Local. ntkw_sum_difference of the two sums is the inner product. To combine ranks,
 * first reduce each of the two sums over the ranks.
 *
 * @param[in,out] positive, negative  two sums, each with a range at least as wide as dtype. Products are counted in
 *                                    positive->count, and in positive->not_finite if a factor is NaN or Inf.
 * @param[in]     a, b  count values of dtype each; may be NULL if count is 0.
 * @return as ntkw_sum_add_squares. */
NTKW_API ntkw_status ntkw_sum_add_products(ntkw_sum *positive, ntkw_sum *negative, const void *a, const void *b,
                                           size_t count, ntkw_dtype dtype);

/** One exact sum minus another, rounded once to the nearest double (ties to even), +0 if that is zero; NaN if a pointer
 * is NULL. Local. */
NTKW_API double ntkw_sum_difference(const ntkw_sum *positive, const ntkw_sum *negative);

/** Add another sum to this one. Local. NTKW_ERR_ARGUMENT if the range of `from` is wider than that of sum. */
NTKW_API ntkw_status ntkw_sum_merge(ntkw_sum *sum, const ntkw_sum *from);

/** Carry, so that every limb lies in [0, 2^32). Local. The value is unchanged. The last limb can be larger only after
 * ntkw_sum_from_limbs was given a number that is larger than any sum of 2^63 squares. */
NTKW_API void ntkw_sum_normalise(ntkw_sum *sum);

/** Replace the limbs, for instance by the sums over all ranks, and carry. Local.
 * @param[in] limbs  ntkw_sum_limbs(sum->range) values, each from 0 to 2^63 - 1; count and not_finite are left as they
 *                   are. */
NTKW_API void ntkw_sum_from_limbs(ntkw_sum *sum, const int64_t *limbs);

/** The sum, rounded once to the nearest double (ties to even); Inf or subnormal where IEEE 754 says so; NaN for NULL.
 * Local. */
NTKW_API double ntkw_sum_value(const ntkw_sum *sum);

/** The square root of the exact sum, rounded once: the Euclidean norm if squares were added. Local.
 *
 * This is the correctly rounded root of the exact sum, not the root of ntkw_sum_value(): they differ in about one case
 * of eight. It is in range also where the squares are not (norms of 1e-200 or 1e200). NaN for NULL. */
NTKW_API double ntkw_sum_root(const ntkw_sum *sum);

/** The sum as mantissa * 2^exponent with mantissa in [0.5, 1) rounded once to 53 bits, or 0 and 0; NaN and 0 if
 * a pointer is NULL. Local. */
NTKW_API void ntkw_sum_split(const ntkw_sum *sum, double *mantissa, int *exponent);

/** The root of the exact sum as mantissa * 2^exponent with mantissa in [0.5, 1) rounded once, or 0 and 0;
 * NaN and 0 if a pointer is NULL. Local. */
NTKW_API void ntkw_sum_root_split(const ntkw_sum *sum, double *mantissa, int *exponent);

#ifdef __cplusplus
}
#endif
#endif
