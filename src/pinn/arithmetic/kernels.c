#include "pinn/arithmetic/kernels.h"
#include "pinn/arithmetic/tile_kernels.h"
#include "base/cpu.h"
#include "base/check.h"

#include <stdlib.h>

#if defined(__x86_64__)
static const kernels *const tables[KERNEL_VARIANTS] = {kernels_portable, kernels_avx2, kernels_avx512};
static const tile_kernels *const tile_tables[KERNEL_VARIANTS] = {&tiles_portable, &tiles_avx2, &tiles_avx512};
/* SLEEF's scalar members are compiled for FMA too, so even the portable kernels need it. */
static const kernel_variant needed_by_portable = KERNELS_AVX2;
#else
static const kernels *const tables[KERNEL_VARIANTS] = {kernels_portable};
static const tile_kernels *const tile_tables[KERNEL_VARIANTS] = {&tiles_portable};
static const kernel_variant needed_by_portable = KERNELS_PORTABLE;
#endif

static bool supported(kernel_variant variant) {
  return ntkw_i_cpu_can(variant == KERNELS_PORTABLE ? needed_by_portable : variant);
}

const kernels *kernels_find(kernel_variant variant, ntkw_dtype precision) {
  return supported(variant) ? tables[variant] + (precision == NTKW_FLOAT64) : NULL;
}

const tile_kernels *tile_kernels_find(kernel_variant variant) {
  return tile_tables[variant];
}

ntkw_status kernels_choose(kernel_variant *out) {
  NTKW_CHECK(supported(KERNELS_PORTABLE), NTKW_ERR_ARGUMENT,
             "this CPU has no fused multiply-add (AVX2 with FMA), which the arithmetic of the trainer is built on");
  *out = ntkw_i_kernels_best();
  const char *name = getenv("NTKW_KERNELS");
  if (!name || !*name) return NTKW_SUCCESS;
  *out = ntkw_i_kernels_named(name);
  NTKW_CHECK(*out != KERNEL_VARIANTS, NTKW_ERR_ARGUMENT, "NTKW_KERNELS is \"%.40s\", expected portable, avx2 or avx512",
             name);
  NTKW_CHECK(supported(*out), NTKW_ERR_ARGUMENT, "NTKW_KERNELS is \"%s\", which this CPU cannot run", name);
  return NTKW_SUCCESS;
}
