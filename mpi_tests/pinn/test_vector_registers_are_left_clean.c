/* No kernel returns with the upper halves of the vector registers in use. On CPUs that must preserve them, every SSE
 * instruction after such a return is many times slower. XGETBV with ECX = 1 reads which state is in use. On CPUs
 * without it the test only runs the kernels. */
#include "base/digest.h"
#include "harness.h"
#include "ntkw/sum.h"
#include "pinn/arithmetic/kernels.h"
#include "pinn/arithmetic/matrix.h"
#include "pinn/arithmetic/reproducible.h"
#include "pinn/optimizer/adam.h"
#include "weighting/combine.h"

#include <stdio.h>

enum { POINTS = 24, WIDTH = 64, STREAMS = 3, COUNT = POINTS * STREAMS * WIDTH };
static _Alignas(64) double x[COUNT], y[COUNT], z[COUNT], w[COUNT], scratch[2 * MAX_STREAMS * WIDTH];
static double scales[POINTS], norms[POINTS];

#if defined(__x86_64__)
#include <cpuid.h>

static bool can_see_registers(void) {
  unsigned a = 0, b, c = 0, d;
  const bool state_is_managed = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE) && (c & bit_AVX);
  return state_is_managed && __get_cpuid_count(0xd, 1, &a, &b, &c, &d) && (a & 4);
}

/* Are the upper halves of ymm0 to ymm15 and of zmm0 to zmm15 in their initial state, as after vzeroupper? */
static bool registers_are_clean(void) {
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(1));
  return (low & (1u << 2 | 1u << 6)) == 0;
}

static void use_upper_halves(void) {
  __asm__ volatile("vpcmpeqd %%xmm1, %%xmm1, %%xmm1\n\tvinsertf128 $1, %%xmm1, %%ymm1, %%ymm1" ::: "xmm1");
}

static void clear_upper_halves(void) {
  __asm__ volatile("vzeroupper");
}
#else
static bool can_see_registers(void) {
  return false;
}
static bool registers_are_clean(void) {
  return true;
}
static void use_upper_halves(void) {}
static void clear_upper_halves(void) {}
#endif

static bool visible; /* true if registers_are_clean works here; set by the first case */

#define LEAVES_CLEAN(call)                                       \
  do {                                                           \
    if (visible) clear_upper_halves();                           \
    call;                                                        \
    CHECK(!visible || registers_are_clean());                    \
    if (visible && !registers_are_clean()) puts("after " #call); \
  } while (0)

static void this_test_would_notice(void) {
  visible = can_see_registers();
  if (!visible) CHECK_SKIP("this processor does not say which registers are in use");
  clear_upper_halves();
  CHECK(registers_are_clean());
  use_upper_halves();
  CHECK(!registers_are_clean());
  clear_upper_halves();
}

static void check_table(const kernels *k) {
  const stream_set streams = {.n_first = 1, .first = {0}, .n_second = 1, .second = {{0, 0}}};
  const jet_panel panel = {.streams = &streams, .n_points = POINTS, .width = WIDTH, .features = WIDTH};
  const product_shape product = {
      .rows = POINTS, .width = WIDTH, .inner = POINTS, .lda = WIDTH, .ldb = WIDTH, .ldc = WIDTH};
  LEAVES_CLEAN(k->multiply(&product, x, y, z));
  LEAVES_CLEAN(k->tanh(WIDTH, x, z));
  LEAVES_CLEAN(k->sincos(WIDTH, x, z, w));
  LEAVES_CLEAN(k->activate(&panel, NONLINEARITY_TANH, y, z, w));
  LEAVES_CLEAN(k->activate_backward(&panel, NONLINEARITY_TANH, z, w, x));
  LEAVES_CLEAN(k->activate(&panel, NONLINEARITY_SIN, y, z, w));
  LEAVES_CLEAN(k->activate_backward(&panel, NONLINEARITY_SIN, z, w, x));
  LEAVES_CLEAN(k->add_bias(&panel, y, z));
  LEAVES_CLEAN(k->sum_values(&panel, x, z));
  LEAVES_CLEAN(k->scale_points(&panel, scales, x, z));
  LEAVES_CLEAN(k->add_squared_norms(&panel, x, WIDTH, w, scratch, norms));
}

/* Generated code for shapes with whole and partial vectors of rows and columns. */
static void check_products(kernel_variant variant, ntkw_dtype precision) {
  multiplier *m;
  CHECK_OK(multiplier_create(variant, precision, &m));
  for (int width = 16; width <= WIDTH; width += 16)
    for (int kind = 0; kind < 4; kind++) {
      const product_shape p = {.rows = 19,
                               .width = width,
                               .inner = 21,
                               .lda = WIDTH,
                               .ldb = WIDTH,
                               .ldc = WIDTH,
                               .a_transposed = kind & 1,
                               .accumulate = kind & 2};
      LEAVES_CLEAN(multiply(m, &p, x, y, z)); /* generates the code and compares it with the compiled product */
      LEAVES_CLEAN(multiply(m, &p, x, y, z));
    }
  multiplier_destroy(&m);
}

static void every_kernel_of_the_trainer(void) {
  for (int v = 0; v < KERNEL_VARIANTS; v++)
    for (int precision = NTKW_FLOAT32; precision <= NTKW_FLOAT64; precision++) {
      const kernels *table = kernels_find((kernel_variant)v, (ntkw_dtype)precision);
      if (!table) continue;
      check_table(table);
      check_products((kernel_variant)v, (ntkw_dtype)precision);
    }
}

static void sums_digests_weights_and_adam(void) {
  static float narrow[COUNT], total[COUNT];
  const double weights[] = {2.0, 3.0};
  const void *const pieces[] = {x, y}, *const narrow_pieces[] = {narrow, narrow};
  const adam_step step = {1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001};
  ntkw_sum sum;
  ntkw_sum_zero(&sum, NTKW_FLOAT64);
  LEAVES_CLEAN(ntkw_sum_add_squares(&sum, x, COUNT, NTKW_FLOAT64));
  LEAVES_CLEAN(ntkw_sum_add_squares(&sum, narrow, COUNT, NTKW_FLOAT32));
  LEAVES_CLEAN(ntkw_sum_add_magnitudes(&sum, x, COUNT, NTKW_FLOAT64));
  LEAVES_CLEAN(ntkw_i_digest_values(x, NTKW_FLOAT64, 0, COUNT));
  LEAVES_CLEAN(ntkw_i_digest_bytes(narrow, 0, sizeof narrow));
  LEAVES_CLEAN(ntkw_i_combine_float64(weights, pieces, 2, COUNT, z));
  LEAVES_CLEAN(ntkw_i_combine_float32(weights, narrow_pieces, 2, COUNT, total));
  LEAVES_CLEAN(adam_update(&step, COUNT, NTKW_FLOAT64, x, y, z, w));
  LEAVES_CLEAN(adam_update(&step, COUNT, NTKW_FLOAT32, x, y, z, w));
}

static void functions_of_numbers(void) {
  LEAVES_CLEAN(x[0] += reproducible_exp(0.5));
  LEAVES_CLEAN(x[0] += reproducible_log(0.5));
  LEAVES_CLEAN(x[0] += reproducible_sin(0.5));
  LEAVES_CLEAN(x[0] += reproducible_cos(0.5));
  LEAVES_CLEAN(x[0] += reproducible_tanh(0.5));
}

int main(int argc, char **argv) {
  uint64_t state = 7;
  for (int i = 0; i < COUNT; i++) x[i] = y[i] = z[i] = w[i] = random_uniform(&state);
  static const test_case cases[] = {TEST(this_test_would_notice), TEST(every_kernel_of_the_trainer),
                                    TEST(sums_digests_weights_and_adam), TEST(functions_of_numbers)};
  return run_suite("vector registers", cases, sizeof cases / sizeof *cases, argc, argv);
}
