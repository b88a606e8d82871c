/* Inputs with their ranges, and outputs. */
#include "pinn/problem/read_parts.h"
#include "pinn/problem/readings.h"

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

/* Refuse a list whose items have names, as Lua keeps no order of names. The message quotes the first name by strcmp. */
static void refuse_names(reader *r, const section *list, const char *expected) {
  lua_State *L = r->L;
  const char *first = NULL;
  for (lua_pushnil(L); lua_next(L, list->index); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) continue;
    const char *name = lua_tostring(L, -2);
    if (!first || strcmp(name, first) < 0) first = name;
  }
  if (!first) return;
  const int line = line_of_key(r, list, first);
  const bool ranged = push_key(r, list, first) && lua_istable(L, -1) && lua_rawgeti(L, -1, 1) == LUA_TNUMBER &&
                      lua_rawgeti(L, -2, 2) == LUA_TNUMBER;
  if (ranged)
    reader_fail(L, line, "%s has '%s' as a key, which leaves the order unknown; expected { {\"%s\", %s, %s}, ... }",
                list->name, first, first, lua_tostring(L, -2), lua_tostring(L, -1));
  reader_fail(L, line, "%s has '%s' as a key, which leaves the order unknown; expected %s", list->name, first,
              expected);
}

/* Push the list at a key. *n: its number of items, 1 to most. */
static section open_list(reader *r, const section *s, const char *key, int most, const char *expected, int *n) {
  push_key(r, s, key);
  const section list = section_at_key(r, s, key, key, expected);
  refuse_names(r, &list, expected);
  *n = (int)lua_rawlen(r->L, -1);
  if (*n < 1 || *n > most)
    reader_fail(r->L, list.line, "there are %d %s; expected 1 to %d: %s", *n, key, most, expected);
  check_keys(r, &list, NULL, 0, *n);
  return list;
}

/* Check that the name of an output differs from all others, and that no two outputs read like a function and its
 * derivative of any order. */
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

/* A reading in words, left on the stack. */
static const char *describe_reading(reader *r, const symbol_name *meant) {
  const problem *p = r->made;
  if (meant->normal) return lua_pushfstring(r->L, "the normal along '%s'", p->input_names[meant->inputs[0]]);
  if (meant->output < 0) return lua_pushfstring(r->L, "the input '%s'", p->input_names[meant->inputs[0]]);
  const char *text = lua_pushfstring(r->L, meant->order > 0 ? "the derivative of '%s' by " : "the output '%s'",
                                     p->output_names[meant->output]);
  for (int k = 0; k < meant->order; k++)
    text = lua_pushfstring(r->L, "%s%s%s", text, k > 0 ? ", " : "", p->input_names[meant->inputs[k]]);
  return text;
}

/* The line of the last name that a reading contains. */
static int line_of_reading(reader *r, const section *inputs, const section *outputs, const symbol_name *meant) {
  int last = meant->inputs[0];
  for (int k = 0; k < meant->order; k++)
    if (meant->inputs[k] > last) last = meant->inputs[k];
  const bool by_inputs = meant->output < 0 || (meant->output == 0 && meant->order > 0);
  return by_inputs ? line_of_item(r, inputs, last + 1) : line_of_item(r, outputs, meant->output + 1);
}

/* Check that no field of p, such as p.u_tt, has two meanings. with_normals: components of normals such as p.nx
 * count. */
static void check_readings(reader *r, const section *inputs, const section *outputs, bool with_normals) {
  const problem *p = r->made;
  const char *input_names[MAX_INPUTS], *output_names[MAX_OUTPUTS];
  double_reading two;
  for (int i = 0; i < p->n_inputs; i++) input_names[i] = p->input_names[i];
  for (int o = 0; o < p->n_outputs; o++) output_names[o] = p->output_names[o];
  ntkw_status status = double_reading_find(input_names, p->n_inputs, output_names, p->n_outputs, &two);
  if (status == NTKW_SUCCESS && !two.found && with_normals)
    status = normal_reading_find(input_names, p->n_inputs, output_names, p->n_outputs, &two);
  if (status != NTKW_SUCCESS) reader_fail_with(r->L, outputs->line, status);
  if (!two.found) return;
  const int a = line_of_reading(r, inputs, outputs, &two.first), b = line_of_reading(r, inputs, outputs, &two.second);
  const char *first = describe_reading(r, &two.first), *second = describe_reading(r, &two.second);
  reader_fail(r->L, a > b ? a : b,
              "p.%s has two readings, %s and %s; expected names of inputs and outputs that leave one reading",
              two.field, first, second);
}

void read_inputs(reader *r, const section *s) {
  problem *p = r->made;
  int n = 0;
  const section inputs = open_list(r, s, "inputs", MAX_INPUTS, "{ {\"name\", from, to}, ... }", &n);
  for (int i = 0; i < n; i++) read_input(r, &inputs, i);
  p->n_inputs = n;
  lua_pop(r->L, 1);
  section list = open_list(r, s, "outputs", MAX_OUTPUTS, "{ \"name\", ... }", &n);
  list.name = "an output";
  for (int o = 0; o < n; o++) {
    read_name(r, &list, o + 1, true, p->output_names[o]);
    check_output(r, &list, o);
  }
  const bool with_normals = push_key(r, s, "domain");
  lua_pop(r->L, 1);
  check_readings(r, &inputs, &list, with_normals);
  lua_pop(r->L, 1);
}
