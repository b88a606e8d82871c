/* NTKW_KERNELS, or NTKW_SUM_KERNELS if it is not set, chooses the kernels. For an unknown or unsupported name the
 * fastest kernels are chosen. */
#include "harness.h"
#include "base/cpu.h"
#include "sums/kernel.h"

#include <stdlib.h>

static void name_is_heeded(void) {
  const char *name = getenv("NTKW_KERNELS");
  if (!name || !*name) name = getenv("NTKW_SUM_KERNELS");
  const kernel_variant named = name ? ntkw_i_kernels_named(name) : KERNEL_VARIANTS;
  const kernel_variant expected = ntkw_i_cpu_can(named) ? named : ntkw_i_kernels_best();
  CHECK(strcmp(ntkw_sum_kernels(), ntkw_i_kernels_name(expected)) == 0);
  CHECK(ntkw_i_sum_kernels_chosen() == ntkw_i_sum_kernels_find(expected));
}

/* The choice is made once: later changes of the environment have no effect. */
static void choice_is_kept(void) {
  const char *before = ntkw_sum_kernels();
  setenv("NTKW_KERNELS", strcmp(before, "portable") == 0 ? "avx2" : "portable", 1);
  CHECK(ntkw_sum_kernels() == before);
}

static void variants_go_by_their_names(void) {
  for (int v = 0; v < KERNEL_VARIANTS; v++)
    CHECK_EQUAL_INT(ntkw_i_kernels_named(ntkw_i_kernels_name((kernel_variant)v)), v);
  CHECK_EQUAL_INT(ntkw_i_kernels_named(""), KERNEL_VARIANTS);
  CHECK_EQUAL_INT(ntkw_i_kernels_named("AVX2"), KERNEL_VARIANTS);
  CHECK_EQUAL_INT(ntkw_i_kernels_named("avx51"), KERNEL_VARIANTS);
  CHECK(ntkw_i_sum_kernels_find(KERNELS_PORTABLE) == &ntkw_i_sum_portable);
  CHECK(!ntkw_i_cpu_can(KERNEL_VARIANTS));
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(name_is_heeded), TEST(choice_is_kept), TEST(variants_go_by_their_names)};
  return run_suite("kernels chosen", cases, sizeof cases / sizeof *cases, argc, argv);
}
