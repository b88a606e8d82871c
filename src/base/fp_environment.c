#include "base/fp_environment.h"

void ntkw_i_fp_environment_enter(fenv_t *saved) {
  fegetenv(saved);
  fesetenv(FE_DFL_ENV);
}

void ntkw_i_fp_environment_leave(const fenv_t *saved) {
  fesetenv(saved);
}
