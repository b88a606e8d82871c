/* ntkw verify: is a checkpoint good, or are all of a folder? */
#include "cli/command.h"
#include "ntkw/checkpoint.h"
#include "base/check.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* PREFIX<digits>.h5 */
static bool is_checkpoint(const char *name) {
  const size_t length = strlen(name);
  return length > 3 && strcmp(name + length - 3, ".h5") == 0 && isdigit((unsigned char)name[length - 4]);
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

typedef struct names {
  char **list;
  int count;
} names;

static ntkw_status append(names *found, const char *name) {
  char **more = realloc(found->list, (size_t)(found->count + 1) * sizeof *more);
  NTKW_CHECK(more, NTKW_ERR_MEMORY, "out of memory for the list of checkpoints");
  found->list = more;
  more[found->count] = strdup(name);
  NTKW_CHECK(more[found->count], NTKW_ERR_MEMORY, "out of memory for the list of checkpoints");
  found->count++;
  return NTKW_SUCCESS;
}

/* On rank 0. */
static ntkw_status list_folder(const char *folder, names *found) {
  DIR *entries = opendir(folder);
  NTKW_CHECK(entries, NTKW_ERR_FILE, "cannot read the folder %s: %s", folder, strerror(errno));
  ntkw_status status = NTKW_SUCCESS;
  for (const struct dirent *entry; status == NTKW_SUCCESS && (entry = readdir(entries));)
    if (is_checkpoint(entry->d_name)) status = append(found, entry->d_name);
  closedir(entries);
  if (found->count > 1) qsort(found->list, (size_t)found->count, sizeof *found->list, by_name);
  NTKW_TRY(status);
  NTKW_CHECK(found->count > 0, NTKW_ERR_FILE, "%s holds no checkpoint <name><digits>.h5", folder);
  return NTKW_SUCCESS;
}

/* Collective: print a line, "good" or what is wrong. */
static ntkw_status verify_one(const char *path) {
  const ntkw_status status = ntkw_checkpoint_verify(MPI_COMM_WORLD, path);
  if (status == NTKW_SUCCESS)
    say("good     %s\n", path);
  else
    say("not good %s\n", ntkw_last_error());
  return status;
}

/* Collective. *n_bad: files that are not good. */
static ntkw_status verify_folder(const char *folder, int *n_bad) {
  names found = {NULL, 0};
  ntkw_status status =
      ntkw_status_agree(MPI_COMM_WORLD, command_rank() == 0 ? list_folder(folder, &found) : NTKW_SUCCESS);
  int count = found.count;
  if (status == NTKW_SUCCESS) MPI_Bcast(&count, 1, MPI_INT, 0, MPI_COMM_WORLD);
  for (int i = 0; i < count && status == NTKW_SUCCESS; i++) {
    char path[4600] = "";
    if (command_rank() == 0) snprintf(path, sizeof path, "%s/%s", folder, found.list[i]);
    MPI_Bcast(path, sizeof path, MPI_CHAR, 0, MPI_COMM_WORLD);
    *n_bad += verify_one(path) != NTKW_SUCCESS;
  }
  for (int i = 0; i < found.count; i++) free(found.list[i]);
  free(found.list);
  return status;
}

static exit_code run(int argc, char **argv) {
  const char *path = NULL;
  char nothing;
  int n_bad = 0, is_folder = 0;
  struct stat about;
  if (options_parse(NULL, 0, &nothing, "FILE|DIR", &path, argc, argv) != NTKW_SUCCESS)
    return usage_error("verify", "%s", ntkw_last_error());
  if (command_rank() == 0) is_folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
  MPI_Bcast(&is_folder, 1, MPI_INT, 0, MPI_COMM_WORLD);
  if (!is_folder) return exit_code_of(verify_one(path));
  const ntkw_status status = verify_folder(path, &n_bad);
  if (status != NTKW_SUCCESS) return command_failed(status);
  return n_bad ? EXIT_FILE : EXIT_DONE;
}

const command verify_command = {
    .name = "verify",
    .summary = "check a checkpoint, or all of a folder",
    .help = "Usage: ntkw verify FILE|DIR\n"
            "       mpirun -n RANKS ntkw verify FILE|DIR\n"
            "\n"
            "Check everything that a checkpoint says of itself: user block, digest of the whole file, structure, and\n"
            "the digest of every array. Prints a line for each file: good, or what is wrong with it. Of a folder, the\n"
            "files <name><digits>.h5 are checked. The output does not depend on the number of ranks.\n",
    .run = run,
    .notes = "Exit codes:\n"
             "  0  all are good      2  wrong arguments      4  a file cannot be read or is damaged, or there is none\n"
             "  6  out of memory, or MPI failed\n"
             "\n"
             "Example:\n"
             "  mpirun -n 4 ntkw verify wave.run\n"};
