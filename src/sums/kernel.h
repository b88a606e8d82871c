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
  NTKW_I_BASE_FLOAT64 = -2176, /* both are even: the root of a limb array halves them */
  /* What limb k of the range of float32 weighs, limb k + 58 of the range of float64 weighs. */
  NTKW_I_LIMB_SHIFT = (NTKW_I_BASE_FLOAT32 - NTKW_I_BASE_FLOAT64) / NTKW_I_LIMB_BITS,
  /* Additions between two carries: limbs below 2^32 stay below 2^63 with a factor of two to spare. */
  NTKW_I_PENDING_MAX = 1 << 30
};

/* Add count values to limbs and return how many of them are not finite (those are not added).
 *
 * limbs[0] weighs 2^NTKW_I_BASE_FLOAT32 for float32 and 2^NTKW_I_BASE_FLOAT64 for float64. Each limb may grow by less
 * than 2^32 for each value; none of them is carried. The result must not depend on the floating-point environment,
 * and the environment must be left as it was found. */
typedef int64_t (*ntkw_i_sum_kernel)(int64_t *limbs, const void *values, size_t count);

/* Make float32 of NTKW_FLOAT16 or NTKW_BFLOAT16. */
typedef void (*ntkw_i_from_half_kernel)(float *restrict to, const void *restrict from, size_t count, ntkw_dtype dtype);

/* Values of 16 bits converted at a time. They stay in the first cache, and are whole blocks of the vector kernels. */
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
/* Vector instructions (window.inc). They must not be called on a CPU without them. */
extern const ntkw_i_sum_kernels ntkw_i_sum_avx2;
extern const ntkw_i_sum_kernels ntkw_i_sum_avx512;
#endif

/* The kernels of a variant; NULL if this CPU cannot run them. */
const ntkw_i_sum_kernels *ntkw_i_sum_kernels_find(kernel_variant variant);

/* The kernels of the variant in use (base/cpu.h). */
const ntkw_i_sum_kernels *ntkw_i_sum_kernels_chosen(void);

#endif
