/* Exact solutions and conditions: their functions are called once, on symbolic values. */
#include "pinn/problem/read_parts.h"
#include "pinn/problem/rules.h"
#include "pinn/problem/symbols.h"

#include <string.h>

static int line_of_function(lua_State *L, int index) {
  lua_Debug about;
  lua_pushvalue(L, index);
  lua_getinfo(L, ">S", &about);
  return about.linedefined > 0 ? about.linedefined : 0;
}

_Noreturn static void fail_returned(lua_State *L, int line, const char *title, int index) {
  static const char expected[] = "a symbolic value made of fields of p";
  const char *found = describe(L, index);
  if (lua_type(L, index) == LUA_TTABLE)
    reader_fail(L, line, "%s returns %s; expected %s, or several as in return a, b without braces", title, found,
                expected);
  if (lua_type(L, index) == LUA_TFUNCTION)
    reader_fail(L, line, "%s returns %s; expected %s: is a (p) missing, as in return f(p)?", title, found, expected);
  reader_fail(L, line, "%s returns %s; expected %s", title, found, expected);
}

_Noreturn static void fail_no_function(reader *r, int line, const char *title, const token *called) {
  lua_State *L = r->L;
  const char *found = describe(L, -1);
  if (!called) reader_fail(L, line, "%s is %s; expected a function(p)", title, found);
  const char *name = lua_pushlstring(L, r->tokens.text + called->start, called->length);
  reader_fail(L, line, "%s is %s, which the call of %s returns; expected a function(p): is %s without () meant?", title,
              found, name, name);
}

/* A returned number may be infinite or NaN: the error names the line of the function. */
static node symbol_at(reader *r, int index, const char *title, int line) {
  if (lua_type(r->L, index) != LUA_TNUMBER) return symbol_get(r->L, index, title);
  const node made = tape_constant(r->made->tape, lua_tonumber(r->L, index));
  if (made == NO_NODE) reader_fail_with(r->L, line, tape_status(r->made->tape));
  return made;
}

/* Call the function on top of the stack once with p, which pops it: the operators of symbolic values record the
 * expressions. Check and compile the returned values. called: the called name, if the file has a call in place of the
 * function; else NULL. exact, of: as for point_push. */
static equations *record_equation(reader *r, const char *title, const char *exact, const condition *of, int line,
                                  const token *called) {
  lua_State *L = r->L;
  node roots[MAX_EQUATIONS];
  equations *made = NULL;
  if (lua_type(L, -1) != LUA_TFUNCTION) fail_no_function(r, line, title, called);
  const int base = lua_gettop(L), most = exact ? 1 : MAX_EQUATIONS;
  if (line_of_function(L, -1) > 0) line = line_of_function(L, -1);
  lua_pushvalue(L, base);
  point_push(L, exact, of);
  lua_call(L, 1, LUA_MULTRET);
  const int n = lua_gettop(L) - base;
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  if (n < 1 || n > most)
    reader_fail(L, line, "%s returns %d values; expected %s", title, n, exact ? "one" : "one to 16 (equations)");
  for (int i = 0; i < n; i++) {
    if (!symbol_test(L, base + 1 + i) && !(exact && lua_type(L, base + 1 + i) == LUA_TNUMBER))
      fail_returned(L, line, title, base + 1 + i);
    roots[i] = symbol_at(r, base + 1 + i, title, line);
    if (!exact) r->trained |= tape_outputs_of(r->made->tape, roots[i]);
    if (exact ? tape_uses_outputs(r->made->tape, roots[i]) : !tape_uses_outputs(r->made->tape, roots[i]))
      reader_fail(L, line, "%s %s", title,
                  exact ? "uses an output; expected inputs only"
                        : "does not depend on any output; expected an equation that the network can fulfil");
  }
  const ntkw_status status = equations_create(r->made->tape, n, roots, exact ? 0 : r->made->n_outputs, &made);
  if (status != NTKW_SUCCESS) reader_fail_with(L, line, status);
  lua_settop(L, base - 1);
  return made;
}

static void read_reference(reader *r, const section *s) {
  problem *p = r->made;
  if (push_key(r, s, "reference")) {
    const int line = line_of_key(r, s, "reference");
    const char *path = lua_type(r->L, -1) == LUA_TSTRING ? lua_tostring(r->L, -1) : "";
    if (*path == '\0' || lua_rawlen(r->L, -1) >= sizeof p->reference || strlen(path) != lua_rawlen(r->L, -1))
      reader_fail(r->L, line, "reference is %s; expected the name of a file of up to %d letters", describe(r->L, -1),
                  (int)sizeof p->reference - 1);
    for (int o = 0; o < p->n_outputs; o++)
      if (p->has_exact[o])
        reader_fail(r->L, line, "'%s' has an exact solution, and there is a reference too; expected one of them",
                    p->output_names[o]);
    memcpy(p->reference, path, strlen(path) + 1);
  }
  lua_pop(r->L, 1);
}

void read_exact(reader *r, const section *s) {
  problem *p = r->made;
  const char *names[MAX_OUTPUTS];
  for (int o = 0; o < p->n_outputs; o++) names[o] = p->output_names[o];
  if (push_key(r, s, "exact")) {
    const section list = section_at_key(r, s, "exact", "exact", "{ output = function(p) ... end }");
    check_keys(r, &list, names, p->n_outputs, 0);
    for (int o = 0; o < p->n_outputs; o++) {
      if (push_key(r, &list, names[o])) {
        const char *title = lua_pushfstring(r->L, "the exact solution of '%s'", names[o]);
        lua_insert(r->L, -2);
        p->exact[o] = record_equation(r, title, names[o], NULL, line_of_key(r, &list, names[o]),
                                      called_at_key(r, &list, names[o]));
        p->has_exact[o] = true;
      }
      lua_pop(r->L, 1);
    }
  }
  lua_pop(r->L, 1);
  read_reference(r, s);
}

/* The points are split over the places, and each place needs at least one. */
static void check_points(reader *r, const section *s, const condition *of) {
  if (of->n_points < of->n_places)
    reader_fail(r->L, line_of_key(r, s, "points"),
                "%s has points = %d for %d places; expected at least one point for each place", s->name,
                (int)of->n_points, of->n_places);
}

static void read_condition(reader *r, const section *list, int c) {
  static const char *const keys[] = {"points", "on", "equation"};
  problem *p = r->made;
  condition *to = &p->conditions[c];
  push_item(r, list, c + 1);
  section s =
      section_at_item(r, list, c + 1, "a condition", "{ \"name\", points = n, on = place, equation = function(p) }");
  read_name(r, &s, 1, false, to->name);
  for (int k = 0; k < c; k++)
    if (strcmp(p->conditions[k].name, to->name) == 0)
      reader_fail(r->L, s.line, "condition '%s' is named twice; expected different names", to->name);
  if (strcmp(to->name, ALL_CONDITIONS) == 0)
    reader_fail(r->L, s.line,
                "a condition is called '%s', which is the name of the whole kernel in spectra; expected another name",
                to->name);
  s.name = lua_pushfstring(r->L, "condition '%s'", to->name);
  check_keys(r, &s, keys, 3, 1);
  to->n_points = read_integer(r, &s, "points", 1, MAX_POINTS, 0);
  if (to->n_points == 0) reader_fail(r->L, s.line, "%s has no 'points'; expected points = n", s.name);
  read_places(r, &s, to);
  check_points(r, &s, to);
  if (!push_key(r, &s, "equation"))
    reader_fail(r->L, s.line, "%s has no 'equation'; expected equation = function(p) return ... end", s.name);
  const char *title = lua_pushfstring(r->L, "the equation of %s", s.name);
  lua_insert(r->L, -2);
  to->equations = record_equation(r, title, NULL, to, line_of_key(r, &s, "equation"), called_at_key(r, &s, "equation"));
  lua_pop(r->L, 3);
}

void read_conditions(reader *r, const section *s) {
  static const char expected[] = "{ {\"name\", points = n, on = place, equation = function(p) }, ... }";
  problem *p = r->made;
  if (!push_key(r, s, "conditions"))
    reader_fail(r->L, s->line, "there are no conditions; expected conditions = %s", expected);
  const section list = section_at_key(r, s, "conditions", "conditions", expected);
  const int n = (int)lua_rawlen(r->L, -1);
  if (n > MAX_CONDITIONS) reader_fail(r->L, list.line, "there are %d conditions; expected up to %d", n, MAX_CONDITIONS);
  check_keys(r, &list, NULL, 0, n);
  if (n < 1) reader_fail(r->L, list.line, "there are no conditions; expected %s", expected);
  for (int c = 0; c < n; c++) {
    read_condition(r, &list, c);
    p->n_conditions = c + 1;
  }
  lua_pop(r->L, 1);
}
