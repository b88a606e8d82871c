/* Matrix products: each element one chain of fma over the inner index ascending.
 *
 * On x86-64 LIBXSMM generates a kernel per shape when that shape first occurs. Each is compared once, on random data
 * and in every bit, with the compiled product of kernels.h, which serves instead where code cannot be generated, is
 * not to be trusted, or is not wanted (the portable variant). All functions are local. */
#ifndef NTKW_PINN_MATRIX_H
#define NTKW_PINN_MATRIX_H

#include "pinn/arithmetic/kernels.h"

typedef struct multiplier multiplier; /* one per thread */

/* Products of this variant and precision; the variant must be one that kernels_find has. LIBXSMM, whose target belongs
 * to the process and which keeps a kernel once made, is set to the variant's instructions. NTKW_ERR_MEMORY. */
ntkw_status multiplier_create(kernel_variant variant, ntkw_dtype precision, multiplier **out);
void multiplier_destroy(multiplier **multiplier);

/* The product; width is a multiple of FEATURE_PADDING. */
void multiply(multiplier *multiplier, const product_shape *product, const void *a, const void *b, void *c);

/* Can code be generated for this variant, on this CPU and system? */
bool matrix_generates(kernel_variant variant);

/* The shapes for which generated code is in use, and those for which it was refused. */
int multiplier_generated(const multiplier *multiplier);
int multiplier_refused(const multiplier *multiplier);

#endif
