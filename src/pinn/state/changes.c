#include "pinn/state/changes.h"
#include "pinn/state/problem_settings.h"
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const setting *find(const settings_list *s, const char *key) {
  for (int i = 0; i < s->n; i++)
    if (strcmp(s->list[i].key, key) == 0) return &s->list[i];
  return NULL;
}

/* Append the change from a to b, if there is one. a or b is NULL if only the other problem has the key. */
static void compare(const setting *a, const setting *b, changes *out, bool *complete) {
  const setting *one = a ? a : b;
  const char *before = a ? a->value : "none", *now = b ? b->value : "none";
  if (strcmp(before, now) == 0 || ((!a || !b) && one->inner)) return;
  if (a && a->function) before = "a function";
  if (b && b->function) now = a && a->function ? "another function" : "a function";
  change *to = &out->list[out->n++];
  *to = (change){one->kind, strdup(one->key), strdup(before), strdup(now)};
  *complete = *complete && to->key && to->before && to->now;
}

ntkw_status changes_find(const problem *before, const problem *now, changes *out) {
  settings_list a, b;
  settings_list_make(&a, before);
  settings_list_make(&b, now);
  *out = (changes){calloc((size_t)(a.n + b.n + 1), sizeof(change)), 0};
  bool complete = a.complete && b.complete && out->list;
  for (int i = 0; complete && i < a.n; i++) compare(&a.list[i], find(&b, a.list[i].key), out, &complete);
  for (int i = 0; complete && i < b.n; i++)
    if (!find(&a, b.list[i].key)) compare(NULL, &b.list[i], out, &complete);
  settings_list_free(&a);
  settings_list_free(&b);
  if (complete) return NTKW_SUCCESS;
  changes_free(out);
  return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory to compare two problem files");
}

void changes_free(changes *found) {
  for (int i = 0; i < found->n; i++) {
    free(found->list[i].key);
    free(found->list[i].before);
    free(found->list[i].now);
  }
  free(found->list);
  *found = (changes){0};
}

void changes_describe(const changes *found, change_kind kind, char *text, size_t size) {
  enum { MOST = 3, WIDTH = 120 };
  int n = 0;
  size_t used = 0;
  text[0] = '\0';
  for (int i = 0; i < found->n; i++) {
    const change *c = &found->list[i];
    if (c->kind != kind || n++ >= MOST || used >= size) continue;
    used += (size_t)snprintf(text + used, size - used, "%s%s is %.*s%s in the checkpoint, %.*s%s in the problem file",
                             n > 1 ? "; " : "", c->key, WIDTH, c->before, strlen(c->before) > WIDTH ? "..." : "", WIDTH,
                             c->now, strlen(c->now) > WIDTH ? "..." : "");
  }
  if (n > MOST && used < size) snprintf(text + used, size - used, "; and %d more differences", n - MOST);
}
