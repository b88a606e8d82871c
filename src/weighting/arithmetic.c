#include "weighting/arithmetic.h"

void ntkw_i_arithmetic_enter(fenv_t *saved) {
  fegetenv(saved);
  fesetenv(FE_DFL_ENV);
}

void ntkw_i_arithmetic_leave(const fenv_t *saved) {
  fesetenv(saved);
}
