/* The floating-point environment in which weights are computed: rounding to nearest, subnormals, no traps.
 *
 * Host programs may use another one (-ffast-math sets flush-to-zero, interval codes set directed rounding), perhaps on
 * some ranks only, and the bits of the weights must not depend on it. Compilers move floating-point operations across
 * the calls of enter and leave: put the computation between them into another source file. Both are local. */
#ifndef NTKW_BASE_FP_ENVIRONMENT_H
#define NTKW_BASE_FP_ENVIRONMENT_H

#include <fenv.h>

/* Save the caller's environment, and set the default one. */
void ntkw_i_fp_environment_enter(fenv_t *saved);
/* Restore it. */
void ntkw_i_fp_environment_leave(const fenv_t *saved);

#endif
