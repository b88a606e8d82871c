#include "cli/train/reserved_names.h"
#include "cli/checkpoint_files.h"
#include "cli/command.h"
#include "base/check.h"
#include "base/path.h"

#include <stdlib.h>
#include <string.h>

static bool starts_with(const char *name, const char *start) {
  return strncmp(name, start, strlen(start)) == 0;
}

static bool is_own(const char *name) {
  static const char *const whole[] = {"history.csv", "solution.h5", "spectrum.h5", "lock"};
  static const char *const starts[] = {CHECKPOINT_PREFIX, "diverged-", "picture.", "solution.h5.", "spectrum.h5.", "."};
  const size_t length = strlen(name);
  bool own = false;
  if (length > 4 && strcmp(name + length - 4, ".lua") == 0) return false; /* such as step-function.lua */
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) own = own || strcmp(name, whole[i]) == 0;
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) own = own || starts_with(name, starts[i]);
  return own;
}

static bool is_own_in(const char *path, const char *folder) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  if (!is_own(name)) return false;
  char *parent = ntkw_i_path_folder(path);
  const bool same = parent && ntkw_i_path_same(parent, folder);
  free(parent);
  return same;
}

/* Of a link, both its own path and its target are checked. */
static ntkw_status refuse_here(const char *what, const char *path, const char *folder) {
  char *target = realpath(path, NULL);
  const bool own = is_own_in(path, folder) || (target && is_own_in(target, folder));
  free(target);
  NTKW_CHECK(!own, NTKW_ERR_ARGUMENT,
             "%s is \"%s\", a name that a run gives to a file in its folder; expected another name", what, path);
  return NTKW_SUCCESS;
}

ntkw_status reserved_names_check(const char *what, const char *path, const char *folder) {
  const bool judges = path && command_rank() == 0;
  return ntkw_status_agree(MPI_COMM_WORLD, judges ? refuse_here(what, path, folder) : NTKW_SUCCESS);
}
