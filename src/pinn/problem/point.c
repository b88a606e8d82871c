#include "pinn/problem/point.h"
#include "pinn/problem/symbols.h"
#include "base/nearest_word.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char POINT[] = "point";

typedef struct point {
  const char *exact;
  const condition *of; /* the condition, with its places; NULL: an exact solution */
} point;

void point_push(lua_State *L, const char *exact, const condition *of) {
  point *made = lua_newuserdatauv(L, sizeof *made, 0);
  made->exact = exact;
  made->of = of;
  luaL_setmetatable(L, POINT);
}

static bool begins_with(const char *text, const char *name) {
  return strncmp(text, name, strlen(name)) == 0;
}

/* Read the rest of a name as a sequence of up to MAX_ORDER inputs. */
static bool parse_inputs(const problem *p, const char *rest, symbol_name *out) {
  if (*rest == '\0') return out->order > 0;
  for (int i = 0; out->order < MAX_ORDER && i < p->n_inputs; i++) {
    if (!begins_with(rest, p->input_names[i])) continue;
    out->inputs[out->order++] = i;
    if (parse_inputs(p, rest + strlen(p->input_names[i]), out)) return true;
    out->order--;
  }
  return false;
}

/* The least number of input names that make up the text; 0: none do. The text may be long: the time is proportional to
 * its length. least[k % MAX_NAME] is the number for the first k letters. */
static int least_order(const problem *p, const char *text) {
  int least[MAX_NAME] = {0};
  const size_t length = strlen(text);
  for (size_t at = 0; at < length; at++) {
    const int here = least[at % MAX_NAME];
    least[at % MAX_NAME] = 0; /* for the letters that are MAX_NAME further on */
    for (int i = 0; (here > 0 || at == 0) && i < p->n_inputs; i++) {
      if (!begins_with(text + at, p->input_names[i])) continue;
      int *const next = &least[(at + strlen(p->input_names[i])) % MAX_NAME];
      if (*next == 0 || *next > here + 1) *next = here + 1;
    }
  }
  return least[length % MAX_NAME];
}

static bool parse_output(const problem *p, int output, const char *name, symbol_name *out) {
  const size_t length = strlen(p->output_names[output]);
  *out = (symbol_name){.output = output};
  if (!begins_with(name, p->output_names[output])) return false;
  if (name[length] == '\0') return true;
  if (name[length] != '_') return false;
  if (parse_inputs(p, name + length + 1, out)) return true;
  out->order = least_order(p, name + length + 1);
  return out->order > 0;
}

/* Of the outputs that the name, or the name as a derivative, can refer to, the one with the longest name; -1: none. */
static int longest_output(const problem *p, const char *name, int most_order) {
  int longest = -1;
  symbol_name meant;
  for (int o = 0; o < p->n_outputs; o++)
    if (parse_output(p, o, name, &meant) && meant.order <= most_order &&
        (longest < 0 || strlen(p->output_names[o]) > strlen(p->output_names[longest])))
      longest = o;
  return longest;
}

bool symbol_name_parse(const problem *p, const char *name, symbol_name *out) {
  for (int i = 0; i < p->n_inputs; i++) {
    *out = (symbol_name){.output = -1, .inputs = {i}};
    if (strcmp(name, p->input_names[i]) == 0) return true;
  }
  int output = longest_output(p, name, MAX_ORDER);
  if (output < 0) output = longest_output(p, name, INT_MAX);
  return output >= 0 && parse_output(p, output, name, out);
}

int symbol_normal(const problem *p, const char *name) {
  for (int i = 0; name[0] == NORMAL && i < p->n_inputs; i++)
    if (strcmp(name + 1, p->input_names[i]) == 0) return i;
  return -1;
}

bool symbol_is_derivative(const problem *p, int output, const char *name) {
  symbol_name meant;
  return parse_output(p, output, name, &meant) && meant.order > 0;
}

/* All valid fields of p, in userdata that Lua frees. */
typedef struct vocabulary {
  int n;
  size_t width; /* bytes reserved for each word in text, with its NUL */
  const char **words;
  char *text;
} vocabulary;

static void add_word(vocabulary *v, const char *begin, const char *middle, const char *end) {
  char *word = v->text + (size_t)v->n * v->width;
  snprintf(word, v->width, "%s%s%s", begin, middle, end);
  v->words[v->n++] = word;
}

/* Add an output and its derivatives by inputs in any order. Lower orders come first, as hints take the first of equally
 * near words. Each word of an order is a word of the order below followed by an input. */
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

/* The name, or its beginning if it is too long for a message; left on the stack. */
static const char *shorten(lua_State *L, const char *name) {
  enum { SHOWN = 100 };
  if (strlen(name) <= SHOWN) return lua_pushstring(L, name);
  lua_pushlstring(L, name, SHOWN);
  return lua_pushfstring(L, "%s...", lua_tostring(L, -1));
}

/* Is `shorter` the text with letters left out? */
static bool contains(const char *text, const char *shorter) {
  for (; *text && *shorter; text++) shorter += *text == *shorter;
  return *shorter == '\0';
}

/* Is the name a derivative by unknown inputs, for which the word would put other inputs? Added or missing letters may
 * be a slip; they do not count. */
static bool changes_inputs(const problem *p, const char *name, const char *word) {
  for (int o = 0; o < p->n_outputs; o++)
    if (begins_with(name, p->output_names[o]) && name[strlen(p->output_names[o])] == '_')
      return !contains(name, word) && !contains(word, name);
  return false;
}

static const char *hint_at_field(lua_State *L, const problem *p, const char *name, const vocabulary *v) {
  const char *near = ntkw_i_nearest_word(name, v->words, v->n);
  return near && !changes_inputs(p, name, near) ? lua_pushfstring(L, "; did you mean '%s'?", near) : "";
}

_Noreturn static void fail_unknown(lua_State *L, const problem *p, const point *at, const char *name) {
  const char *inputs = join(L, p->input_names, p->n_inputs), *outputs = join(L, p->output_names, p->n_outputs);
  const vocabulary v = collect_words(L, p, at->exact != NULL);
  const char *near = hint_at_field(L, p, name, &v);
  name = shorten(L, name);
  if (at->exact)
    reader_fail_here(L, "p.%s is not an input; expected an input (%s) in the exact solution of '%s'%s", name, inputs,
                     at->exact, near);
  reader_fail_here(L, "p.%s is unknown; expected an input (%s), an output (%s) or a derivative such as %s_%s%s", name,
                   inputs, outputs, p->output_names[0], p->input_names[0], near);
}

static void push_normal(lua_State *L, problem *p, const point *at, const char *name, int input) {
  const input_space space = problem_space(p);
  if (at->exact)
    reader_fail_here(L, "p.%s is a normal of the domain; expected inputs only in the exact solution of '%s'", name,
                     at->exact);
  for (int k = 0; k < at->of->n_places; k++)
    if (!place_has_normals(&at->of->places[k], &space))
      reader_fail_here(L,
                       "p.%s is a normal of the domain, but place %d of condition '%s' has none; expected places with "
                       "one: boundary(shape), or boundary{...} with one coordinate at an end of its range",
                       name, k + 1, at->of->name);
  symbol_push(L, tape_normal(p->tape, input));
}

static int point_index(lua_State *L) {
  const point *at = luaL_checkudata(L, 1, POINT);
  problem *p = reader_of(L)->made;
  symbol_name meant;
  if (lua_type(L, 2) != LUA_TSTRING)
    reader_fail_here(L, "p is asked for %s; expected a name, such as p.%s", describe(L, 2), p->output_names[0]);
  const char *name = lua_tostring(L, 2);
  if (!symbol_name_parse(p, name, &meant)) {
    const int input = symbol_normal(p, name);
    if (input < 0) fail_unknown(L, p, at, name);
    push_normal(L, p, at, name, input);
    return 1;
  }
  if (meant.output < 0) {
    symbol_push(L, tape_input(p->tape, meant.inputs[0]));
    return 1;
  }
  if (at->exact)
    reader_fail_here(L, "p.%s is an output or its derivative; expected inputs only in the exact solution of '%s'",
                     shorten(L, name), at->exact);
  if (meant.order > MAX_ORDER)
    reader_fail_here(L, "p.%s is a derivative of order %d; expected orders up to %d", shorten(L, name), meant.order,
                     MAX_ORDER);
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
