#include "cli/train/resume_recording.h"
#include "cli/command.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_NAMES = 1000, PATH_SIZE = 4096 };

/* 1: a file, 0: something else, -1: nothing. The same on every rank. */
static int kind_of(const char *path) {
  struct stat about;
  int kind = 0;
  if (command_rank() == 0) kind = lstat(path, &about) != 0 ? -1 : stat(path, &about) == 0 && S_ISREG(about.st_mode);
  MPI_Bcast(&kind, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return kind;
}

/* run.h5, run.2.h5, run.3.h5, ... */
static ntkw_status name_file(const char *path, int number, char *name) {
  const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
  const int stem = (int)(dot ? dot - path : (ptrdiff_t)strlen(path));
  const int n = number == 1 ? snprintf(name, PATH_SIZE, "%s", path)
                            : snprintf(name, PATH_SIZE, "%.*s.%d%s", stem, path, number, dot ? dot : "");
  NTKW_CHECK(n > 0 && n < PATH_SIZE, NTKW_ERR_ARGUMENT, "--record has %d characters; at most %d", n, PATH_SIZE - 1);
  return NTKW_SUCCESS;
}

static void tell(const char *path, const char *name, const char *reason, int64_t step) {
  if (strcmp(path, name) == 0)
    say("recording: %s goes on at step %lld\n", name, (long long)step);
  else
    warn("the run is recorded in %s: %s", name, reason);
}

ntkw_status resume_recording(trainer *t, const char *path, const char *source, bool goes_on) {
  char name[PATH_SIZE], reason[512] = "";
  snprintf(reason, sizeof reason, "%s is the recording of another run, from which this one branches off", path);
  for (int number = 1; number <= MOST_NAMES; number++) {
    NTKW_TRY(name_file(path, number, name));
    const int kind = kind_of(name);
    if (kind != 1) {
      const ntkw_status status = trainer_record(t, name, source);
      if (status == NTKW_SUCCESS && number > 1) tell(path, name, reason, 0);
      return status;
    }
    if (!goes_on) continue;
    const ntkw_status status = trainer_record_continue(t, name, source);
    if (status == NTKW_SUCCESS) tell(path, name, reason, trainer_steps_done(t));
    if (status != NTKW_ERR_FORMAT && status != NTKW_ERR_FILE) return status;
    if (number == 1) snprintf(reason, sizeof reason, "%s", ntkw_last_error());
  }
  return ntkw_i_fail(NTKW_ERR_FILE, "the recording %s cannot be made: there are %d files of such names", path,
                     MOST_NAMES);
}
