/* The kernels of the variant that this process uses. */
#include "sums/kernel.h"
#include "base/cpu.h"

static const ntkw_i_sum_kernels *const tables[KERNEL_VARIANTS] = {
    [KERNELS_PORTABLE] = &ntkw_i_sum_portable,
#if defined(__x86_64__)
    [KERNELS_AVX2] = &ntkw_i_sum_avx2,
    [KERNELS_AVX512] = &ntkw_i_sum_avx512,
#endif
};

const ntkw_i_sum_kernels *ntkw_i_sum_kernels_find(kernel_variant variant) {
  return ntkw_i_cpu_can(variant) ? tables[variant] : NULL;
}

const ntkw_i_sum_kernels *ntkw_i_sum_kernels_chosen(void) {
  return tables[ntkw_i_kernels_chosen()];
}

const char *ntkw_sum_kernels(void) {
  return ntkw_i_kernels_name(ntkw_i_kernels_chosen());
}
