#include "pinn/problem/rules.h"

const char *const *rule_names(int *n) {
  static const char *const names[] = {"ntk-trace", "inverse-gradient-norm", "gradient-share", "none"};
  *n = sizeof names / sizeof *names;
  return names;
}
