/* The globals of problem files, except functions of symbolic values (lua_math.c) and shapes (shapes.c): a harmless part
 * of Lua's library, and the function `problem`.
 *
 * Functions whose results could differ between two ranks that read the same text are left out or replaced: tostring and
 * string.format show addresses, and Lua's order of pairs depends on a random seed. Functions that run text as code,
 * catch errors, or can take long at a cost that cannot be charged (patterns) are left out. The other functions are
 * charged (charges.h). Reading a missing global is an error; it does not give nil. */
#include "pinn/problem/charges.h"
#include "pinn/problem/math_names.h"
#include "pinn/problem/whole_numbers.h"
#include "pinn/problem/limits.h"

#include <lualib.h>
#include <math.h>
#include <string.h>

static const char *const BASE_NAMES[] = {"assert", "error", "ipairs", "select", "type"};
static const char *const STRING_NAMES[] = {"byte", "char", "format", "len", "lower", "rep", "reverse", "sub", "upper"};
static const char *const TABLE_NAMES[] = {"concat", "insert", "remove", "sort", "unpack"};
static const char *const ABSENT_NAMES[] = {
    "io",      "os",     "require",  "load",      "loadfile", "dofile",         "loadstring",   "debug",
    "package", "pcall",  "xpcall",   "next",      "print",    "setmetatable",   "getmetatable", "rawget",
    "rawset",  "rawlen", "rawequal", "coroutine", "utf8",     "collectgarbage", "warn"};
static const char *const GLOBAL_NAMES[] = {
    "problem", "interior", "boundary", "where",  "less",     "less_equal", "min",   "max",
    "sin",     "cos",      "tan",      "tanh",   "sinh",     "cosh",       "exp",   "log",
    "sqrt",    "abs",      "floor",    "ceil",   "math",     "string",     "table", "assert",
    "error",   "ipairs",   "pairs",    "select", "tonumber", "tostring",   "type"};
#define COUNT(names) ((int)(sizeof(names) / sizeof *(names)))

const char PROBLEM_TABLE = 0;

static int unknown_global(lua_State *L) {
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
  for (int i = 0; i < COUNT(ABSENT_NAMES); i++)
    if (strcmp(name, ABSENT_NAMES[i]) == 0) reader_fail_here(L, "'%s' is not available in problem files", name);
  if (math_name_is_known(name))
    reader_fail_here(L, "the function '%s' is not available in problem files; expected %s", name, MATH_OF_PROBLEMS);
  if (strcmp(name, "p") == 0)
    reader_fail_here(
        L, "'p' is unknown here; expected it inside a function that takes it, as in function(p) return p.u end");
  enum { MOST_KINDS = 32 };
  const char *words[COUNT(GLOBAL_NAMES) + MOST_KINDS];
  int n = COUNT(GLOBAL_NAMES);
  memcpy(words, GLOBAL_NAMES, sizeof GLOBAL_NAMES);
  for (int k = 0; k < MOST_KINDS && region_kind(k); k++) words[n++] = region_kind(k)->word;
  reader_fail_here(L, "'%s' is unknown; expected a local variable or a function of problem files%s", name,
                   hint(L, name, words, n));
}

static int unknown_field(lua_State *L) {
  const char *field = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
  reader_fail_here(L, "'%s.%s' is not available in problem files", lua_tostring(L, lua_upvalueindex(1)), field);
}

static bool is_plain(lua_State *L, int index) {
  const int type = lua_type(L, index);
  return type == LUA_TSTRING || type == LUA_TNUMBER || type == LUA_TBOOLEAN || type == LUA_TNIL;
}

static int format_plain(lua_State *L) {
  for (int i = 1; i <= lua_gettop(L); i++)
    if (!is_plain(L, i)) reader_fail_here(L, "string.format is given %s; expected strings and numbers", describe(L, i));
  if (lua_type(L, 1) == LUA_TSTRING && strstr(lua_tostring(L, 1), "%p"))
    reader_fail_here(L, "%%p is not available in problem files");
  return charges_call(L);
}

static int to_string(lua_State *L) {
  if (is_plain(L, 1))
    luaL_tolstring(L, 1, NULL);
  else
    describe(L, 1);
  return 1;
}

/* Numbers before strings, each in order. */
static bool goes_before(lua_State *L, int a, int b) {
  const int type_a = lua_type(L, a), type_b = lua_type(L, b);
  if (type_a != type_b) return type_a == LUA_TNUMBER;
  if (type_a == LUA_TNUMBER) return lua_compare(L, a, b, LUA_OPLT);
  return strcmp(lua_tostring(L, a), lua_tostring(L, b)) < 0;
}

static int key_order(lua_State *L) {
  lua_pushboolean(L, goes_before(L, 1, 2));
  return 1;
}

/* The iterator of pairs. Its upvalues are the table, the sorted keys, and the number of keys visited. */
static int next_pair(lua_State *L) {
  const lua_Integer i = lua_tointeger(L, lua_upvalueindex(3)) + 1;
  lua_pushinteger(L, i);
  lua_replace(L, lua_upvalueindex(3));
  if (lua_rawgeti(L, lua_upvalueindex(2), i) == LUA_TNIL) return 1;
  lua_pushvalue(L, -1);
  lua_rawget(L, lua_upvalueindex(1));
  return 2;
}

static int pairs_in_order(lua_State *L) {
  if (lua_type(L, 1) != LUA_TTABLE) reader_fail_here(L, "pairs is given %s; expected a table", describe(L, 1));
  lua_settop(L, 1);
  lua_getfield(L, LUA_REGISTRYINDEX, "sort");
  lua_newtable(L);
  lua_Integer n = 0;
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    const int type = lua_type(L, -2);
    if (type != LUA_TNUMBER && type != LUA_TSTRING)
      reader_fail_here(L, "pairs meets a key that is %s; expected numbers and strings, whose order is defined",
                       describe(L, -2));
    lua_pushvalue(L, -2);
    lua_rawseti(L, 3, ++n);
  }
  reader_charge(L, n);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_pushcfunction(L, key_order);
  lua_call(L, 2, 0);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 3);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, next_pair, 3);
  return 1;
}

static int state_problem(lua_State *L) {
  reader *r = reader_of(L);
  if (lua_type(L, 1) != LUA_TTABLE) reader_fail_here(L, "problem is given %s; expected a table", describe(L, 1));
  if (r->problem_line > 0)
    reader_fail_here(L, "problem{} is called again; expected one problem, already stated at line %d", r->problem_line);
  r->problem_line = reader_line(L);
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &PROBLEM_TABLE);
  return 1;
}

/* Make it an error to read a missing field of the table on top of the stack. */
static void make_strict(lua_State *L, const char *name) {
  lua_newtable(L);
  lua_pushstring(L, name);
  lua_pushcclosure(L, name ? unknown_field : unknown_global, 1);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}

/* Make a table of the chosen functions of a library, whose calls are charged. Set it as the global of the library's
 * name, and leave it on top of the stack. */
static void choose(lua_State *L, const char *library, lua_CFunction open, const char *const names[], int n) {
  luaL_requiref(L, library, open, 0);
  lua_newtable(L);
  for (int i = 0; i < n; i++) {
    lua_getfield(L, -2, names[i]);
    lua_pushinteger(L, charges_kind(names[i]));
    lua_pushcclosure(L, strcmp(names[i], "format") == 0 ? format_plain : charges_call, 2);
    lua_setfield(L, -2, names[i]);
  }
  make_strict(L, library);
  lua_remove(L, -2);
  lua_pushvalue(L, -1);
  lua_setglobal(L, library);
}

/* Methods of strings such as ("x"):rep(3) come from the chosen functions, and arithmetic on strings ("1" + 1) is an
 * error. */
static void set_string_metatable(lua_State *L) {
  lua_pushliteral(L, "");
  lua_newtable(L);
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

static void open_base(lua_State *L) {
  luaL_requiref(L, LUA_GNAME, luaopen_base, 0); /* fills the globals, which are then made anew */
  lua_newtable(L);
  for (int i = 0; i < COUNT(BASE_NAMES); i++) {
    lua_getfield(L, -2, BASE_NAMES[i]);
    if (strcmp(BASE_NAMES[i], "select") == 0) charges_wrap(L, BASE_NAMES[i]);
    lua_setfield(L, -2, BASE_NAMES[i]);
  }
  lua_getfield(L, -2, "tonumber");
  lua_pushcclosure(L, whole_numbers_convert, 1);
  lua_setfield(L, -2, "tonumber");
  make_strict(L, NULL);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pop(L, 1);
}

void lua_globals_open(lua_State *L) {
  static const luaL_Reg own[] = {
      {"tostring", to_string}, {"pairs", pairs_in_order}, {"problem", state_problem}, {NULL, NULL}};
  open_base(L);
  choose(L, LUA_STRLIBNAME, luaopen_string, STRING_NAMES, COUNT(STRING_NAMES));
  set_string_metatable(L);
  lua_pop(L, 1);
  choose(L, LUA_TABLIBNAME, luaopen_table, TABLE_NAMES, COUNT(TABLE_NAMES));
  lua_getfield(L, -1, "sort");
  lua_setfield(L, LUA_REGISTRYINDEX, "sort");
  lua_pop(L, 1);
  for (const luaL_Reg *f = own; f->name; f++) lua_register(L, f->name, f->func);
}
