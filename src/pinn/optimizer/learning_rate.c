#include "pinn/optimizer/learning_rate.h"
#include "pinn/arithmetic/reproducible.h"

double learning_rate_at(const learning_rate *rate, int64_t step) {
  if (rate->decay == 1.0) return rate->start;
  const double periods = (double)step / (double)rate->every;
  return rate->start * reproducible_exp(periods * reproducible_log(rate->decay));
}
