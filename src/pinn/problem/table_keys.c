#include "pinn/problem/table_keys.h"
#include "pinn/problem/operator_rewrite.h"

#include <string.h>

/* The table constructor being checked. The table on top of the stack maps its keys to their lines. */
typedef struct constructor {
  reader *r;
  int open, items; /* token of its brace; number of items without key so far */
} constructor;

static bool push_number(reader *r, const token *t, bool negative) {
  lua_State *L = r->L;
  const char *text = r->tokens.text + t->start;
  const char *real = operator_rewrite_wraps(text, t->length) ? "p0" : "";
  lua_pushlstring(L, text, t->length);
  return lua_stringtonumber(L, lua_pushfstring(L, "%s%s%s", negative ? "-" : "", lua_tostring(L, -1), real)) != 0;
}

/* Push the value of a string token. Lua evaluates strings with escapes or long brackets. */
static bool push_string(reader *r, const token *t) {
  lua_State *L = r->L;
  const char *text = r->tokens.text + t->start;
  lua_pushlstring(L, text + 1, t->length - 2);
  if (*text != '[' && !memchr(text, '\\', t->length)) return true;
  lua_pushlstring(L, text, t->length);
  const char *program = lua_pushfstring(L, "return %s", lua_tostring(L, -1));
  if (luaL_loadbufferx(L, program, strlen(program), "=" CHUNK, "t") != LUA_OK) return false;
  lua_call(L, 0, 1);
  return true;
}

static bool push_constant(reader *r, int i, bool negative) {
  const token *t = &r->tokens.tokens[i];
  if (t->kind == TOKEN_NUMBER) return push_number(r, t, negative);
  if (t->kind == TOKEN_STRING) return !negative && push_string(r, t);
  if (negative || (!token_is(&r->tokens, i, "true") && !token_is(&r->tokens, i, "false"))) return false;
  lua_pushboolean(r->L, token_is(&r->tokens, i, "true"));
  return true;
}

/* Push the key of the item that begins at token i. */
static bool push_written_key(reader *r, int i) {
  const token_list *list = &r->tokens;
  const token *t = &list->tokens[i];
  const int sign = token_is(list, i + 1, "-"), close = i + 2 + sign;
  if (t->kind == TOKEN_NAME && token_is(list, i + 1, "=")) {
    lua_pushlstring(r->L, list->text + t->start, t->length);
    return true;
  }
  if (!token_is(list, i, "[") || t->partner != close || !token_is(list, close + 1, "=")) return false;
  return push_constant(r, close - 1, sign);
}

static bool has_key(const token_list *list, int i) {
  return token_is(list, i, "[") || (list->tokens[i].kind == TOKEN_NAME && token_is(list, i + 1, "="));
}

/* Does the item from token i to the one before `end` give exactly one value? A call in the last place may give none. */
static bool gives_one(const token_list *list, int i, int end, bool is_last) {
  static const char *const many[] = {")", "]", "...", NULL};
  if (!is_last || end == i + 1) return !is_last || !token_is(list, i, "...");
  for (int k = 0; many[k]; k++)
    if (token_is(list, end - 1, many[k])) return false;
  if (token_is(list, end - 1, "}")) return list->tokens[end - 1].partner == i;
  return list->tokens[end - 1].kind != TOKEN_STRING;
}

static const char *advice(const constructor *c) {
  const token_list *list = &c->r->tokens;
  const int before = token_is(list, c->open - 1, "(") ? c->open - 2 : c->open - 1;
  return token_names(list, before, "boundary") ? "; for two places write { boundary{...}, boundary{...} }" : "";
}

static const char *text_of_key(lua_State *L, int index) {
  lua_pushvalue(L, index);
  if (lua_type(L, -1) == LUA_TSTRING) return lua_pushfstring(L, "'%s'", lua_tostring(L, -1));
  if (lua_isboolean(L, -1)) return lua_toboolean(L, -1) ? "[true]" : "[false]";
  return lua_pushfstring(L, "[%s]", lua_tostring(L, -1));
}

/* Pop the key on top of the stack and enter it into the table; an error if it is there already. */
static void enter_key(const constructor *c, int line) {
  lua_State *L = c->r->L;
  lua_pushvalue(L, -1);
  if (lua_rawget(L, -3) == LUA_TNUMBER) {
    const int other = (int)lua_tointeger(L, -1);
    const char *key = text_of_key(L, -2);
    const char *where = other == line ? "in this line" : lua_pushfstring(L, "in line %d and here", other);
    reader_fail(L, line,
                "the key %s stands twice in one table, %s; expected it once, as only one of its values counts%s", key,
                where, advice(c));
  }
  lua_pop(L, 1);
  lua_pushinteger(L, line);
  lua_rawset(L, -3);
}

static void look_at_item(constructor *c, int i, int end, bool is_last) {
  lua_State *L = c->r->L;
  const token_list *list = &c->r->tokens;
  const int top = lua_gettop(L), line = list->tokens[i].line;
  bool known = true;
  if (has_key(list, i))
    known = push_written_key(c->r, i);
  else if ((known = gives_one(list, i, end, is_last)))
    lua_pushinteger(L, ++c->items);
  if (known) {
    lua_copy(L, -1, top + 1);
    lua_settop(L, top + 1);
    enter_key(c, line);
  }
  lua_settop(L, top);
}

/* The index of the token after the item that begins at token i. Brackets, functions and blocks in it are skipped. */
static int end_of_item(const token_list *list, int i, int close) {
  while (i < close && !token_is(list, i, ",") && !token_is(list, i, ";"))
    i = list->tokens[i].partner > i ? list->tokens[i].partner + 1 : i + 1;
  return i;
}

static bool has_any_key(const token_list *list, int open, int close) {
  for (int i = open + 1; i < close; i = end_of_item(list, i, close) + 1)
    if (has_key(list, i)) return true;
  return false;
}

void table_keys_check(reader *r) {
  const token_list *list = &r->tokens;
  for (int open = 0; open < list->n; open++) {
    const int close = list->tokens[open].partner;
    if (!token_is(list, open, "{") || !has_any_key(list, open, close)) continue;
    constructor c = {r, open, 0};
    lua_newtable(r->L);
    for (int i = open + 1, end; i < close; i = end + 1) {
      end = end_of_item(list, i, close);
      look_at_item(&c, i, end, end + 1 >= close);
    }
    lua_pop(r->L, 1);
  }
}
