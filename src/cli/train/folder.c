#include "cli/train/folder.h"
#include "cli/checkpoint_files.h"
#include "cli/command.h"
#include "cli/signals.h"
#include "base/check.h"
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROBE ".probe-"

/* Do both exist, and are they the same folder? The same on every rank. */
static bool same_folder(const char *a, const char *b) {
  int same = command_rank() == 0 && ntkw_i_path_same(a, b);
  MPI_Bcast(&same, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return same;
}

/* On rank 0: the folder of a file; of a link, the folder of its target. */
static int folder_of_file(const char *path, char *folder, size_t size) {
  struct stat about;
  const bool is_link = lstat(path, &about) == 0 && S_ISLNK(about.st_mode);
  char *target = is_link ? realpath(path, NULL) : NULL, *parent = ntkw_i_path_folder(target ? target : path);
  const int n = parent ? snprintf(folder, size, "%s", parent) : -1;
  free(parent);
  free(target);
  return n;
}

/* The folder that a checkpoint lies in, or the folder itself. */
static int folder_of_resumed(const char *path, char *folder, size_t size) {
  int n = 0;
  if (path_kind_of(path) == PATH_FOLDER) return snprintf(folder, size, "%s", path);
  if (command_rank() == 0) n = folder_of_file(path, folder, size);
  MPI_Bcast(&n, 1, MPI_INT, 0, MPI_COMM_WORLD);
  MPI_Bcast(folder, (int)size, MPI_CHAR, 0, MPI_COMM_WORLD);
  return n;
}

static int folder_of_problem(const char *file, char *folder, size_t size) {
  const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
  const size_t length = strlen(name), stem = length > 4 && strcmp(name + length - 4, ".lua") == 0 ? length - 4 : length;
  return snprintf(folder, size, "%.*s.run", (int)stem, name);
}

bool folder_is_there(const char *folder) {
  return path_kind_of(folder) == PATH_FOLDER;
}

ntkw_status folder_choose(const train_settings *settings, const char *problem_file, char *folder, size_t size) {
  const int n = settings->out           ? snprintf(folder, size, "%s", settings->out)
                : settings->resume.path ? folder_of_resumed(settings->resume.path, folder, size)
                                        : folder_of_problem(problem_file, folder, size);
  NTKW_CHECK(n > 0 && (size_t)n < size, NTKW_ERR_ARGUMENT,
             "the name of the output folder has %d characters; at most %zu", n, size - 1);
  for (char *end = folder + n; end > folder + 1 && end[-1] == '/';) *--end = '\0';
  return NTKW_SUCCESS;
}

/* On rank 0: does the folder hold checkpoints of a run? */
static bool holds_checkpoints(const char *folder) {
  file_names found = {0};
  const bool some = file_names_list(folder, FILES_OF_RUN, &found) == NTKW_SUCCESS && found.n > 0;
  file_names_free(&found);
  return some;
}

static ntkw_status set_file_aside(const char *folder, const char *name) {
  char from[800], to[820];
  snprintf(from, sizeof from, "%s/%s", folder, name);
  snprintf(to, sizeof to, "%s.superseded", from);
  NTKW_CHECK(rename(from, to) == 0, NTKW_ERR_FILE, "%s cannot be renamed: %s", from, strerror(errno));
  warn("%s is of a later step: renamed to *.superseded", from);
  return NTKW_SUCCESS;
}

/* Rename the checkpoints of later steps. Call it on rank 0. */
static ntkw_status set_aside(const char *folder, int64_t step) {
  file_names found = {0};
  ntkw_status status = file_names_list(folder, FILES_OF_RUN, &found);
  for (int i = 0; i < found.n && status == NTKW_SUCCESS; i++)
    if (checkpoint_step(found.list[i]) > step) status = set_file_aside(folder, found.list[i]);
  file_names_free(&found);
  return status;
}

ntkw_status folder_set_aside(const char *folder, int64_t step) {
  return ntkw_status_agree(MPI_COMM_WORLD, command_rank() == 0 ? set_aside(folder, step) : NTKW_SUCCESS);
}

/* On rank 0: the path of the newest checkpoint before a step. */
static bool newest_before(const char *folder, int64_t step, char *path, size_t size) {
  file_names found = {0};
  if (file_names_list(folder, FILES_OF_RUN, &found) != NTKW_SUCCESS) found.n = 0;
  int n = 0;
  while (n < found.n && checkpoint_step(found.list[n]) < step) n++;
  if (n > 0) snprintf(path, size, "%s/%s", folder, found.list[n - 1]);
  file_names_free(&found);
  return n > 0;
}

ntkw_status folder_set_bad_aside(const char *folder, int64_t step, char *good, size_t size) {
  ntkw_status status = NTKW_SUCCESS;
  if (command_rank() == 0 && (newest_before(folder, step, good, size) || strcmp(good, "none") != 0))
    status = set_aside(folder, step - 1);
  return ntkw_status_agree(MPI_COMM_WORLD, status);
}

ntkw_status folder_refuse_used(const char *folder) {
  int used = command_rank() == 0 && holds_checkpoints(folder);
  MPI_Bcast(&used, 1, MPI_INT, 0, MPI_COMM_WORLD);
  NTKW_CHECK(
      !used, NTKW_ERR_ARGUMENT,
      "the folder %s already holds the checkpoints of a run: continue it with --resume, or name another with --out",
      folder);
  return NTKW_SUCCESS;
}

static ntkw_status refuse_missing(const char *path) {
  struct stat about;
  const int error = command_rank() == 0 && stat(path, &about) != 0 ? errno : 0;
  const ntkw_status status =
      error == 0
          ? NTKW_SUCCESS
          : ntkw_i_fail(NTKW_ERR_FILE, "--resume %s: %s; expected the folder of a run, or a checkpoint %s<digits>.h5",
                        path, strerror(error), CHECKPOINT_PREFIX);
  return ntkw_status_agree(MPI_COMM_WORLD, status);
}

ntkw_status folder_find_checkpoint(const train_settings *settings, const char *folder, ntkw_checkpoint_reader **reader,
                                   char *path, size_t size) {
  const bool in_place = !settings->resume.path || same_folder(settings->resume.path, folder);
  const char *wanted = in_place ? folder : settings->resume.path;
  *reader = NULL;
  if (!settings->resume.given) return folder_refuse_used(folder);
  if (settings->resume.path && settings->out) {
    char resumed[512];
    folder_of_resumed(settings->resume.path, resumed, sizeof resumed);
    if (!same_folder(resumed, folder)) NTKW_TRY(folder_refuse_used(folder));
  }
  const path_kind kind = path_kind_of(wanted);
  if (kind == PATH_MISSING &&
      !settings->resume.path) { /* the first start of a run that is always started with --resume */
    say("nothing to resume in %s yet: starting from step 0\n", folder);
    return NTKW_SUCCESS;
  }
  if (kind == PATH_MISSING) NTKW_TRY(refuse_missing(wanted));
  NTKW_TRY(kind == PATH_FOLDER ? checkpoint_open_newest(wanted, reader)
                               : ntkw_checkpoint_reader_open(MPI_COMM_WORLD, wanted, reader));
  if (*reader) snprintf(path, size, "%s", ntkw_checkpoint_reader_path(*reader));
  NTKW_CHECK(*reader || !settings->resume.path, NTKW_ERR_FILE, "%s holds no checkpoint %s<digits>.h5", wanted,
             CHECKPOINT_PREFIX);
  if (!*reader) say("nothing to resume in %s yet: starting from step 0\n", folder);
  return NTKW_SUCCESS;
}

/* Is it a temporary file of a dead run, other than those of checkpoints? */
static bool is_leftover(const char *name) {
  static const char solution[] = "solution.h5.tmp-";
  return strncmp(name, PROBE, strlen(PROBE)) == 0 || strncmp(name, solution, strlen(solution)) == 0;
}

/* Remove temporary files of dead runs. Call it on rank 0. Errors are ignored: the files do no harm. */
static void remove_leftovers(const char *folder) {
  DIR *entries = opendir(folder);
  if (!entries) return;
  for (const struct dirent *entry; (entry = readdir(entries));) {
    char path[800];
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (is_leftover(entry->d_name)) unlink(path);
  }
  closedir(entries);
}

ntkw_status folder_clear_up(const char *folder) {
  if (command_rank() == 0) remove_leftovers(folder);
  return ntkw_checkpoint_keep(MPI_COMM_WORLD, folder, CHECKPOINT_PREFIX, INT_MAX);
}

/* Make the folder and test that it can be written. Call it on rank 0. */
static ntkw_status make_writable(const char *folder) {
  char probe[600];
  NTKW_TRY(ntkw_i_path_make(folder));
  snprintf(probe, sizeof probe, "%s/" PROBE "%ld", folder, (long)getpid());
  FILE *file = fopen(probe, "w");
  NTKW_CHECK(file, NTKW_ERR_FILE, "the folder %s cannot be written: %s", folder, strerror(errno));
  fclose(file);
  unlink(probe);
  return NTKW_SUCCESS;
}

ntkw_status folder_prepare(const char *folder) {
  return ntkw_status_agree(MPI_COMM_WORLD, command_rank() == 0 ? make_writable(folder) : NTKW_SUCCESS);
}

bool folder_is_of(const char *folder, const char *checkpoint) {
  char own[600] = "";
  return folder_of_resumed(checkpoint, own, sizeof own) > 0 && same_folder(own, folder);
}

static void warn_of_waiting(const char *sentence, double seconds, void *data) {
  const double *lock_wait = data;
  warn("%s: waiting up to %.0f s for %s", sentence, seconds, seconds == *lock_wait ? "its end" : "a sign of life");
}

static bool signal_came(void *data) {
  (void)data;
  return signals_noted() != 0;
}

ntkw_status folder_lock(const char *folder, double lock_wait, ntkw_folder_lock **lock) {
  ntkw_lock_options options;
  ntkw_lock_options_init(&options);
  options.wait = lock_wait;
  options.on_wait = warn_of_waiting;
  options.give_up = signal_came;
  options.data = &lock_wait;
  return ntkw_checkpoint_lock_patiently(MPI_COMM_WORLD, folder, &options, lock);
}
