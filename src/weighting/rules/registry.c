/* All rules by name. */
#include <stddef.h>
#include <string.h>
#include "weighting/rules/rules.h"

#define ADDRESS(id) &ntkw_i_rules_##id,
static const ntkw_i_rule_family *const families[] = {NTKW_I_RULE_LIST(ADDRESS)};
#undef ADDRESS
enum { FAMILIES = sizeof families / sizeof *families, NAMES_MAX = 63 };

const ntkw_i_rule *ntkw_i_rule_find(const char *name) {
  for (int f = 0; name && f < FAMILIES; f++)
    for (int i = 0; i < families[f]->n; i++)
      if (strcmp(families[f]->rules[i].info.name, name) == 0) return &families[f]->rules[i];
  return NULL;
}

const ntkw_rule_info *ntkw_rule_find(const char *name) {
  const ntkw_i_rule *rule = ntkw_i_rule_find(name);
  return rule ? &rule->info : NULL;
}

const char *const *ntkw_rule_names(int *n) {
  static _Thread_local const char *names[NAMES_MAX + 1];
  int known = 0;
  for (int f = 0; f < FAMILIES; f++)
    for (int i = 0; i < families[f]->n && known < NAMES_MAX; i++) names[known++] = families[f]->rules[i].info.name;
  names[known] = NULL;
  if (n) *n = known;
  return names;
}
