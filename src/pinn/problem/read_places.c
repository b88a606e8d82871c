/* Places of conditions: what stands at `on`. */
#include "pinn/problem/read_parts.h"

static const char PLACES[] = "interior(), boundary{x=0} or a list of them";

void read_places(reader *r, const section *s, condition *to) {
  lua_State *L = r->L;
  const input_space space = problem_space(r->made);
  const int line = line_of_key(r, s, "on");
  if (!push_key(r, s, "on")) reader_fail(L, s->line, "%s has no 'on'; expected %s", s->name, PLACES);
  const bool is_list = lua_istable(L, -1);
  const int index = lua_gettop(L), n = is_list ? (int)lua_rawlen(L, -1) : 1;
  if (n < 1) reader_fail(L, line, "'on' of %s is empty; expected %s", s->name, PLACES);
  if (n > MAX_PLACES) reader_fail(L, line, "'on' of %s has %d places; expected up to %d", s->name, n, MAX_PLACES);
  if (is_list) check_keys(r, &(section){"on", index, line, -1}, NULL, 0, n);
  for (int i = 0; i < n; i++) {
    if (is_list)
      lua_rawgeti(L, index, i + 1);
    else
      lua_pushvalue(L, index);
    const unread_region *given = luaL_testudata(L, -1, UNREAD_PLACE);
    if (!given) reader_fail(L, line, "'on' of %s has %s; expected %s", s->name, describe(L, -1), PLACES);
    const ntkw_status status = region_create(&region_box, &space, given, &to->places[to->n_places++].region);
    if (status != NTKW_SUCCESS) reader_fail_with(L, given->line, status);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}
