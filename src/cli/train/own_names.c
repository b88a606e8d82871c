#include "cli/train/own_names.h"
#include "cli/command.h"
#include "status/check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool starts_with(const char *name, const char *start) {
  return strncmp(name, start, strlen(start)) == 0;
}

static bool is_own(const char *name) {
  static const char *const whole[] = {"history.csv", "solution.h5", "spectrum.h5"};
  static const char *const starts[] = {"step-", "diverged-", "picture.", "solution.h5.", "spectrum.h5.", "."};
  bool own = false;
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) own = own || strcmp(name, whole[i]) == 0;
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) own = own || starts_with(name, starts[i]);
  return own;
}

/* Do two paths lead to one folder? */
static bool same_folder(const char *a, const char *b) {
  struct stat of_a, of_b;
  return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

static ntkw_status refuse_here(const char *what, const char *path, const char *folder) {
  char parent[1024] = ".";
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  if (slash) snprintf(parent, sizeof parent, "%.*s", (int)(slash - path) + 1, path);
  NTKW_CHECK(!is_own(name) || !same_folder(parent, folder), NTKW_ERR_ARGUMENT,
             "%s is \"%s\", a name that the run itself gives to a file of its folder; expected another name", what,
             path);
  return NTKW_SUCCESS;
}

ntkw_status own_names_refuse(const char *what, const char *path, const char *folder) {
  const bool judges = path && command_rank() == 0;
  return ntkw_status_agree(MPI_COMM_WORLD, judges ? refuse_here(what, path, folder) : NTKW_SUCCESS);
}
