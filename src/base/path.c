#include "base/path.h"
#include "base/check.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The name of the working folder; NULL: it has none. */
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
  if (!folder || folder[0] != '/') { /* getcwd gives "(unreachable)/..." outside of the root folder */
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

/* Skip the folders that two absolute paths share. */
static void skip_shared(const char **folder, const char **file) {
  const char *a = *folder, *b = *file;
  for (; *a && *a == *b; a++, b++)
    if (*a == '/') *folder = a, *file = b;
  if (!*a && *b == '/') *folder = a, *file = b;
}

static char *between(const char *folder, const char *file) {
  int up = 0;
  skip_shared(&folder, &file);
  for (const char *c = folder; *c; c++) up += *c == '/' && c[1];
  const size_t length = 3 * (size_t)up + strlen(file) + 1;
  char *path = malloc(length);
  for (int i = 0; path && i < up; i++) memcpy(path + 3 * i, "../", 3);
  if (path) strcpy(path + 3 * up, file + (*file == '/'));
  return path;
}

char *ntkw_i_path_between(const char *folder, const char *file) {
  char *from = realpath(folder, NULL), *to = realpath(file, NULL);
  char *path = from && to ? between(from, to) : NULL;
  free(from);
  free(to);
  return path;
}

char *ntkw_i_path_folder(const char *path) {
  char *copy = strdup(path); /* dirname writes into its argument */
  char *folder = copy ? strdup(dirname(copy)) : NULL;
  free(copy);
  return folder;
}

/* Make one folder. If it exists, mkdir may fail for any reason, as on a read-only file system. */
static ntkw_status make_one(const char *folder) {
  struct stat about;
  if (mkdir(folder, 0777) == 0) return NTKW_SUCCESS;
  const int error = errno;
  const bool there = stat(folder, &about) == 0;
  NTKW_CHECK(there && S_ISDIR(about.st_mode), NTKW_ERR_FILE, "the folder %s cannot be made: %s", folder,
             strerror(there ? ENOTDIR : error));
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_path_make(const char *folder) {
  char *part = strdup(folder);
  ntkw_status status = part ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the folder %s", folder);
  for (char *end = part ? part + 1 : NULL; status == NTKW_SUCCESS && end && part[0]; end++) {
    const char here = *end;
    if (here != '/' && here != '\0') continue;
    *end = '\0';
    status = make_one(part);
    *end = here;
    if (here == '\0') break;
  }
  free(part);
  return status;
}
