/* Inputs with their ranges, and outputs. */
#include "pinn/problem/read_parts.h"
#include "pinn/problem/point.h"

#include <math.h>
#include <string.h>

static double read_bound(reader *r, const section *s, int item) {
  const bool there = push_item(r, s, item);
  const double value = there && lua_type(r->L, -1) == LUA_TNUMBER ? lua_tonumber(r->L, -1) : NAN;
  if (!isfinite(value))
    reader_fail(r->L, line_of_item(r, s, item), "the range of an input has %s; expected {\"name\", from, to}",
                describe(r->L, -1));
  lua_pop(r->L, 1);
  return value;
}

static void read_input(reader *r, const section *list, int i) {
  problem *p = r->made;
  push_item(r, list, i + 1);
  const section s = section_at_item(r, list, i + 1, "an input", "{\"name\", from, to}");
  check_keys(r, &s, NULL, 0, 3);
  read_name(r, &s, 1, true, p->input_names[i]);
  p->lower[i] = read_bound(r, &s, 2);
  p->upper[i] = read_bound(r, &s, 3);
  if (!(p->lower[i] < p->upper[i])) {
    lua_pushnumber(r->L, p->lower[i]);
    lua_pushnumber(r->L, p->upper[i]);
    reader_fail(r->L, s.line, "input '%s' goes from %s to %s; expected a range whose end is above its start",
                p->input_names[i], lua_tostring(r->L, -2), lua_tostring(r->L, -1));
  }
  if (!isfinite(p->upper[i] - p->lower[i]))
    reader_fail(r->L, s.line, "the range of input '%s' is too wide for double precision", p->input_names[i]);
  for (int k = 0; k < i; k++)
    if (strcmp(p->input_names[k], p->input_names[i]) == 0)
      reader_fail(r->L, s.line, "input '%s' is named twice; expected different names", p->input_names[i]);
  lua_pop(r->L, 1);
}

/* The list at a key; its number of items, 1 to most. */
static section open_list(reader *r, const section *s, const char *key, int most, const char *expected, int *n) {
  push_key(r, s, key);
  const section list = section_at_key(r, s, key, key, expected);
  *n = (int)lua_rawlen(r->L, -1);
  if (*n < 1 || *n > most)
    reader_fail(r->L, list.line, "there are %d %s; expected 1 to %d: %s", *n, key, most, expected);
  check_keys(r, &list, NULL, 0, *n);
  return list;
}

/* p.u_x must mean one thing. */
static void check_output(reader *r, const section *list, int o) {
  problem *p = r->made;
  symbol_name meant;
  const int line = line_of_item(r, list, o + 1);
  const char *name = p->output_names[o];
  p->n_outputs = o;
  if (symbol_name_parse(p, name, &meant) && meant.order == 0)
    reader_fail(r->L, line, "output '%s' is already %s; expected different names", name,
                meant.output < 0 ? "an input" : "an output");
  p->n_outputs = o + 1;
  for (int k = 0; k < o; k++) {
    const char *other = p->output_names[k];
    if (symbol_is_derivative(p, k, name) || symbol_is_derivative(p, o, other))
      reader_fail(r->L, line, "outputs '%s' and '%s' read like a function and its derivative; expected other names",
                  other, name);
  }
}

void read_domain(reader *r, const section *s) {
  problem *p = r->made;
  int n = 0;
  section list = open_list(r, s, "inputs", MAX_INPUTS, "{ {\"name\", from, to}, ... }", &n);
  for (int i = 0; i < n; i++) read_input(r, &list, i);
  p->n_inputs = n;
  lua_pop(r->L, 1);
  list = open_list(r, s, "outputs", MAX_OUTPUTS, "{ \"name\", ... }", &n);
  list.name = "an output";
  for (int o = 0; o < n; o++) {
    read_name(r, &list, o + 1, true, p->output_names[o]);
    check_output(r, &list, o);
  }
  lua_pop(r->L, 1);
}
