#include "pinn/problem/point.h"
#include "pinn/problem/symbols.h"

#include <stdio.h>
#include <string.h>

static const char POINT[] = "point";

typedef struct point {
  const char *exact;
} point;

void point_push(lua_State *L, const char *exact) {
  point *made = lua_newuserdatauv(L, sizeof *made, 0);
  made->exact = exact;
  luaL_setmetatable(L, POINT);
}

/* Read the rest of a name as inputs, longest first. */
static bool parse_inputs(const problem *p, const char *rest, symbol_name *out) {
  if (*rest == '\0') return out->order > 0;
  for (size_t length = strlen(rest); length > 0; length--)
    for (int i = 0; i < p->n_inputs; i++) {
      if (strlen(p->input_names[i]) != length || strncmp(p->input_names[i], rest, length) != 0) continue;
      if (out->order < MAX_ORDER) out->inputs[out->order] = i;
      out->order++;
      if (parse_inputs(p, rest + length, out)) return true;
      out->order--;
    }
  return false;
}

static bool parse_output(const problem *p, int output, const char *name, symbol_name *out) {
  const size_t length = strlen(p->output_names[output]);
  *out = (symbol_name){.output = output};
  if (strncmp(name, p->output_names[output], length) != 0) return false;
  if (name[length] == '\0') return true;
  return name[length] == '_' && parse_inputs(p, name + length + 1, out);
}

bool symbol_name_parse(const problem *p, const char *name, symbol_name *out) {
  for (int i = 0; i < p->n_inputs; i++) {
    *out = (symbol_name){.output = -1, .inputs = {i}};
    if (strcmp(name, p->input_names[i]) == 0) return true;
  }
  int longest = -1;
  for (int o = 0; o < p->n_outputs; o++)
    if (parse_output(p, o, name, out) && (longest < 0 || strlen(p->output_names[o]) > strlen(p->output_names[longest])))
      longest = o;
  return longest >= 0 && parse_output(p, longest, name, out);
}

bool symbol_is_derivative(const problem *p, int output, const char *name) {
  symbol_name meant;
  return parse_output(p, output, name, &meant) && meant.order > 0;
}

/* All names that mean something, in userdata that Lua frees. */
typedef struct vocabulary {
  int n;
  size_t width; /* bytes of a word in the text, its end among them */
  const char **words;
  char *text;
} vocabulary;

static void add_word(vocabulary *v, const char *begin, const char *middle, const char *end) {
  char *word = v->text + (size_t)v->n * v->width;
  snprintf(word, v->width, "%s%s%s", begin, middle, end);
  v->words[v->n++] = word;
}

/* An output and its derivatives by inputs in any order; the lower orders first, as the first of equally near words is
 * taken. Each word of an order is one of the order below and another input. */
static void add_output(vocabulary *v, const problem *p, const char *output) {
  int below = v->n;
  add_word(v, output, "", "");
  for (int order = 1; order <= MAX_ORDER; order++)
    for (const int end = v->n; below < end; below++)
      for (int i = 0; i < p->n_inputs; i++) add_word(v, v->words[below], order == 1 ? "_" : "", p->input_names[i]);
}

static size_t longest(const char (*names)[MAX_NAME], int n) {
  size_t most = 0;
  for (int i = 0; i < n; i++)
    if (strlen(names[i]) > most) most = strlen(names[i]);
  return most;
}

static vocabulary collect_words(lua_State *L, const problem *p, bool inputs_only) {
  const int n_outputs = inputs_only ? 0 : p->n_outputs;
  size_t of_order = 1, of_output = 1;
  for (int order = 1; order <= MAX_ORDER; order++) of_output += of_order *= (size_t)p->n_inputs;
  const size_t most = (size_t)p->n_inputs + (size_t)n_outputs * of_output;
  vocabulary v = {.width = longest(p->output_names, n_outputs) + MAX_ORDER * longest(p->input_names, p->n_inputs) + 2};
  v.words = lua_newuserdatauv(L, most * sizeof *v.words, 0);
  v.text = lua_newuserdatauv(L, most * v.width, 0);
  for (int i = 0; i < p->n_inputs; i++) add_word(&v, p->input_names[i], "", "");
  for (int o = 0; o < n_outputs; o++) add_output(&v, p, p->output_names[o]);
  return v;
}

static const char *join(lua_State *L, const char (*names)[MAX_NAME], int n) {
  luaL_Buffer text;
  luaL_buffinit(L, &text);
  for (int i = 0; i < n; i++) {
    if (i > 0) luaL_addstring(&text, ", ");
    luaL_addstring(&text, names[i]);
  }
  luaL_pushresult(&text);
  return lua_tostring(L, -1);
}

_Noreturn static void fail_unknown(lua_State *L, const problem *p, const point *at, const char *name) {
  const char *inputs = join(L, p->input_names, p->n_inputs), *outputs = join(L, p->output_names, p->n_outputs);
  const vocabulary v = collect_words(L, p, at->exact != NULL);
  const char *near = hint(L, name, v.words, v.n);
  if (at->exact)
    reader_fail_here(L, "p.%s is no input; expected an input (%s) in the exact solution of '%s'%s", name, inputs,
                     at->exact, near);
  reader_fail_here(L, "p.%s is unknown; expected an input (%s), an output (%s) or a derivative such as %s_%s%s", name,
                   inputs, outputs, p->output_names[0], p->input_names[0], near);
}

static int point_index(lua_State *L) {
  const point *at = luaL_checkudata(L, 1, POINT);
  problem *p = reader_of(L)->made;
  symbol_name meant;
  if (lua_type(L, 2) != LUA_TSTRING)
    reader_fail_here(L, "p is asked for %s; expected a name, such as p.%s", describe(L, 2), p->output_names[0]);
  const char *name = lua_tostring(L, 2);
  if (!symbol_name_parse(p, name, &meant)) fail_unknown(L, p, at, name);
  if (meant.output < 0) {
    symbol_push(L, tape_input(p->tape, meant.inputs[0]));
    return 1;
  }
  if (at->exact)
    reader_fail_here(L, "p.%s is an output or its derivative; expected inputs only in the exact solution of '%s'", name,
                     at->exact);
  if (meant.order > MAX_ORDER)
    reader_fail_here(L, "p.%s is a derivative of order %d; expected orders up to %d", name, meant.order, MAX_ORDER);
  symbol_push(L, tape_derivative(p->tape, meant.output, meant.order, meant.inputs));
  return 1;
}

static int refuse_newindex(lua_State *L) {
  reader_fail_here(L, "p is assigned to; expected its fields to be read only");
}

void point_open(lua_State *L) {
  luaL_newmetatable(L, POINT);
  lua_pushcfunction(L, point_index);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, refuse_newindex);
  lua_setfield(L, -2, "__newindex");
  lua_pop(L, 1);
}
