/* What can be asked of a weighting. */
#include "weighting/handle.h"

#include <stddef.h>

bool ntkw_weighting_due(const ntkw_weighting *weighting, int64_t epoch) {
  return weighting && epoch >= 0 && epoch % weighting->update_every == 0;
}
int ntkw_weighting_size(const ntkw_weighting *weighting) {
  return weighting ? weighting->n : 0;
}
const char *ntkw_weighting_condition(const ntkw_weighting *weighting, int condition) {
  return weighting && condition >= 0 && condition < weighting->n ? weighting->names[condition] : NULL;
}
const char *ntkw_weighting_rule(const ntkw_weighting *weighting) {
  return weighting ? weighting->rule->name : NULL;
}
double ntkw_weighting_alpha(const ntkw_weighting *weighting) {
  return weighting ? weighting->alpha : 0;
}
int64_t ntkw_weighting_update_every(const ntkw_weighting *weighting) {
  return weighting ? weighting->update_every : 0;
}
bool ntkw_weighting_needs_traces(const ntkw_weighting *weighting) {
  return weighting && (weighting->rule->needs & NTKW_I_TRACES) != 0;
}
const double *ntkw_weights(const ntkw_weighting *weighting) {
  return weighting ? weighting->weights : NULL;
}
const double *ntkw_norms(const ntkw_weighting *weighting) {
  return weighting ? weighting->norms : NULL;
}
const double *ntkw_squared_norms(const ntkw_weighting *weighting) {
  return weighting ? weighting->squared_norms : NULL;
}
const double *ntkw_traces(const ntkw_weighting *weighting) {
  return weighting ? weighting->traces : NULL;
}
