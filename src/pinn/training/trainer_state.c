/* The state of a run, listed once. */
#include "pinn/state/state_query.h"
#include "pinn/training/trainer_impl.h"
#include "status/check.h"

/* An array of the same length as the parameters, cut in the same way. */
static ntkw_status visit_vector(const trainer *t, const char *name, void *values, state_visitor *v) {
  return v->array(v, &(state_array){.name = name,
                                    .unit = "1",
                                    .dtype = t->pde->network.precision,
                                    .sharded = true,
                                    .n_dimensions = 1,
                                    .shape = {t->n_parameters},
                                    .offset = sharding_offset(t->sharding),
                                    .count = t->count,
                                    .values = values});
}

static size_t weighting_size(void *weighting) {
  return weighting ? ntkw_weighting_state_size(weighting) : 0;
}

static ntkw_status get_weighting(void *weighting, void *bytes) {
  return weighting ? ntkw_weighting_state_get(weighting, bytes) : NTKW_SUCCESS;
}

static ntkw_status set_weighting(void *weighting, const void *bytes, size_t n) {
  return weighting ? ntkw_weighting_state_set(weighting, bytes, n) : NTKW_SUCCESS;
}

/* The weights follow from the weighting's bytes; they are for readers of the file. */
static ntkw_status visit_weighting(trainer *t, state_visitor *v) {
  NTKW_TRY(v->array(v, &(state_array){.name = "weights",
                                      .unit = "1",
                                      .dtype = NTKW_FLOAT64,
                                      .derived = true,
                                      .n_dimensions = 1,
                                      .shape = {t->pde->n_conditions},
                                      .values = (void *)trainer_weights(t)}));
  return v->bytes(v, &(state_bytes){"weighting_state", weighting_size, get_weighting, set_weighting, t->weighting});
}

ntkw_status trainer_visit_state(trainer *t, history *past, state_visitor *v) {
  NTKW_TRY(v->integer(v, &(state_integer){"step", &t->step, STATE_ALWAYS}));
  NTKW_TRY(visit_vector(t, "parameters", t->parameters, v));
  NTKW_TRY(visit_vector(t, "adam_moment1", t->moment1, v));
  NTKW_TRY(visit_vector(t, "adam_moment2", t->moment2, v));
  NTKW_TRY(visit_weighting(t, v));
  NTKW_TRY(blow_up_visit_state(&t->blow_up, v));
  return past ? history_visit_state(past, t->pde, v) : NTKW_SUCCESS;
}

bool trainer_find_array(trainer *t, const char *name, state_array *array) {
  state_finder finder = state_finder_of(name);
  trainer_visit_state(t, NULL, &finder.visitor);
  if (finder.found) *array = finder.array;
  return finder.found;
}
