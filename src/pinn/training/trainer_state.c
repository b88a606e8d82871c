/* The state of a run, listed once. */
#include "pinn/state/state_query.h"
#include "pinn/training/trainer_impl.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

static size_t weighting_size(void *weighting) {
  return weighting ? ntkw_weighting_state_size(weighting) : 0;
}

static ntkw_status get_weighting(void *weighting, void *bytes) {
  return weighting ? ntkw_weighting_state_get(weighting, bytes) : NTKW_SUCCESS;
}

static ntkw_status set_weighting(void *weighting, const void *bytes, size_t n) {
  return weighting ? ntkw_weighting_state_set(weighting, bytes, n) : NTKW_SUCCESS;
}

/* The weights are computed from the weighting's bytes. They are written for readers of the file. */
static ntkw_status visit_weighting(trainer *t, state_visitor *v) {
  NTKW_TRY(v->array(v, &(array_entry){.name = "weights",
                                      .unit = "1",
                                      .dtype = NTKW_FLOAT64,
                                      .derived = true,
                                      .n_dimensions = 1,
                                      .shape = {t->pde->n_conditions},
                                      .values = (void *)trainer_weights(t)}));
  return v->bytes(v, &(bytes_entry){"weighting_state", weighting_size, get_weighting, set_weighting, t->weighting});
}

/* A checkpoint names the optimizer unless it is the default one. If the run had another optimizer, this one starts
 * without a state at the current step. */
static ntkw_status visit_optimizer(trainer *t, state_visitor *v) {
  const char *own = strcmp(t->ops->name, DEFAULT_OPTIMIZER) == 0 ? "" : t->ops->name;
  char name[MAX_NAME];
  snprintf(name, sizeof name, "%s", own);
  NTKW_TRY(v->text(v, &(text_entry){"optimizer", name, sizeof name, STATE_NONZERO}));
  if (strcmp(name, own) != 0) {
    t->optimizer_since = t->step;
    return NTKW_SUCCESS;
  }
  NTKW_TRY(v->integer(v, &(integer_entry){"optimizer_since", &t->optimizer_since, STATE_NONZERO}));
  return t->ops->visit_state(t->optimizer, v);
}

ntkw_status trainer_visit_state(trainer *t, history *past, state_visitor *v) {
  const shard_layout layout = trainer_layout(t);
  const array_entry parameters = shard_entry(&layout, "parameters", t->parameters);
  NTKW_TRY(v->integer(v, &(integer_entry){"step", &t->step, STATE_ALWAYS}));
  NTKW_TRY(v->array(v, &parameters));
  NTKW_TRY(visit_optimizer(t, v));
  NTKW_TRY(visit_weighting(t, v));
  NTKW_TRY(blow_up_visit_state(&t->blow_up, v));
  return past ? history_visit_state(past, t->pde, v) : NTKW_SUCCESS;
}

bool trainer_find_array(trainer *t, const char *name, array_entry *array) {
  state_finder finder = state_finder_of(name);
  trainer_visit_state(t, NULL, &finder.visitor);
  if (finder.found) *array = finder.array;
  return finder.found;
}
