/* Warnings about valid problem files that may not say what the user means. */
#include "pinn/problem/read_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void doubt_outputs(reader *r, const section *s) {
  problem *p = r->made;
  push_key(r, s, "outputs");
  const section list = section_at_key(r, s, "outputs", "outputs", "a list");
  for (int o = 0; o < p->n_outputs; o++)
    if (!(r->trained >> o & 1))
      problem_warn(p, line_of_item(r, &list, o + 1),
                   "output '%s' is in the equation of no condition: nothing trains it, and its values mean nothing",
                   p->output_names[o]);
  lua_pop(r->L, 1);
}

/* Does the network get this input itself (no periodic or Fourier features), and is its range far from [-1, 1]? Networks
 * are initialized for that range. */
static bool is_far(const problem *p, int input) {
  static const double LARGEST = 8.0, NARROWEST = 0.05;
  const double most = fmax(fabs(p->lower[input]), fabs(p->upper[input]));
  if (p->network.features.harmonics[input] > 0 || p->network.features.n_fourier > 0) return false;
  return most > LARGEST || p->upper[input] - p->lower[input] < NARROWEST;
}

static void doubt_ranges(reader *r, const section *s) {
  problem *p = r->made;
  push_key(r, s, "network");
  const section of_network = section_at_key(r, s, "network", "network", "a table");
  const bool said = push_key(r, &of_network, "scale_inputs");
  lua_pop(r->L, 2);
  push_key(r, s, "inputs");
  const section list = section_at_key(r, s, "inputs", "inputs", "a list");
  for (int i = 0; !said && i < p->n_inputs; i++)
    if (is_far(p, i))
      problem_warn(p, line_of_item(r, &list, i + 1),
                   "input '%s' goes from %g to %g, far from the range -1 to 1 that networks are made for; is "
                   "scale_inputs = true in network meant? (false ends this warning)",
                   p->input_names[i], p->lower[i], p->upper[i]);
  lua_pop(r->L, 1);
}

void read_doubts(reader *r, const section *s) {
  doubt_outputs(r, s);
  doubt_ranges(r, s);
}
