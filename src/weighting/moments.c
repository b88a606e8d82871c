#include "weighting/moments.h"

#include <math.h>

static ntkw_i_split normalised(double mantissa, int exponent) {
  int shift = 0;
  const double scaled = frexp(mantissa, &shift);
  return scaled == 0 ? (ntkw_i_split){0, 0} : (ntkw_i_split){scaled, exponent + shift};
}

ntkw_i_split ntkw_i_total_mean(const ntkw_i_total *total) {
  if (total->count == 0) return (ntkw_i_split){0, 0};
  return normalised(total->split.mantissa / (double)total->count, total->split.exponent);
}

ntkw_i_split ntkw_i_split_over_root(ntkw_i_split a, ntkw_i_split b) {
  const int odd = b.exponent % 2 != 0; /* the root halves the exponent */
  const double root = sqrt(odd ? 2 * b.mantissa : b.mantissa);
  return normalised(a.mantissa / root, a.exponent - (b.exponent - odd) / 2);
}

double ntkw_i_split_value(ntkw_i_split split) {
  return ldexp(split.mantissa, split.exponent);
}
