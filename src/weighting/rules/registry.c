#include "weighting/rules/rules.h"

#include <stddef.h>
#include <string.h>

#define ADDRESS(id) &ntkw_i_rule_##id,
static const ntkw_i_rule *const rules[] = {NTKW_I_RULE_LIST(ADDRESS)};
#undef ADDRESS
enum { RULES = sizeof rules / sizeof *rules };

const ntkw_i_rule *ntkw_i_rule_find(const char *name) {
  for (int i = 0; i < RULES; i++)
    if (strcmp(rules[i]->name, name) == 0) return rules[i];
  return NULL;
}

const char *const *ntkw_i_rule_names(void) {
  static _Thread_local const char *names[RULES + 1];
  for (int i = 0; i < RULES; i++) names[i] = rules[i]->name;
  return names;
}
