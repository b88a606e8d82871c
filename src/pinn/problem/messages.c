#include "pinn/problem/messages.h"
#include "pinn/problem/math_names.h"
#include "pinn/problem/reader.h"
#include "base/nearest_word.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int reader_line(lua_State *L) {
  lua_Debug at;
  for (int level = 1; lua_getstack(L, level, &at) && lua_getinfo(L, "l", &at); level++)
    if (at.currentline > 0) return at.currentline; /* not a C function between */
  return 0;
}

_Noreturn static void raise_at(lua_State *L, int line, const char *format, va_list arguments) {
  if (line > 0)
    lua_pushfstring(L, CHUNK ":%d: ", line);
  else
    lua_pushliteral(L, CHUNK ": ");
  lua_pushvfstring(L, format, arguments);
  lua_concat(L, 2);
  lua_error(L);
  abort(); /* lua_error does not return, but its declaration does not say so */
}

void reader_fail(lua_State *L, int line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  raise_at(L, line, format, arguments);
}

void reader_fail_here(lua_State *L, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  raise_at(L, reader_line(L), format, arguments);
}

void reader_fail_with(lua_State *L, int line, ntkw_status status) {
  reader_of(L)->status = status;
  reader_fail(L, line > 0 ? line : reader_line(L), "%s", ntkw_last_error());
}

static bool same_letters(const char *a, const char *b) {
  int balance[256] = {0};
  for (; *a; a++) balance[(unsigned char)*a]++;
  for (; *b; b++) balance[(unsigned char)*b]--;
  for (int c = 0; c < 256; c++)
    if (balance[c] != 0) return false;
  return true;
}

/* Could the hint suggest a wrong function? A word with one letter changed may mean another function (tau, tan). A word
 * with letters added or missing is ambiguous if another function is as near (cosin). */
static bool may_mislead(const char *word, const char *near, const char *const words[], int n) {
  if (!math_name_is_known(near)) return false;
  if (strlen(word) == strlen(near)) return true;
  for (int i = 0; i < n; i++) {
    const bool other = words[i] != near && strlen(words[i]) != strlen(word) && math_name_is_known(words[i]);
    if (other && ntkw_i_nearest_word(word, (const char *const[]){words[i], near}, 2) == words[i]) return true;
  }
  return false;
}

/* A word that differs in case only, or has letters swapped, comes first, as in Sin and tahn. */
static const char *meant_word(const char *word, const char *const words[], int n) {
  for (int i = 0; i < n; i++)
    if (strcasecmp(word, words[i]) == 0) return words[i];
  for (int i = 0; i < n; i++)
    if (same_letters(word, words[i]) && ntkw_i_nearest_word(word, words + i, 1)) return words[i];
  const char *near = ntkw_i_nearest_word(word, words, n);
  return near && !may_mislead(word, near, words, n) ? near : NULL;
}

const char *hint(lua_State *L, const char *word, const char *const words[], int n) {
  const char *near = meant_word(word, words, n);
  return near ? lua_pushfstring(L, "; did you mean '%s'?", near) : lua_pushliteral(L, "");
}

static const char *describe_userdata(lua_State *L, int index) {
  const bool described = luaL_getmetafield(L, index, DESCRIPTION) == LUA_TSTRING;
  return described ? lua_tostring(L, -1) : lua_pushliteral(L, "the argument p");
}

const char *describe(lua_State *L, int index) {
  enum { SHOWN = 40 };
  switch (lua_type(L, index)) {
  case LUA_TNONE:
  case LUA_TNIL:
    return lua_pushliteral(L, "nothing");
  case LUA_TBOOLEAN:
    return lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
  case LUA_TNUMBER:
    lua_pushvalue(L, index); /* lua_tostring would change it in place */
    lua_tostring(L, -1);
    return lua_pushfstring(L, "the number %s", lua_tostring(L, -1));
  case LUA_TSTRING:
    lua_pushlstring(L, lua_tostring(L, index), strnlen(lua_tostring(L, index), SHOWN));
    return lua_pushfstring(L, "the string \"%s\"", lua_tostring(L, -1));
  case LUA_TUSERDATA:
    return describe_userdata(L, index);
  default:
    return lua_pushfstring(L, "a %s", luaL_typename(L, index));
  }
}
