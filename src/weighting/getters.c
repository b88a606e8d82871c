/* Getters. Not collective; NULL is accepted. */
#include "weighting/weighting_impl.h"

#include <stddef.h>

bool ntkw_weighting_due(const ntkw_weighting *weighting, int64_t epoch) {
  if (!weighting || epoch < 0 || epoch < weighting->settings.first_epoch) return false;
  const int64_t every = weighting->settings.update_every;
  return epoch % every == weighting->settings.update_offset % every;
}
int ntkw_weighting_size(const ntkw_weighting *weighting) {
  return weighting ? weighting->n : 0;
}
const char *ntkw_weighting_condition(const ntkw_weighting *weighting, int condition) {
  return weighting && condition >= 0 && condition < weighting->n ? weighting->names[condition] : NULL;
}
const char *ntkw_weighting_rule(const ntkw_weighting *weighting) {
  return weighting ? weighting->settings.name : NULL;
}
double ntkw_weighting_alpha(const ntkw_weighting *weighting) {
  return weighting ? weighting->settings.alpha : 0;
}
int64_t ntkw_weighting_update_every(const ntkw_weighting *weighting) {
  return weighting ? weighting->settings.update_every : 0;
}
unsigned ntkw_weighting_needs(const ntkw_weighting *weighting) {
  return weighting ? weighting->settings.needs : 0;
}
bool ntkw_weighting_needs_traces(const ntkw_weighting *weighting) {
  return (ntkw_weighting_needs(weighting) & NTKW_NEEDS_TRACES) != 0;
}
const double *ntkw_weighting_weights(const ntkw_weighting *weighting) {
  return weighting ? weighting->weights : NULL;
}
const double *ntkw_weighting_norms(const ntkw_weighting *weighting) {
  return weighting ? weighting->norms : NULL;
}
const double *ntkw_weighting_squared_norms(const ntkw_weighting *weighting) {
  return weighting ? weighting->squared_norms : NULL;
}
const double *ntkw_weighting_ntk_traces(const ntkw_weighting *weighting) {
  return weighting ? weighting->traces : NULL;
}
const double *ntkw_weighting_losses(const ntkw_weighting *weighting) {
  return weighting ? weighting->losses : NULL;
}
const double *ntkw_weighting_mean_magnitudes(const ntkw_weighting *weighting) {
  return weighting ? weighting->magnitudes : NULL;
}
