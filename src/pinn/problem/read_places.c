/* Places of conditions: the key `on`. */
#include "pinn/problem/read_parts.h"
#include "pinn/problem/shapes.h"
#include "pinn/problem/limits.h"

static const char PLACES[] = "interior(), boundary{x=0} or a list of them";

/* boundary(shape): the shape must be one that is taken out of the domain. */
static ntkw_status find_surface(reader *r, const unread_shape *given, place *to) {
  const input_space space = problem_space(r->made);
  region *wanted = NULL;
  const ntkw_status status = region_create(given->ops, &space, &given->given, &wanted);
  if (status != NTKW_SUCCESS) return status;
  to->surface_of = domain_find(&r->made->domain, wanted);
  region_destroy(&wanted);
  if (!to->surface_of)
    reader_fail(r->L, given->given.line,
                "boundary is given a %s that is not taken out of the domain; expected one of those in domain = box() - "
                "...",
                given->ops->word);
  return NTKW_SUCCESS;
}

static void read_place(reader *r, const section *s, const unread_shape *given, place *to) {
  const input_space space = problem_space(r->made);
  const ntkw_status status =
      given->ops ? find_surface(r, given, to) : region_create(&region_box, &space, &given->given, &to->region);
  if (status != NTKW_SUCCESS) reader_fail_with(r->L, given->given.line, status);
  if (r->made->domain.n_removed == 0) return;
  const place_share share = place_measure(to, &r->made->domain, &space);
  reader_charge(r->L, share.tried / POINTS_OF_INSTRUCTION);
  if (share.inside == 0)
    reader_fail(r->L, given->given.line, "a place of %s is empty: %s", s->name, part_in_words(r->L, share));
  if (place_is_too_small(share))
    reader_fail(r->L, given->given.line, "a place of %s is too small: %s", s->name, part_in_words(r->L, share));
}

void read_places(reader *r, const section *s, condition *to) {
  lua_State *L = r->L;
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
    const unread_shape *given = unread_place_test(L, -1);
    if (!given) reader_fail(L, line, "'on' of %s has %s; expected %s", s->name, describe(L, -1), PLACES);
    read_place(r, s, given, &to->places[to->n_places++]);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}
