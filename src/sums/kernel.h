/* The interface between the exact sums and the kernels that read the values.
 *
 * A kernel adds values to limbs without carries; accumulate.c carries before a limb can overflow. All kernels leave
 * limbs of the same value, so that results do not depend on the choice of a kernel.
 */
#ifndef NTKW_SUMS_KERNEL_H
#define NTKW_SUMS_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include "base/cpu.h"
#include "ntkw/sum.h"

/* A product of two 53-bit mantissas has 106 bits. */
__extension__ typedef unsigned __int128 ntkw_i_uint128;

enum {
  NTKW_I_LIMB_BITS = 32,
  NTKW_I_BASE_FLOAT32 = -320,  /* exponent of limb 0 */
  NTKW_I_BASE_FLOAT64 = -2176, /* both are even, because a square root halves them */
  /* Limb k of the float32 range has the same weight as limb k + 58 of the float64 range. */
  NTKW_I_LIMB_SHIFT = (NTKW_I_BASE_FLOAT32 - NTKW_I_BASE_FLOAT64) / NTKW_I_LIMB_BITS,
  /* Additions between two carries. A limb that starts below 2^32 stays below 2^62 + 2^32. */
  NTKW_I_PENDING_MAX = 1 << 30
};

/* Add count values to limbs and return how many of them are not finite (those are not added).
 *
 * limbs[0] weighs 2^NTKW_I_BASE_FLOAT32 for float32 and 2^NTKW_I_BASE_FLOAT64 for float64. Each limb may grow by less
 * than 2^32 for each value; none of them is carried. The result must not depend on the floating-point environment,
 * and the environment must be left as it was found. */
typedef int64_t (*ntkw_i_sum_kernel)(int64_t *limbs, const void *values, size_t count);

/* Convert count values of NTKW_FLOAT16 or NTKW_BFLOAT16 to float32. */
typedef void (*ntkw_i_from_half_kernel)(float *restrict to, const void *restrict from, size_t count, ntkw_dtype dtype);

/* Number of 16-bit values converted at a time. They fit into the first-level cache and are a whole number of blocks of
 * the vector kernels. */
enum { NTKW_I_HALVES_AT_ONCE = 3968 };

/* One kernel for NTKW_FLOAT32 and one for NTKW_FLOAT64; other types are converted to float32. */
typedef struct ntkw_i_sum_kernels {
  ntkw_i_from_half_kernel from_half;
  ntkw_i_sum_kernel squares[2];
  ntkw_i_sum_kernel magnitudes[2];
} ntkw_i_sum_kernels;

/* Plain C for any CPU: integer arithmetic on the bits of the values. */
extern const ntkw_i_sum_kernels ntkw_i_sum_portable;

#if defined(__x86_64__)
/* Kernels with vector instructions (window.inc). Call them only on a CPU that has these instructions. */
extern const ntkw_i_sum_kernels ntkw_i_sum_avx2;
extern const ntkw_i_sum_kernels ntkw_i_sum_avx512;
#endif

/* The kernels of a variant; NULL if this CPU cannot run them. */
const ntkw_i_sum_kernels *ntkw_i_sum_kernels_find(kernel_variant variant);

/* The kernels of the variant in use (base/cpu.h). */
const ntkw_i_sum_kernels *ntkw_i_sum_kernels_chosen(void);

#endif
