/* NTKW_SUM_KERNELS names the kernels; unknown or unsupported names are passed over for the fastest. */
#include "harness.h"
#include "sums/kernel.h"

#include <stdlib.h>

static const char *fastest(void) {
  static const char *const names[] = {"avx512", "avx2"};
  for (int i = 0; i < 2; i++)
    if (ntkw_i_sum_kernels_named(names[i])) return names[i];
  return "portable";
}

static void name_is_heeded(void) {
  const char *name = getenv("NTKW_SUM_KERNELS");
  const bool usable = name && ntkw_i_sum_kernels_named(name);
  CHECK(strcmp(ntkw_sum_kernels(), usable ? name : fastest()) == 0);
}

/* Later changes of the environment do not divide a process. */
static void choice_is_kept(void) {
  const char *before = ntkw_sum_kernels();
  setenv("NTKW_SUM_KERNELS", strcmp(before, "portable") == 0 ? "avx2" : "portable", 1);
  CHECK(ntkw_sum_kernels() == before);
}

static void kernels_go_by_their_names(void) {
  CHECK(ntkw_i_sum_kernels_named("portable") == &ntkw_i_sum_portable);
  CHECK(ntkw_i_sum_kernels_named("") == NULL);
  CHECK(ntkw_i_sum_kernels_named("AVX2") == NULL);
  CHECK(ntkw_i_sum_kernels_named("avx51") == NULL);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(name_is_heeded), TEST(choice_is_kept), TEST(kernels_go_by_their_names)};
  return run_suite("kernels chosen", cases, sizeof cases / sizeof *cases, argc, argv);
}
