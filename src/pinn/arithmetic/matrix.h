/* Matrix products. Each element is one chain of fma over the ascending inner index.
 *
 * On x86-64 LIBXSMM generates code for each shape when the shape first occurs. The code is compared once, bit for bit
 * on random data, with the compiled product of kernels.h. If the bits differ, the columns are cut in two, where that
 * gives code with the right bits. The compiled product is used if no code could be generated, if no cut has the right
 * bits, and in the portable variant. No function here is collective. */
#ifndef NTKW_PINN_MATRIX_H
#define NTKW_PINN_MATRIX_H

#include "pinn/arithmetic/kernels.h"

typedef struct multiplier multiplier; /* one per thread */

/* Prepare products of this variant and precision; kernels_find must support the variant. Sets LIBXSMM's target, which
 * is one per process, to the variant's instructions. LIBXSMM keeps all code that it has generated.
 * @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status multiplier_create(kernel_variant variant, ntkw_dtype precision, multiplier **out);
void multiplier_destroy(multiplier **multiplier);

/* Compute the product. Its width must be a multiple of feature_padding. */
void multiply(multiplier *multiplier, const product_shape *product, const void *a, const void *b, void *c);

/* Can LIBXSMM generate code for this variant on this CPU and system? */
bool matrix_generates(kernel_variant variant);

/* Number of shapes with generated code, and number of shapes without it because code was missing or had other bits. */
int multiplier_generated(const multiplier *multiplier);
int multiplier_refused(const multiplier *multiplier);

#endif
