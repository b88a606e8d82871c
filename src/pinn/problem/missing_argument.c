#include "pinn/problem/missing_argument.h"
#include "pinn/problem/reader.h"

#include <string.h>

/* Copy NAME from "... a nil value (local 'NAME')". */
static bool name_of_nil(const char *text, char name[MAX_NAME]) {
  static const char start[] = " a nil value (local '";
  const char *found = strstr(text, start);
  if (!found) return false;
  found += sizeof start - 1;
  const size_t length = strcspn(found, "'");
  if (length == 0 || length >= MAX_NAME) return false;
  memcpy(name, found, length);
  name[length] = '\0';
  return true;
}

/* Number, from 1, of the function's parameter that has this name and is nil; 0: none. */
static int nil_parameter(lua_State *L, lua_Debug *at, const char *name) {
  lua_getinfo(L, "Snutl", at);
  for (int i = 1; strcmp(at->what, "C") != 0 && i <= at->nparams; i++) {
    const char *parameter = lua_getlocal(L, at, i);
    const bool is_nil = parameter && lua_isnil(L, -1);
    if (parameter) lua_pop(L, 1);
    if (is_nil && strcmp(parameter, name) == 0) return i;
  }
  return 0;
}

/* "f(p, c)", left on the stack. */
static const char *describe_call(lua_State *L, const lua_Debug *at) {
  const char *text = lua_pushfstring(L, "%s(", at->name ? at->name : "f");
  for (int i = 1; i <= at->nparams; i++)
    text = lua_pushfstring(L, "%s%s%s", text, i > 1 ? ", " : "", lua_getlocal(L, at, i));
  return lua_pushfstring(L, "%s)", text);
}

/* Push the message. lua_getlocal, which gives the names of parameters, also pushes their values: only the top of the
 * stack counts. */
static int tell(lua_State *L, lua_Debug *at, int level, int index, const char *name) {
  lua_Debug caller;
  const bool called = !at->istailcall && lua_getstack(L, level + 1, &caller) && lua_getinfo(L, "Sl", &caller);
  if (called && strcmp(caller.what, "C") != 0) {
    const char *call = describe_call(L, at);
    lua_pushfstring(L, CHUNK ":%d: %s is called without its argument '%s'; expected %s", caller.currentline,
                    at->name ? at->name : "a function", name, call);
  } else if (called && index > 1) {
    lua_pushfstring(L,
                    CHUNK ":%d: a function with the argument '%s' is called with one argument alone, the point; "
                          "expected a function(p), with outputs as fields of p",
                    at->linedefined, name);
  } else {
    lua_pushfstring(L,
                    CHUNK ":%d: '%s' is nothing here, as the function of line %d is called without this argument; "
                          "expected a call such as %s",
                    at->currentline, name, at->linedefined, describe_call(L, at));
  }
  return 1;
}

/* Report the outermost call that lacks the argument: a function may pass on a parameter that it did not get. */
int missing_argument_handler(lua_State *L) {
  char name[MAX_NAME];
  lua_Debug at, above;
  int level = 1, index;
  if (lua_type(L, 1) != LUA_TSTRING || !name_of_nil(lua_tostring(L, 1), name)) return 1;
  luaL_checkstack(L, LUA_MINSTACK * 10, NULL);
  if (!lua_getstack(L, level, &at) || (index = nil_parameter(L, &at, name)) == 0) return 1;
  while (!at.istailcall && lua_getstack(L, level + 1, &above)) {
    const int passed = nil_parameter(L, &above, name);
    if (passed == 0) break;
    at = above;
    index = passed;
    level++;
  }
  return tell(L, &at, level, index, name);
}
