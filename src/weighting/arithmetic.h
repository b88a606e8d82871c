/* The floating-point environment in which weights are made: to nearest, subnormals on, nothing trapped.
 *
 * Host programs run with other ones (-ffast-math sets flush-to-zero, interval codes set directed rounding), perhaps on
 * some ranks only; the bits of the weights must not follow. What is computed between enter and leave must be in another
 * source file than they are called from, for compilers move floating-point operations across both. */
#ifndef NTKW_WEIGHTING_ARITHMETIC_H
#define NTKW_WEIGHTING_ARITHMETIC_H

#include <fenv.h>

/* Keep the environment of the caller in saved, and set the default one. */
void ntkw_i_arithmetic_enter(fenv_t *saved);
/* Restore it. */
void ntkw_i_arithmetic_leave(const fenv_t *saved);

#endif
