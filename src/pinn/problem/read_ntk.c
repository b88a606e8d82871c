/* Read the steps at which training records the neural tangent kernel: ntk = { every = n, points = n }. */
#include "pinn/problem/read_parts.h"

static const char EXPECTED[] = "{ every = 1000, points = 300 } or { steps = {0, 100, 1000}, points = 300 }";

static void read_steps(reader *r, const section *parent, ntk_watch *to) {
  lua_State *L = r->L;
  const section list = section_at_key(r, parent, "steps", "steps of ntk", "a list of steps, such as {0, 100, 1000}");
  const int n = (int)lua_rawlen(L, -1);
  if (n < 1 || n > MAX_NTK_STEPS)
    reader_fail(L, list.line, "steps of ntk has %d steps; expected 1 to %d", n, MAX_NTK_STEPS);
  check_keys(r, &list, NULL, 0, n);
  for (int i = 0; i < n; i++) {
    int whole = 0;
    push_item(r, &list, i + 1);
    const lua_Integer step = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &whole) : 0;
    if (!whole || step < 0 || step > MAX_COUNT)
      reader_fail(L, list.line, "a step in steps of ntk is %s; expected an integer from 0", describe(L, -1));
    to->steps[to->n_steps++] = step;
    lua_pop(L, 1);
  }
}

/* The points of each condition are split over its places. */
static void check_points(reader *r, const section *s, const ntk_watch *watch) {
  const problem *p = r->made;
  for (int c = 0; c < p->n_conditions; c++)
    if (watch->points < p->conditions[c].n_places)
      reader_fail(r->L, line_of_key(r, s, "points"),
                  "ntk has points = %d for the %d places of condition '%s'; expected at least one point for each place",
                  (int)watch->points, p->conditions[c].n_places, p->conditions[c].name);
}

void read_ntk(reader *r, const section *parent) {
  static const char *const keys[] = {"every", "steps", "points"};
  ntk_watch *to = &r->made->ntk;
  if (push_key(r, parent, "ntk")) {
    const section s = section_at_key(r, parent, "ntk", "ntk", EXPECTED);
    check_keys(r, &s, keys, 3, 0);
    to->every = read_integer(r, &s, "every", 1, MAX_COUNT, 0);
    to->points = read_integer(r, &s, "points", 1, MAX_POINTS, 300);
    check_points(r, &s, to);
    if (push_key(r, &s, "steps")) read_steps(r, &s, to);
    lua_pop(r->L, 1);
    if ((to->every > 0) == (to->n_steps > 0))
      reader_fail(r->L, s.line, "ntk has %s; expected one of them, as in %s",
                  to->every > 0 ? "both 'every' and 'steps'" : "neither 'every' nor 'steps'", EXPECTED);
  }
  lua_pop(r->L, 1);
}

bool ntk_watch_due(const ntk_watch *watch, int64_t step) {
  if (watch->every > 0) return step % watch->every == 0;
  for (int i = 0; i < watch->n_steps; i++)
    if (watch->steps[i] == step) return true;
  return false;
}
