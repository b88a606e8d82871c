#include "cli/checkpoint_files.h"
#include "cli/command.h"
#include "base/check.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int64_t checkpoint_step(const char *name) {
  const size_t prefix = strlen(CHECKPOINT_PREFIX);
  char *end;
  if (strncmp(name, CHECKPOINT_PREFIX, prefix) != 0 || !isdigit((unsigned char)name[prefix])) return -1;
  const long long step = strtoll(name + prefix, &end, 10);
  return strcmp(end, ".h5") == 0 ? step : -1;
}

static bool is_of_run(const char *name) {
  return checkpoint_step(name) >= 0;
}

static bool is_numbered(const char *name) {
  const size_t length = strlen(name);
  return length > 3 && strcmp(name + length - 3, ".h5") == 0 && isdigit((unsigned char)name[length - 4]);
}

static int by_step(const void *a, const void *b) {
  const int64_t x = checkpoint_step(a), y = checkpoint_step(b);
  return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b) {
  return strcmp(a, b);
}

path_kind path_kind_of(const char *path) {
  struct stat about;
  int kind = PATH_MISSING;
  if (command_rank() == 0 && stat(path, &about) == 0) kind = S_ISDIR(about.st_mode) ? PATH_FOLDER : PATH_OTHER;
  MPI_Bcast(&kind, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return (path_kind)kind;
}

static ntkw_status append(file_names *to, const char *name) {
  if (to->n == to->capacity) {
    const int capacity = 2 * to->capacity + 16;
    char(*longer)[FILE_NAME_SIZE] = realloc(to->list, (size_t)capacity * sizeof *longer);
    NTKW_CHECK(longer, NTKW_ERR_MEMORY, "out of memory for the list of checkpoints");
    to->list = longer;
    to->capacity = capacity;
  }
  snprintf(to->list[to->n++], FILE_NAME_SIZE, "%s", name);
  return NTKW_SUCCESS;
}

ntkw_status file_names_list(const char *folder, file_choice choice, file_names *found) {
  DIR *entries = opendir(folder);
  NTKW_CHECK(entries, NTKW_ERR_FILE, "cannot read the folder %s: %s", folder, strerror(errno));
  ntkw_status status = NTKW_SUCCESS;
  for (const struct dirent *entry; status == NTKW_SUCCESS && (entry = readdir(entries));)
    if ((choice == FILES_OF_RUN ? is_of_run : is_numbered)(entry->d_name)) status = append(found, entry->d_name);
  closedir(entries);
  if (found->n > 1)
    qsort(found->list, (size_t)found->n, sizeof *found->list, choice == FILES_OF_RUN ? by_step : by_name);
  return status;
}

ntkw_status file_names_share(const char *folder, file_choice choice, file_names *found) {
  const bool first = command_rank() == 0;
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, first ? file_names_list(folder, choice, found) : NTKW_SUCCESS));
  MPI_Bcast(&found->n, 1, MPI_INT, 0, MPI_COMM_WORLD);
  if (!first) found->list = calloc((size_t)found->n + 1, sizeof *found->list);
  const bool room = found->list || found->n == 0;
  NTKW_TRY(ntkw_status_agree(
      MPI_COMM_WORLD, room ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the list of checkpoints")));
  for (int i = 0; i < found->n; i++) MPI_Bcast(found->list[i], FILE_NAME_SIZE, MPI_CHAR, 0, MPI_COMM_WORLD);
  return NTKW_SUCCESS;
}

void file_names_free(file_names *names) {
  free(names->list);
  *names = (file_names){0};
}

ntkw_status checkpoint_open_newest(const char *folder, ntkw_checkpoint_reader **reader) {
  static char skipped[1 << 16];
  const ntkw_status status =
      ntkw_checkpoint_reader_open_newest(MPI_COMM_WORLD, folder, CHECKPOINT_PREFIX, skipped, sizeof skipped, reader);
  for (char *line = strtok(skipped, "\n"); line; line = strtok(NULL, "\n")) warn("skipped %s", line);
  return status;
}
