#include "arguments.h"

#include <stdlib.h>
#include <string.h>

static bool store(const char *name, const char *value, const bench_option *options, int n) {
  for (int i = 0; i < n; i++) {
    if (strcmp(name, options[i].name) != 0) continue;
    if (options[i].number) *options[i].number = atof(value);
    if (options[i].count) *options[i].count = atoi(value);
    if (options[i].text) *options[i].text = value;
    return true;
  }
  return false;
}

bool read_arguments(int argc, char **argv, const bench_option *options, int n) {
  for (int i = 1; i < argc; i += 2)
    if (i + 1 >= argc || !store(argv[i], argv[i + 1], options, n)) return false;
  return true;
}
