/* docs/problem-files.md names every optimizer and each of its keys with the default that the program has, and no other
 * keys. */
#include "harness.h"
#include "pinn/optimizer/optimizer.h"
#include "pinn/problem/problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINE = 4096 };

/* The row of the table of keys that describes the key `optimizer`. */
static void read_row(char row[MAX_LINE]) {
  static const char start[] = "| `optimizer` |";
  FILE *page = fopen(NTKW_EXAMPLES "/../docs/problem-files.md", "r");
  row[0] = '\0';
  CHECK(page != NULL);
  if (!page) return;
  while (fgets(row, MAX_LINE, page) && strncmp(row, start, sizeof start - 1) != 0) row[0] = '\0';
  fclose(page);
  CHECK(row[0] != '\0');
}

/* The text `"name", key = value, ... }` of an optimizer, without its decay; empty if there is none. */
static void find_table(const char *row, const char *name, char table[MAX_LINE]) {
  char quoted[64];
  snprintf(quoted, sizeof quoted, "{ \"%s\",", name);
  const char *at = strstr(row, quoted), *end = at ? strstr(at, " }`") : NULL;
  const char *decay = at ? strstr(at, ", decay = {") : NULL;
  if (decay && decay < end) end = decay;
  snprintf(table, MAX_LINE, "%.*s", end ? (int)(end - at) : 0, end ? at : "");
}

static int count_of(const char *text, char c) {
  int n = 0;
  for (; *text; text++) n += *text == c;
  return n;
}

static void check_default(const char *table, const char *key, double expected) {
  char assignment[64], *end = NULL;
  snprintf(assignment, sizeof assignment, ", %s = ", key);
  const char *at = strstr(table, assignment);
  CHECK_TEXT_HAS(table, assignment);
  if (!at) return;
  const double value = strtod(at + strlen(assignment), &end);
  CHECK(end != at + strlen(assignment));
  CHECK_EQUAL_DOUBLE(value, expected);
}

static void check_option(const char *table, const optimizer_option *option) {
  char assignment[96];
  if (option->n_words == 0) {
    check_default(table, option->key, option->otherwise);
    return;
  }
  snprintf(assignment, sizeof assignment, ", %s = \"%s\"", option->key, option->words[(int)option->otherwise]);
  CHECK_TEXT_HAS(table, assignment);
}

static void optimizers_have_their_keys_and_defaults(void) {
  char row[MAX_LINE], table[MAX_LINE];
  int n = 0;
  const char *const *names = optimizer_names(&n);
  read_row(row);
  CHECK(n > 0);
  for (int i = 0; i < n; i++) {
    const optimizer_ops *ops = optimizer_find(names[i]);
    find_table(row, names[i], table);
    CHECK(table[0] != '\0');
    CHECK_EQUAL_INT(count_of(table, '='), 1 + ops->n_options);
    check_default(table, "rate", ops->rate);
    for (int k = 0; k < ops->n_options; k++) check_option(table, &ops->options[k]);
  }
}

static void no_other_optimizer_is_named(void) {
  char row[MAX_LINE];
  int n = 0, tables = 0;
  read_row(row);
  optimizer_names(&n);
  for (const char *at = row; (at = strstr(at, "{ \"")) != NULL; at++) tables++;
  CHECK_EQUAL_INT(tables, n);
  CHECK(strcmp(DEFAULT_OPTIMIZER, "adam") == 0 && strstr(row, "Adam with these values"));
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(optimizers_have_their_keys_and_defaults), TEST(no_other_optimizer_is_named)};
  return run_suite("documented optimizers", cases, sizeof cases / sizeof *cases, argc, argv);
}
