#include "pinn/optimizer/adam.h"
#include "base/cpu.h"
#include "base/dtype.h"
#include "base/check.h"

#include <math.h>
#include <stdlib.h>

enum { BETA1, BETA2, EPSILON, N_OPTIONS };

static const optimizer_option options[N_OPTIONS] = {{.key = "beta1",
                                                     .otherwise = 0.9,
                                                     .allowed = option_is_momentum,
                                                     .expected = "a number from 0 to below 1",
                                                     .help = "decay of the mean gradient"},
                                                    {.key = "beta2",
                                                     .otherwise = 0.999,
                                                     .allowed = option_is_momentum,
                                                     .expected = "a number from 0 to below 1",
                                                     .help = "decay of the mean squared gradient"},
                                                    {.key = "epsilon",
                                                     .otherwise = 1e-8,
                                                     .allowed = option_is_positive,
                                                     .expected = "a number above 0",
                                                     .help = "added to the root of the mean squared gradient"}};

/* base^n by squaring: multiplications only, so the same bits anywhere. */
static double power(double base, int64_t n) {
  double result = 1.0;
  for (; n > 0; n /= 2, base *= base)
    if (n % 2) result *= base;
  return result;
}

adam_step adam_step_after(int64_t done, double rate, const double values[]) {
  return (adam_step){.rate = rate,
                     .beta1 = values[BETA1],
                     .beta2 = values[BETA2],
                     .epsilon = values[EPSILON],
                     .correction1 = 1.0 - power(values[BETA1], done + 1),
                     .correction2 = 1.0 - power(values[BETA2], done + 1)};
}

/* Compiler flags forbid fused operations, and let sqrt leave errno unset so that the loop can be vectorised. Each
 * operation is therefore rounded separately, and all variants give the same bits. */
#define DEFINE_ADAM_UPDATE(name, real)                                                                                 \
  NTKW_I_ALWAYS_INLINE void name##_values(const adam_step *s, size_t count, const real *restrict gradient,             \
                                          real *restrict parameters, real *restrict moment1, real *restrict moment2) { \
    const adam_step f = *s;                                                                                            \
    for (size_t i = 0; i < count; i++) {                                                                               \
      const double g = (double)gradient[i];                                                                            \
      const double m = f.beta1 * (double)moment1[i] + (1.0 - f.beta1) * g;                                             \
      const double v = f.beta2 * (double)moment2[i] + (1.0 - f.beta2) * (g * g);                                       \
      moment1[i] = (real)m;                                                                                            \
      moment2[i] = (real)v;                                                                                            \
      const double change = f.rate * (m / f.correction1) / (sqrt(v / f.correction2) + f.epsilon);                      \
      parameters[i] = (real)((double)parameters[i] - change);                                                          \
    }                                                                                                                  \
  }                                                                                                                    \
  NTKW_I_DISPATCH(name, name##_values, (const adam_step *s, size_t n, const real *g, real *p, real *m, real *v),       \
                  (s, n, g, p, m, v))

DEFINE_ADAM_UPDATE(update_float, float)
DEFINE_ADAM_UPDATE(update_double, double)

void adam_update(const adam_step *step, size_t count, ntkw_dtype dtype, const void *gradient, void *parameters,
                 void *moment1, void *moment2) {
  if (dtype == NTKW_FLOAT32)
    update_float(step, count, gradient, parameters, moment1, moment2);
  else
    update_double(step, count, gradient, parameters, moment1, moment2);
}

typedef struct adam {
  optimizer_settings settings;
  shard_layout layout;
  void *moment1, *moment2;
} adam;

static void destroy(void *self) {
  adam *a = self;
  if (!a) return;
  free(a->moment1);
  free(a->moment2);
  free(a);
}

static ntkw_status create(const optimizer_settings *settings, const shard_layout *layout, void **self) {
  const size_t n = (size_t)layout->count + 1, width = ntkw_i_value_size(layout->precision);
  adam *a = *self = calloc(1, sizeof *a);
  if (a) {
    *a = (adam){*settings, *layout, calloc(n, width), calloc(n, width)};
    if (a->moment1 && a->moment2) return NTKW_SUCCESS;
  }
  destroy(a);
  *self = NULL;
  return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the moments of %lld parameters", (long long)layout->count);
}

static ntkw_status do_step(void *self, const optimizer_step *step, const objective *goal, void *parameters) {
  adam *a = self;
  const adam_step factors = adam_step_after(step->done, step->rate, a->settings.values);
  adam_update(&factors, (size_t)a->layout.count, a->layout.precision, goal->gradient, parameters, a->moment1,
              a->moment2);
  return NTKW_SUCCESS;
}

static ntkw_status visit_state(void *self, state_visitor *v) {
  const adam *a = self;
  const array_entry first = shard_entry(&a->layout, "adam_moment1", a->moment1);
  const array_entry second = shard_entry(&a->layout, "adam_moment2", a->moment2);
  NTKW_TRY(v->array(v, &first));
  return v->array(v, &second);
}

const optimizer_ops optimizer_adam = {.name = "adam",
                                      .summary = "Adam (Kingma & Ba 2015)",
                                      .rate = 1e-3,
                                      .options = options,
                                      .n_options = N_OPTIONS,
                                      .create = create,
                                      .step = do_step,
                                      .visit_state = visit_state,
                                      .destroy = destroy};
