/* Which kernels this process uses. */
#include "sums/kernel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const ntkw_i_sum_kernels *if_supported(const ntkw_i_sum_kernels *kernels) {
#if defined(__x86_64__)
  if (kernels == &ntkw_i_sum_avx512) return __builtin_cpu_supports("avx512f") ? kernels : NULL;
  if (kernels == &ntkw_i_sum_avx2)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? kernels : NULL;
#endif
  return kernels;
}

static const ntkw_i_sum_kernels *const fastest_first[] = {
#if defined(__x86_64__)
    &ntkw_i_sum_avx512, &ntkw_i_sum_avx2,
#endif
    &ntkw_i_sum_portable};

enum { KERNELS = sizeof fastest_first / sizeof *fastest_first };

const ntkw_i_sum_kernels *ntkw_i_sum_kernels_named(const char *name) {
  for (int i = 0; i < KERNELS; i++)
    if (strcmp(fastest_first[i]->name, name) == 0) return if_supported(fastest_first[i]);
  return NULL;
}

static const ntkw_i_sum_kernels *choose(void) {
  const char *name = getenv("NTKW_SUM_KERNELS");
  const ntkw_i_sum_kernels *kernels = name ? ntkw_i_sum_kernels_named(name) : NULL;
  for (int i = 0; !kernels; i++) kernels = if_supported(fastest_first[i]); /* the last is */
  return kernels;
}

/* Threads that come first together choose the same. */
const ntkw_i_sum_kernels *ntkw_i_sum_kernels_chosen(void) {
  static _Atomic(const ntkw_i_sum_kernels *) chosen;
  const ntkw_i_sum_kernels *kernels = atomic_load_explicit(&chosen, memory_order_acquire);
  if (!kernels) {
    kernels = choose();
    atomic_store_explicit(&chosen, kernels, memory_order_release);
  }
  return kernels;
}

const char *ntkw_sum_kernels(void) {
  return ntkw_i_sum_kernels_chosen()->name;
}
