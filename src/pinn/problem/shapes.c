/* Shapes of problem files, domains such as box() - disk{...}, and places: interior() and boundary(...). Names of inputs
 * are not known before problem{} is read, so the names and numbers in these are stored unchecked. */
#include "pinn/problem/shapes.h"
#include "pinn/problem/whole_numbers.h"
#include "pinn/problem/limits.h"

#include <math.h>
#include <string.h>

static const char PLACE[] = "place", SHAPE[] = "shape", DOMAIN[] = "domain";
static const char WHAT_THERE_IS[] = "box() - disk{...} - disk{...}: disks can be taken out of the box of all inputs";

/* A function of problem files that takes numbers by name. */
typedef struct caller {
  const char *word, *expected;
  bool fixes; /* true for boundary{}: its numbers are fixed coordinates */
} caller;

static const caller BOUNDARY = {"boundary", "expected fixed coordinates, such as boundary{x=0}", true};

const unread_shape *unread_place_test(lua_State *L, int index) {
  return luaL_testudata(L, index, PLACE);
}

const unread_shape *unread_shape_test(lua_State *L, int index) {
  return luaL_testudata(L, index, SHAPE);
}

bool unread_domain_test(lua_State *L, int index) {
  return luaL_testudata(L, index, DOMAIN) != NULL;
}

static unread_shape *push_shape(lua_State *L, const char *type, const region_ops *ops) {
  unread_shape *made = lua_newuserdatauv(L, sizeof *made, 0);
  memset(made, 0, sizeof *made);
  made->ops = ops;
  made->given.line = reader_line(L);
  luaL_setmetatable(L, type);
  return made;
}

static int interior(lua_State *L) {
  if (lua_gettop(L) > 0)
    reader_fail_here(L, "interior is given %s; expected interior(), or boundary{x=0} to fix a coordinate",
                     describe(L, 1));
  push_shape(L, PLACE, NULL);
  return 1;
}

/* Insert a number, sorted by name: the order of lua_next differs between ranks, and messages must not. */
static void add_number(lua_State *L, const caller *by, unread_region *to, const char *name, double value) {
  const int most = by->fixes ? MAX_INPUTS : MAX_REGION_NUMBERS;
  int at = to->n;
  if (to->n == most)
    reader_fail_here(L, by->fixes ? "%s fixes more than %d coordinates" : "%s is given more than %d numbers", by->word,
                     most);
  if (strlen(name) >= MAX_NAME)
    reader_fail_here(L, "%s %s that no input can be called", by->word,
                     by->fixes ? "fixes a coordinate" : "is given a number");
  for (; at > 0 && strcmp(to->names[at - 1], name) > 0; at--) {
    memcpy(to->names[at], to->names[at - 1], MAX_NAME);
    to->values[at] = to->values[at - 1];
  }
  memcpy(to->names[at], name, strlen(name) + 1);
  to->values[at] = value;
  to->n++;
}

/* Report a list of numbers in place of one number, where the user means a list of places. */
_Noreturn static void fail_list(lua_State *L, const char *name) {
  const bool two = lua_istable(L, -1) && lua_rawgeti(L, -1, 1) == LUA_TNUMBER && lua_rawgeti(L, -2, 2) == LUA_TNUMBER;
  const char *first = two ? lua_tostring(L, -2) : "0", *second = two ? lua_tostring(L, -1) : "1";
  reader_fail_here(L,
                   "boundary is given a list for '%s'; expected one number: a place for each is written as a list "
                   "of places, on = { boundary{%s=%s}, boundary{%s=%s} }",
                   name, name, first, name, second);
}

/* If several values are not numbers, the message quotes the first by name: the order of lua_next differs between
 * ranks. */
static void check_numbers(lua_State *L, const caller *by) {
  const char *first = NULL;
  if (lua_rawlen(L, 1) > 0) {
    lua_rawgeti(L, 1, 1);
    reader_fail_here(L, "%s is given %s without the name of an input; %s", by->word, describe(L, -1), by->expected);
  }
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      reader_fail_here(L, "%s is given %s as a name; %s", by->word, describe(L, -2), by->expected);
    if (lua_type(L, -1) == LUA_TNUMBER && isfinite(lua_tonumber(L, -1))) continue;
    const char *name = lua_tostring(L, -2); /* kept alive by the table */
    if (!first || strcmp(name, first) < 0) first = name;
  }
  if (!first) return;
  lua_getfield(L, 1, first);
  if (by->fixes && lua_istable(L, -1)) fail_list(L, first);
  reader_fail_here(L, "%s is given %s for '%s'; %s", by->word, describe(L, -1), first, by->expected);
}

/* Take the numbers of the table at stack index 1. */
static void take_numbers(lua_State *L, const caller *by, unread_region *to) {
  check_numbers(L, by);
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) add_number(L, by, to, lua_tostring(L, -2), lua_tonumber(L, -1));
}

/* boundary(shape): the place is the surface of the shape. */
static int boundary_of_shape(lua_State *L, const unread_shape *shape) {
  if (shape->ops == &region_box)
    reader_fail_here(L, "boundary is given the box of all inputs; expected one of its sides, such as boundary{x=0}");
  unread_shape *made = push_shape(L, PLACE, shape->ops);
  const int line = made->given.line;
  made->given = shape->given;
  made->given.line = line;
  return 1;
}

static int boundary(lua_State *L) {
  if (lua_gettop(L) == 1 && unread_shape_test(L, 1)) return boundary_of_shape(L, unread_shape_test(L, 1));
  if (lua_gettop(L) == 1 && unread_domain_test(L, 1))
    reader_fail_here(L, "boundary is given a whole domain; expected one of the shapes that it is made of, or a side "
                        "such as boundary{x=0}");
  if (lua_type(L, 1) != LUA_TTABLE || lua_gettop(L) != 1)
    reader_fail_here(L, "boundary is given %s; %s", describe(L, 1), BOUNDARY.expected);
  check_numbers(L, &BOUNDARY);
  unread_shape *made = push_shape(L, PLACE, NULL);
  take_numbers(L, &BOUNDARY, &made->given);
  if (made->given.n == 0) reader_fail_here(L, "boundary fixes no coordinate; %s", BOUNDARY.expected);
  return 1;
}

/* The function of a kind of region (upvalue 1), such as disk{...}. */
static int shape(lua_State *L) {
  const region_ops *ops = lua_touserdata(L, lua_upvalueindex(1));
  if (ops == &region_box) {
    if (lua_gettop(L) > 0)
      reader_fail_here(L, "box is given %s; expected box(), the box of all inputs over their ranges", describe(L, 1));
    push_shape(L, SHAPE, ops);
    return 1;
  }
  if (lua_gettop(L) != 1 || lua_type(L, 1) != LUA_TTABLE)
    reader_fail_here(L, "%s is given %s; expected numbers by name, such as %s", ops->word, describe(L, 1),
                     ops->example);
  const caller by = {ops->word, lua_pushfstring(L, "expected numbers by name, such as %s", ops->example), false};
  unread_shape *made = push_shape(L, SHAPE, ops);
  take_numbers(L, &by, &made->given);
  return 1;
}

/* Describe an operand, for messages. */
static const char *operand(lua_State *L, int index) {
  const unread_shape *held = unread_shape_test(L, index);
  return held ? lua_pushfstring(L, held->ops == &region_box ? "%s()" : "%s{...}", held->ops->word) : describe(L, index);
}

static int refuse_operator(lua_State *L) {
  const int is_left = unread_shape_test(L, 1) || unread_domain_test(L, 1);
  reader_fail_here(L, "operator %s on %s; expected %s", lua_tostring(L, lua_upvalueindex(1)),
                   operand(L, is_left ? 1 : 2), WHAT_THERE_IS);
}

/* box() - shape, domain - shape. A domain is a userdata with the list of the shapes taken out. */
static int subtract(lua_State *L) {
  if (whole_numbers_mark(L, 2)) {
    lua_settop(L, 1);
    return 1;
  }
  const unread_shape *left = unread_shape_test(L, 1), *right = unread_shape_test(L, 2);
  if (!right || right->ops == &region_box || (left ? left->ops != &region_box : !unread_domain_test(L, 1)))
    reader_fail_here(L, "%s is taken out of %s; expected %s", operand(L, 2), operand(L, 1), WHAT_THERE_IS);
  lua_settop(L, 2);
  lua_newuserdatauv(L, 0, 1);
  luaL_setmetatable(L, DOMAIN);
  lua_newtable(L);
  lua_Integer n = 0;
  if (!left) {
    lua_getiuservalue(L, 1, 1);
    reader_charge(L, (int64_t)lua_rawlen(L, -1));
    while (lua_rawgeti(L, -1, n + 1) != LUA_TNIL) lua_rawseti(L, 4, ++n);
    lua_settop(L, 4);
  }
  lua_pushvalue(L, 2);
  lua_rawseti(L, 4, n + 1);
  lua_setiuservalue(L, 3, 1);
  return 1;
}

int unread_domain_push(lua_State *L, int index) {
  lua_getiuservalue(L, index, 1);
  return (int)lua_rawlen(L, -1);
}

static int refuse_index(lua_State *L) {
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : describe(L, 2);
  reader_fail_here(L, "%s has no field '%s'; expected it in a domain or in boundary(...)", operand(L, 1), key);
}

/* Make the metatable of a type, with its description for messages; it stays on top of the stack. */
static void push_type(lua_State *L, const char *name) {
  luaL_newmetatable(L, name);
  lua_pushfstring(L, "a %s", name);
  lua_setfield(L, -2, DESCRIPTION);
}

static void make_type(lua_State *L, const char *name) {
  static const char *const refused[][2] = {
      {"__add", "+"},  {"__mul", "*"},     {"__div", "/"},  {"__mod", "%"},  {"__idiv", "//"}, {"__pow", "^"},
      {"__unm", "-"},  {"__concat", ".."}, {"__len", "#"},  {"__band", "&"}, {"__bor", "|"},   {"__bxor", "~"},
      {"__bnot", "~"}, {"__shl", "<<"},    {"__shr", ">>"}, {"__lt", "<"},   {"__le", "<="}};
  push_type(L, name);
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    lua_pushstring(L, refused[i][1]);
    lua_pushcclosure(L, refuse_operator, 1);
    lua_setfield(L, -2, refused[i][0]);
  }
  lua_pushcfunction(L, subtract);
  lua_setfield(L, -2, "__sub");
  lua_pushcfunction(L, refuse_index);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

void shapes_open(lua_State *L) {
  push_type(L, PLACE);
  lua_pop(L, 1);
  make_type(L, SHAPE);
  make_type(L, DOMAIN);
  lua_register(L, "interior", interior);
  lua_register(L, "boundary", boundary);
  for (int k = 0; region_kind(k); k++) {
    lua_pushlightuserdata(L, (void *)(uintptr_t)region_kind(k));
    lua_pushcclosure(L, shape, 1);
    lua_setglobal(L, region_kind(k)->word);
  }
}
