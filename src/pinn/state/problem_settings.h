/* The settings of a problem as texts: every key of a problem file with its value, in the words of the file. */
#ifndef NTKW_PINN_PROBLEM_SETTINGS_H
#define NTKW_PINN_PROBLEM_SETTINGS_H

#include "pinn/problem/problem.h"
#include "pinn/state/changes.h"

typedef struct setting {
  change_kind kind; /* of a change of this key */
  bool function;    /* the value is a fingerprint of a function, which messages must not show */
  bool inner;       /* belongs to a condition, rule or optimizer: not compared if only one problem has it */
  char *key, *value;
} setting;

typedef struct settings_list {
  setting *list;
  int n, room;
  bool complete; /* false: out of memory */
} settings_list;

/* List all settings. Not collective. */
void settings_list_make(settings_list *s, const problem *pde);
void settings_list_free(settings_list *s);

#endif
