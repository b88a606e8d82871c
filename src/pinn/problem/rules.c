#include "pinn/problem/rules.h"
#include "ntkw/rule.h"

#include <stddef.h>

enum { MAX_RULES = 64 };

/* Rules without measurements are left out: the user sets their weights, for which a problem file has no key. */
const char *const *rule_names(int *n) {
  static _Thread_local const char *names[MAX_RULES] = {"none"};
  const char *const *known = ntkw_rule_names(NULL);
  int count = 1;
  for (int i = 0; known[i] && count < MAX_RULES; i++)
    if (ntkw_rule_find(known[i])->needs != 0) names[count++] = known[i];
  *n = count;
  return names;
}
