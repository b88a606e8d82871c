#include "status/path.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The name of the working folder, to be freed; NULL: it has none. */
static char *working_folder(void) {
  for (size_t size = 256; size <= (size_t)1 << 20; size *= 2) {
    char *name = malloc(size);
    if (!name || getcwd(name, size)) return name;
    free(name);
  }
  return NULL;
}

char *ntkw_i_path_absolute(const char *path) {
  char *folder = path[0] == '/' ? NULL : working_folder();
  if (!folder || folder[0] != '/') { /* "(unreachable)/..." is no name either */
    free(folder);
    return strdup(path);
  }
  const size_t length = strlen(folder) + strlen(path) + 2;
  char *whole = malloc(length);
  if (whole) snprintf(whole, length, "%s/%s", folder, path);
  free(folder);
  return whole;
}

bool ntkw_i_path_same(const char *a, const char *b) {
  struct stat one, other;
  return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

char *ntkw_i_path_folder(const char *path) {
  char *copy = strdup(path); /* dirname writes into its argument */
  char *folder = copy ? strdup(dirname(copy)) : NULL;
  free(copy);
  return folder;
}
