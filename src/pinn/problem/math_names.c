#include "pinn/problem/math_names.h"

#include <stddef.h>
#include <string.h>

const char MATH_OF_PROBLEMS[] = "sin, cos, tan, tanh, sinh, cosh, exp, log, sqrt, abs, min, max, floor, ceil, "
                                "where, less and less_equal";

bool math_name_is_known(const char *name) {
  static const char *const known[] = {
      "abs",     "cos",     "cosh",          "exp",       "log",    "max",      "min",      "sin",    "sinh",
      "sqrt",    "tan",     "tanh",          "acos",      "acosh",  "acot",     "acoth",    "acsc",   "arccos",
      "arccosh", "arcosh",  "arcsin",        "arcsinh",   "arctan", "arctan2",  "arctanh",  "arsinh", "artanh",
      "asec",    "asin",    "asinh",         "atan",      "atan2",  "atanh",    "bessel",   "beta",   "cbrt",
      "clamp",   "clip",    "cot",           "coth",      "csc",    "csch",     "ctg",      "deg",    "digamma",
      "elu",     "erf",     "erfc",          "erfinv",    "exp10",  "exp2",     "expm1",    "fmod",   "gamma",
      "gelu",    "greater", "greater_equal", "heaviside", "hypot",  "j0",       "j1",       "ldexp",  "lgamma",
      "lg",      "ln",      "log10",         "log1p",     "log2",   "loggamma", "logistic", "mod",    "modf",
      "pow",     "rad",     "random",        "relu",      "rint",   "round",    "sec",      "sech",   "sgn",
      "sigmoid", "sign",    "sinc",          "softplus",  "sqr",    "square",   "swish",    "tgamma", "trunc",
      "y0",      "y1"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(name, known[i]) == 0) return true;
  return false;
}
