/* Read the domain: the box of all inputs without the shapes taken out. */
#include "pinn/problem/read_parts.h"
#include "pinn/problem/shapes.h"
#include "pinn/problem/limits.h"

static const char DOMAIN[] = "box() - disk{...}, for the box of all inputs without a disk";

static void take_out(reader *r, const unread_shape *shape) {
  const input_space space = problem_space(r->made);
  region *made = NULL;
  ntkw_status status = region_create(shape->ops, &space, &shape->given, &made);
  if (status == NTKW_SUCCESS) status = domain_remove(&r->made->domain, made);
  if (status != NTKW_SUCCESS) reader_fail_with(r->L, shape->given.line, status);
}

const char *part_in_words(lua_State *L, place_share share) {
  return lua_pushfstring(L, "of %I points that are spread over it, %I are in the domain; expected at least %f of them",
                         (LUAI_UACINT)share.tried, (LUAI_UACINT)share.inside, (LUAI_UACNUMBER)LEAST_PART);
}

static void check_size(reader *r, int line) {
  const input_space space = problem_space(r->made);
  const unread_region all = {.n = 0};
  place inside = {0};
  if (region_create(&region_box, &space, &all, &inside.region) != NTKW_SUCCESS)
    reader_fail_with(r->L, line, NTKW_ERR_MEMORY);
  const place_share share = place_measure(&inside, &r->made->domain, &space);
  place_free(&inside);
  reader_charge(r->L, share.tried / POINTS_OF_INSTRUCTION);
  if (place_is_too_small(share))
    reader_fail(r->L, line, "the domain is too small a part of the box of the inputs: %s", part_in_words(r->L, share));
}

void read_domain(reader *r, const section *s) {
  lua_State *L = r->L;
  if (push_key(r, s, "domain")) {
    const int line = line_of_key(r, s, "domain");
    const unread_shape *alone = unread_shape_test(L, -1);
    if (alone ? alone->ops != &region_box : !unread_domain_test(L, -1))
      reader_fail(L, line, "domain is %s; expected %s", describe(L, -1), DOMAIN);
    const int n = alone ? 0 : unread_domain_push(L, lua_gettop(L)), list = lua_gettop(L);
    for (int k = 1; k <= n; k++) {
      lua_rawgeti(L, list, k);
      take_out(r, unread_shape_test(L, -1));
      lua_pop(L, 1);
    }
    if (n > 0) check_size(r, line);
    if (n > 0) lua_pop(L, 1);
  }
  lua_pop(L, 1);
}
