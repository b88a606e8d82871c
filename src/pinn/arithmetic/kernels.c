#include "pinn/arithmetic/kernels.h"
#include "pinn/arithmetic/tile_kernels.h"
#include "status/check.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[KERNEL_VARIANTS] = {"portable", "avx2", "avx512"};

const char *kernel_variant_name(kernel_variant variant) {
  return names[variant];
}

#if defined(__x86_64__)

/* SLEEF's scalar members are compiled for FMA too, so even the portable kernels need it. */
static bool supported(kernel_variant variant) {
  if (!__builtin_cpu_supports("fma") || !__builtin_cpu_supports("avx2")) return false;
  if (variant != KERNELS_AVX512) return true;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

static const kernels *table(kernel_variant variant) {
  static const kernels *const tables[KERNEL_VARIANTS] = {kernels_portable, kernels_avx2, kernels_avx512};
  return tables[variant];
}

const tile_kernels *tile_kernels_find(kernel_variant variant) {
  static const tile_kernels *const tables[KERNEL_VARIANTS] = {&tiles_portable, &tiles_avx2, &tiles_avx512};
  return tables[variant];
}

#else

static bool supported(kernel_variant variant) {
  return variant == KERNELS_PORTABLE;
}

static const kernels *table(kernel_variant variant) {
  (void)variant;
  return kernels_portable;
}

const tile_kernels *tile_kernels_find(kernel_variant variant) {
  (void)variant;
  return &tiles_portable;
}

#endif

const kernels *kernels_find(kernel_variant variant, ntkw_dtype precision) {
  return supported(variant) ? table(variant) + (precision == NTKW_FLOAT64) : NULL;
}

static ntkw_status named_variant(const char *name, kernel_variant *out) {
  for (int v = 0; v < KERNEL_VARIANTS; v++) {
    if (strcmp(name, names[v]) != 0) continue;
    NTKW_CHECK(supported((kernel_variant)v), NTKW_ERR_ARGUMENT, "NTKW_KERNELS is \"%s\", which this CPU cannot run",
               name);
    *out = (kernel_variant)v;
    return NTKW_SUCCESS;
  }
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "NTKW_KERNELS is \"%.40s\", expected portable, avx2 or avx512", name);
}

ntkw_status kernels_choose(kernel_variant *out) {
  NTKW_CHECK(supported(KERNELS_PORTABLE), NTKW_ERR_ARGUMENT,
             "this CPU has no fused multiply-add (AVX2 with FMA), which the arithmetic of the trainer is built on");
  const char *name = getenv("NTKW_KERNELS");
  if (name && *name) return named_variant(name, out);
  *out = KERNELS_PORTABLE;
  for (int v = 0; v < KERNEL_VARIANTS; v++)
    if (supported((kernel_variant)v)) *out = (kernel_variant)v;
  return NTKW_SUCCESS;
}
