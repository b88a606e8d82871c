#include "pinn/problem/charges.h"
#include "pinn/problem/limits.h"

#include <string.h>

/* Upper bound of the items of one call: their values must be in memory, and a call stops at the first missing item. */
static const int64_t MOST_ITEMS = 4 * (int64_t)MEGABYTE;
enum { FORMATTED = 8, COMPARED_AT_ONCE = 256, COMPARISONS_AT_ONCE = 4 };

static int64_t length_of(lua_State *L, int index) {
  const int type = lua_type(L, index);
  return type == LUA_TSTRING || type == LUA_TTABLE ? (int64_t)lua_rawlen(L, index) : 0;
}

static int64_t lengths(lua_State *L) {
  int64_t sum = lua_gettop(L) / FORMATTED;
  for (int i = 1; i <= lua_gettop(L); i++) sum += length_of(L, i);
  return sum;
}

/* Copies of an empty string need no memory, but time: their number is charged. */
static int64_t repetitions(lua_State *L) {
  return length_of(L, 1) + length_of(L, 3) > 0 ? lengths(L) : lua_tointeger(L, 2);
}

static int64_t formatted(lua_State *L) {
  return lengths(L) + FORMATTED * (int64_t)lua_gettop(L);
}

/* Number of items in the range from the index in argument `from` to the index in the next argument. */
static int64_t range(lua_State *L, int from) {
  const lua_Integer first = luaL_optinteger(L, from, 1);
  const lua_Integer last = lua_isnoneornil(L, from + 1) ? length_of(L, 1) : luaL_checkinteger(L, from + 1);
  if (first > last) return 0;
  const lua_Unsigned n = (lua_Unsigned)last - (lua_Unsigned)first;
  return n < (lua_Unsigned)MOST_ITEMS ? (int64_t)n + 1 : MOST_ITEMS;
}

static int64_t joined(lua_State *L) {
  return lengths(L) + range(L, 3);
}

static int64_t unpacked(lua_State *L) {
  return range(L, 2);
}

/* Sorting n items takes about n log n comparisons, each of up to the length of the longest string. */
static int64_t sorted(lua_State *L) {
  const int64_t n = length_of(L, 1);
  int64_t levels = 1, longest = 0;
  for (int64_t m = n; m > 1; m /= 2) levels++;
  for (int64_t i = 1; i <= n && lua_type(L, 1) == LUA_TTABLE; i++) {
    const bool string = lua_rawgeti(L, 1, i) == LUA_TSTRING;
    if (string && length_of(L, -1) > longest) longest = length_of(L, -1);
    lua_pop(L, 1);
  }
  return n * levels / COMPARISONS_AT_ONCE * (1 + longest / COMPARED_AT_ONCE) + lengths(L);
}

static const struct {
  const char *name;
  int64_t (*work)(lua_State *L);
} KINDS[] = {{"", lengths},      {"rep", repetitions}, {"format", formatted},
             {"concat", joined}, {"unpack", unpacked}, {"sort", sorted}};

int charges_kind(const char *name) {
  for (size_t i = 1; i < sizeof KINDS / sizeof *KINDS; i++)
    if (strcmp(KINDS[i].name, name) == 0) return (int)i;
  return 0;
}

int charges_call(lua_State *L) {
  reader_charge(L, KINDS[lua_tointeger(L, lua_upvalueindex(2))].work(L));
  return lua_tocfunction(L, lua_upvalueindex(1))(L); /* in this frame, so that its errors know the line */
}

void charges_wrap(lua_State *L, const char *name) {
  lua_pushinteger(L, charges_kind(name));
  lua_pushcclosure(L, charges_call, 2);
}
