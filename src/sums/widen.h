/* float16 and bfloat16 as float32, which holds all of their values. */
#ifndef NTKW_SUMS_WIDEN_H
#define NTKW_SUMS_WIDEN_H

#include <stddef.h>
#include "ntkw/status.h"

/* How many values are widened at a time: they stay in the first cache, and are whole blocks of the vector kernels. */
enum { NTKW_I_WIDENED = 3968 };

/* dtype is NTKW_FLOAT16 or NTKW_BFLOAT16. NaN and Inf stay what they are. Does not depend on the floating-point
 * environment. */
void ntkw_i_widen(float *restrict to, const void *restrict from, size_t count, ntkw_dtype dtype);

#endif
