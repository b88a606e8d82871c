#include "base/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[KERNEL_VARIANTS] = {"portable", "avx2", "avx512"};

const char *ntkw_i_kernels_name(kernel_variant variant) {
  return names[variant];
}

kernel_variant ntkw_i_kernels_named(const char *name) {
  int v = 0;
  while (v < KERNEL_VARIANTS && strcmp(name, names[v]) != 0) v++;
  return (kernel_variant)v;
}

bool ntkw_i_cpu_can(kernel_variant variant) {
#if defined(__x86_64__)
  if (variant == KERNELS_AVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (variant == KERNELS_AVX512)
    return ntkw_i_cpu_can(KERNELS_AVX2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
  return variant == KERNELS_PORTABLE;
}

kernel_variant ntkw_i_kernels_best(void) {
  int v = KERNEL_VARIANTS - 1;
  while (!ntkw_i_cpu_can((kernel_variant)v)) v--;
  return (kernel_variant)v;
}

static kernel_variant choose(void) {
  const char *name = getenv("NTKW_KERNELS");
  if (!name || !*name) name = getenv("NTKW_SUM_KERNELS");
  const kernel_variant wanted = name ? ntkw_i_kernels_named(name) : KERNEL_VARIANTS;
  return ntkw_i_cpu_can(wanted) ? wanted : ntkw_i_kernels_best();
}

kernel_variant ntkw_i_kernels_chosen(void) {
  static atomic_int chosen = KERNEL_VARIANTS;
  int variant = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (variant != KERNEL_VARIANTS) return (kernel_variant)variant;
  const int wanted = (int)choose();
  return (kernel_variant)(atomic_compare_exchange_strong(&chosen, &variant, wanted) ? wanted : variant);
}
