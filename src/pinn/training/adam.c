#include "pinn/training/adam.h"
#include "pinn/arithmetic/reproducible.h"

#include <math.h>

/* base^n by squaring: multiplications only, so the same bits anywhere. */
static double power(double base, int64_t n) {
  double result = 1.0;
  for (; n > 0; n /= 2, base *= base)
    if (n % 2) result *= base;
  return result;
}

double learning_rate_at(const problem *pde, int64_t step) {
  if (pde->decay == 1.0) return pde->learning_rate;
  const double periods = (double)step / (double)pde->decay_every;
  return pde->learning_rate * reproducible_exp(periods * reproducible_log(pde->decay));
}

adam_step adam_step_at(const problem *pde, int64_t step) {
  return (adam_step){.rate = learning_rate_at(pde, step),
                     .beta1 = pde->beta1,
                     .beta2 = pde->beta2,
                     .epsilon = pde->epsilon,
                     .correction1 = 1.0 - power(pde->beta1, step + 1),
                     .correction2 = 1.0 - power(pde->beta2, step + 1)};
}

/* On x86-64 compiled for wider vectors, too, and the CPU chooses: every operation is rounded by itself (and the compiler
 * may leave errno alone), so that all have the same bits. */
#if defined(__x86_64__) && defined(__GNUC__)
#define WIDER_ADAM_UPDATES(name, real)                                                                               \
  __attribute__((target("avx512f"))) static void name##_avx512(const adam_step *s, size_t n, const real *g, real *p, \
                                                               real *m, real *v) {                                   \
    name##_plain(s, n, g, p, m, v);                                                                                  \
  }                                                                                                                  \
  __attribute__((target("avx2"))) static void name##_avx2(const adam_step *s, size_t n, const real *g, real *p,      \
                                                          real *m, real *v) {                                        \
    name##_plain(s, n, g, p, m, v);                                                                                  \
  }                                                                                                                  \
  static void name(const adam_step *s, size_t n, const real *g, real *p, real *m, real *v) {                         \
    (__builtin_cpu_supports("avx512f") ? name##_avx512                                                               \
     : __builtin_cpu_supports("avx2")  ? name##_avx2                                                                 \
                                       : name##_plain)(s, n, g, p, m, v);                                             \
  }
#else
#define WIDER_ADAM_UPDATES(name, real)                                                       \
  static void name(const adam_step *s, size_t n, const real *g, real *p, real *m, real *v) { \
    name##_plain(s, n, g, p, m, v);                                                          \
  }
#endif

#define DEFINE_ADAM_UPDATE(name, real)                                                            \
  static inline __attribute__((always_inline)) void name##_plain(                                 \
      const adam_step *s, size_t count, const real *restrict gradient, real *restrict parameters, \
      real *restrict moment1, real *restrict moment2) {                                           \
    const adam_step f = *s;                                                                       \
    for (size_t i = 0; i < count; i++) {                                                          \
      const double g = (double)gradient[i];                                                       \
      const double m = f.beta1 * (double)moment1[i] + (1.0 - f.beta1) * g;                        \
      const double v = f.beta2 * (double)moment2[i] + (1.0 - f.beta2) * (g * g);                  \
      moment1[i] = (real)m;                                                                       \
      moment2[i] = (real)v;                                                                       \
      const double change = f.rate * (m / f.correction1) / (sqrt(v / f.correction2) + f.epsilon); \
      parameters[i] = (real)((double)parameters[i] - change);                                     \
    }                                                                                             \
  }                                                                                               \
  WIDER_ADAM_UPDATES(name, real)

DEFINE_ADAM_UPDATE(update_float, float)
DEFINE_ADAM_UPDATE(update_double, double)

void adam_update(const adam_step *step, size_t count, ntkw_dtype dtype, const void *gradient, void *parameters,
                 void *moment1, void *moment2) {
  if (dtype == NTKW_FLOAT32)
    update_float(step, count, gradient, parameters, moment1, moment2);
  else
    update_double(step, count, gradient, parameters, moment1, moment2);
}
