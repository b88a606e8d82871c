#include "pinn/problem/read_table.h"
#include "pinn/problem/math_names.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The token after `name =` directly inside the braces, or -1. */
static int find_key(const reader *r, const section *s, const char *key) {
  const token_list *list = &r->tokens;
  if (s->open < 0) return -1;
  for (int i = s->open + 1; i < list->tokens[s->open].partner; i++) {
    if (token_names(list, i, key) && token_is(list, i + 1, "=")) return i + 2;
    if (token_is(list, i, "[") && token_names(list, i + 1, key) && token_is(list, i + 3, "=")) return i + 4;
    if (list->tokens[i].partner > i) i = list->tokens[i].partner;
  }
  return -1;
}

/* The first token of an item without key, or -1. */
static int find_item(const reader *r, const section *s, int item) {
  const token_list *list = &r->tokens;
  bool starts = true, keyed = false;
  if (s->open < 0) return -1;
  for (int i = s->open + 1; i < list->tokens[s->open].partner; i++) {
    if (starts) {
      keyed = token_is(list, i + 1, "=") || token_is(list, i, "[");
      if (!keyed && --item == 0) return i;
    }
    starts = token_is(list, i, ",") || token_is(list, i, ";");
    if (list->tokens[i].partner > i) i = list->tokens[i].partner;
  }
  return -1;
}

static int line_of_token(const reader *r, const section *s, int i) {
  return i >= 0 && i < r->tokens.n ? r->tokens.tokens[i].line : s->line;
}

int line_of_key(const reader *r, const section *s, const char *key) {
  return line_of_token(r, s, find_key(r, s, key));
}

const token *called_at_key(const reader *r, const section *s, const char *key) {
  const token_list *list = &r->tokens;
  const int i = find_key(r, s, key);
  if (i < 0 || i + 1 >= list->n || list->tokens[i].kind != TOKEN_NAME || !token_is(list, i + 1, "(")) return NULL;
  const int end = list->tokens[i + 1].partner + 1;
  const bool is_whole = token_is(list, end, ",") || token_is(list, end, ";") || token_is(list, end, "}");
  return is_whole ? &list->tokens[i] : NULL;
}

int line_of_item(const reader *r, const section *s, int item) {
  return line_of_token(r, s, find_item(r, s, item));
}

section section_of_problem(reader *r) {
  section made = {"problem", lua_gettop(r->L), r->problem_line, -1};
  for (int i = 0; i < r->tokens.n && made.open < 0; i++) {
    const int brace = token_is(&r->tokens, i + 1, "(") ? i + 2 : i + 1;
    if (r->tokens.tokens[i].line == r->problem_line && token_names(&r->tokens, i, "problem") &&
        token_is(&r->tokens, brace, "{"))
      made.open = brace;
  }
  return made;
}

static section section_at(reader *r, const section *parent, int start, const char *name, const char *expected) {
  section made = {name, lua_gettop(r->L), line_of_token(r, parent, start), -1};
  if (!lua_istable(r->L, -1)) reader_fail(r->L, made.line, "%s is %s; expected %s", name, describe(r->L, -1), expected);
  if (start >= 0 && token_is(&r->tokens, start, "{")) made.open = start;
  return made;
}

section section_at_key(reader *r, const section *parent, const char *key, const char *name, const char *expected) {
  return section_at(r, parent, find_key(r, parent, key), name, expected);
}

section section_at_item(reader *r, const section *parent, int item, const char *name, const char *expected) {
  return section_at(r, parent, find_item(r, parent, item), name, expected);
}

static bool is_known(lua_State *L, int index, const char *const known[], int n_known, int n_items) {
  int whole = 0;
  if (lua_type(L, index) == LUA_TNUMBER) {
    const lua_Integer i = lua_tointegerx(L, index, &whole);
    return whole && i >= 1 && i <= n_items;
  }
  for (int i = 0; i < n_known && lua_type(L, index) == LUA_TSTRING; i++)
    if (strcmp(lua_tostring(L, index), known[i]) == 0) return true;
  return false;
}

/* If several keys are unknown, the message names the first by strcmp, as Lua's order of keys differs between ranks. */
void check_keys(reader *r, const section *s, const char *const known[], int n_known, int n_items) {
  lua_State *L = r->L;
  const char *first = NULL;
  for (lua_pushnil(L); lua_next(L, s->index); lua_pop(L, 1)) {
    if (is_known(L, -2, known, n_known, n_items)) continue;
    if (lua_type(L, -2) == LUA_TNUMBER && lua_tonumber(L, -2) > n_items)
      reader_fail(L, line_of_item(r, s, n_items + 1),
                  n_items == 0 ? "%s has an item without a name; expected name = value"
                               : "%s has more than %d items without a name",
                  s->name, n_items);
    if (lua_type(L, -2) != LUA_TSTRING)
      reader_fail(L, s->line, "%s has a key that is %s; expected a name", s->name, describe(L, -2));
    const char *key = lua_tostring(L, -2); /* kept alive by the table */
    if (!first || strcmp(key, first) < 0) first = key;
  }
  if (!first) return;
  if (n_known == 0)
    reader_fail(L, line_of_key(r, s, first), "'%s' is not a key of %s; expected items without names", first, s->name);
  luaL_Buffer text;
  luaL_buffinit(L, &text);
  for (int i = 0; i < n_known; i++) {
    luaL_addstring(&text, i == 0 ? "" : i == n_known - 1 ? " or " : ", ");
    luaL_addstring(&text, known[i]);
  }
  luaL_pushresult(&text);
  const char *list = lua_tostring(L, -1);
  reader_fail(L, line_of_key(r, s, first), "'%s' is not a key of %s; expected %s%s", first, s->name, list,
              hint(L, first, known, n_known));
}

bool push_key(reader *r, const section *s, const char *key) {
  lua_pushstring(r->L, key);
  return lua_rawget(r->L, s->index) != LUA_TNIL;
}

bool push_item(reader *r, const section *s, int item) {
  return lua_rawgeti(r->L, s->index, item) != LUA_TNIL;
}

int64_t read_integer(reader *r, const section *s, const char *key, int64_t least, int64_t most, int64_t otherwise) {
  lua_State *L = r->L;
  int whole = 0;
  int64_t value = otherwise;
  if (push_key(r, s, key)) {
    if (lua_type(L, -1) == LUA_TNUMBER) value = lua_tointegerx(L, -1, &whole);
    if (!whole || value < least || value > most) {
      const char *upper =
          most < MAX_COUNT ? lua_pushfstring(L, " to %I", (LUAI_UACINT)most) : lua_pushliteral(L, " up");
      reader_fail(L, line_of_key(r, s, key), "%s of %s is %s; expected an integer from %I%s", key, s->name,
                  describe(L, -2), (LUAI_UACINT)least, upper);
    }
  }
  lua_pop(L, 1);
  return value;
}

double read_number(reader *r, const section *s, const char *key, bool (*allowed)(double), const char *expected,
                   double otherwise) {
  lua_State *L = r->L;
  double value = otherwise;
  if (push_key(r, s, key)) {
    value = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : NAN;
    if (!allowed(value))
      reader_fail(L, line_of_key(r, s, key), "%s of %s is %s; expected %s", key, s->name, describe(L, -1), expected);
  }
  lua_pop(L, 1);
  return value;
}

bool read_boolean(reader *r, const section *s, const char *key, bool otherwise) {
  lua_State *L = r->L;
  bool value = otherwise;
  if (push_key(r, s, key)) {
    if (!lua_isboolean(L, -1))
      reader_fail(L, line_of_key(r, s, key), "%s of %s is %s; expected true or false", key, s->name, describe(L, -1));
    value = lua_toboolean(L, -1);
  }
  lua_pop(L, 1);
  return value;
}

int word_at_top(reader *r, int line, const char *what, const char *const words[], int n) {
  lua_State *L = r->L;
  const char *found = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  for (int i = 0; i < n; i++)
    if (found && strcmp(found, words[i]) == 0) {
      lua_pop(L, 1);
      return i;
    }
  const char *value = describe(L, -1);
  luaL_Buffer text;
  luaL_buffinit(L, &text);
  for (int i = 0; i < n; i++) {
    luaL_addstring(&text, i == 0 ? "\"" : i == n - 1 ? "\" or \"" : "\", \"");
    luaL_addstring(&text, words[i]);
  }
  luaL_addstring(&text, "\"");
  luaL_pushresult(&text);
  const char *list = lua_tostring(L, -1);
  reader_fail(L, line, "%s is %s; expected %s%s", what, value, list,
              found && !math_name_is_known(found) ? hint(L, found, words, n) : "");
}

int read_word(reader *r, const section *s, const char *key, const char *const words[], int n, int otherwise) {
  if (push_key(r, s, key)) return word_at_top(r, line_of_key(r, s, key), key, words, n);
  lua_pop(r->L, 1);
  return otherwise;
}

static bool is_identifier(const char *name) {
  if (!isalpha((unsigned char)*name)) return false;
  while (isalnum((unsigned char)*name) || *name == '_') name++;
  return *name == '\0';
}

/* Is the name valid for a condition? Names of conditions occur in messages, column heads and datasets. */
static bool is_title(const char *name) {
  static const char special[] = " _-+.,:()[]";
  if (*name == '\0' || *name == ' ') return false;
  while (isalnum((unsigned char)*name) || (unsigned char)*name >= 0x80 || (*name && strchr(special, *name))) name++;
  return *name == '\0';
}

void read_name(reader *r, const section *s, int item, bool identifier, char name[MAX_NAME]) {
  lua_State *L = r->L;
  push_item(r, s, item);
  const char *found = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  const size_t length = lua_type(L, -1) == LUA_TSTRING ? lua_rawlen(L, -1) : 0;
  const bool ok = identifier ? is_identifier(found) : is_title(found);
  if (!ok || length != strlen(found) || length >= MAX_NAME)
    reader_fail(L, line_of_item(r, s, item), "the name of %s is %s; expected a string of up to %d %s", s->name,
                describe(L, -1), MAX_NAME - 1,
                identifier ? "letters, digits and underscores that begins with a letter"
                           : "letters, digits, spaces and _-+.,:()[]");
  memcpy(name, found, length + 1);
  lua_pop(L, 1);
}
