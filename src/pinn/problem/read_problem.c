/* problem{}: its keys, and its parts in the order in which they need each other. */
#include "pinn/problem/read_parts.h"

static const char *const keys[] = {"inputs",  "outputs",   "domain",    "exact",     "conditions", "resample",
                                   "network", "optimizer", "weighting", "precision", "steps",      "seed",
                                   "lanes",   "lane_rows", "ntk",       "reference"};

const char *const *problem_keys(int *n) {
  *n = (int)(sizeof keys / sizeof *keys);
  return keys;
}

void read_problem(reader *r) {
  const section s = section_of_problem(r);
  check_keys(r, &s, keys, sizeof keys / sizeof *keys, 0);
  read_inputs(r, &s);
  read_domain(r, &s);
  read_exact(r, &s);
  read_reserved(r, &s);
  read_conditions(r, &s);
  read_training(r, &s);
  read_ntk(r, &s);
  read_doubts(r, &s);
}
