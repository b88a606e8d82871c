#include "pinn/state/state_query.h"
#include "base/dtype.h"

#include <string.h>

static ntkw_status pass_integer(state_visitor *v, const integer_entry *integer) {
  (void)v, (void)integer;
  return NTKW_SUCCESS;
}
static ntkw_status pass_real(state_visitor *v, const real_entry *real) {
  (void)v, (void)real;
  return NTKW_SUCCESS;
}
static ntkw_status pass_text(state_visitor *v, const text_entry *text) {
  (void)v, (void)text;
  return NTKW_SUCCESS;
}
static ntkw_status pass_bytes(state_visitor *v, const bytes_entry *bytes) {
  (void)v, (void)bytes;
  return NTKW_SUCCESS;
}

state_visitor state_visitor_of_arrays(ntkw_status (*array)(state_visitor *v, const array_entry *array)) {
  return (state_visitor){array, pass_integer, pass_real, pass_text, pass_bytes};
}

static ntkw_status find(state_visitor *v, const array_entry *array) {
  state_finder *finder = (state_finder *)v;
  if (strcmp(array->name, finder->name) != 0) return NTKW_SUCCESS;
  finder->found = true;
  finder->array = *array;
  return NTKW_SUCCESS;
}

state_finder state_finder_of(const char *name) {
  return (state_finder){.visitor = state_visitor_of_arrays(find), .name = name};
}

static ntkw_status count(state_visitor *v, const array_entry *array) {
  const int64_t rows = array->n_dimensions == 2 ? array->shape[0] : 1;
  const int64_t values = rows * array->shape[array->n_dimensions - 1];
  ((state_counter *)v)->bytes += values * (int64_t)ntkw_i_value_size(array->dtype);
  return NTKW_SUCCESS;
}

state_counter state_counter_start(void) {
  return (state_counter){.visitor = state_visitor_of_arrays(count)};
}
