#include "cli/program.h"
#include "base/clock.h"
#include "cli/signals.h"
#include "base/check.h"

#include <fcntl.h>
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool is_program(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

bool program_find(const char *name, char *path, size_t size) {
  const char *folders = getenv("PATH");
  char candidate[PATH_MAX], whole[PATH_MAX];
  for (const char *at = folders ? folders : "/usr/local/bin:/usr/bin:/bin"; *at;) {
    const size_t length = strcspn(at, ":");
    const int n = snprintf(candidate, sizeof candidate, "%.*s%s%s", (int)length, at, length > 0 ? "/" : "./", name);
    if (n > 0 && (size_t)n < sizeof candidate && is_program(candidate) && realpath(candidate, whole))
      return snprintf(path, size, "%s", candidate[0] == '/' ? candidate : whole) < (int)size;
    at += length + (at[length] == ':');
  }
  return false;
}

/* Copy the environment without some variables. The array is to be freed; its texts belong to environ. */
static char **environment_without(const char *unset) {
  size_t n = 0, kept = 0;
  while (environ[n]) n++;
  char **environment = calloc(n + 1, sizeof *environment);
  for (size_t i = 0; environment && i < n; i++)
    if (!unset || strncmp(environ[i], unset, strlen(unset)) != 0) environment[kept++] = environ[i];
  return environment;
}

static int spawn(const program_call *call, char **environment, pid_t *child) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  const sigset_t ignored = signals_ignored();
  sigset_t none;
  sigemptyset(&none);
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addchdir_np(&files, call->folder);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, call->log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_setsigdefault(&attributes, &ignored); /* caught signals get the default by exec */
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  const int failed = posix_spawn(child, call->path, &files, &attributes, call->arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failed;
}

/* Wait for the program's end. After a signal, or when its time is over, kill it; the status then has the reason. */
static ntkw_status await(const program_call *call, pid_t child, int *code) {
  const struct timespec pause = {0, 10000000};
  const double began = ntkw_i_clock_seconds();
  ntkw_status status = NTKW_SUCCESS;
  for (pid_t ended = 0; (ended = waitpid(child, code, status == NTKW_SUCCESS ? WNOHANG : 0)) != child;) {
    if (ended < 0 && errno != EINTR) return ntkw_i_fail(NTKW_ERR_FILE, "%s cannot be waited for", call->path);
    if (signals_noted() != 0)
      status = ntkw_i_fail(NTKW_ERR_INTERRUPTED, "a signal came while %s ran", call->path);
    else if (ntkw_i_clock_seconds() - began > call->most_seconds)
      status = ntkw_i_fail(NTKW_ERR_FILE, "%s was ended, as it took more than %.0f s", call->path, call->most_seconds);
    if (status != NTKW_SUCCESS) kill(child, SIGKILL);
    nanosleep(&pause, NULL);
  }
  return status;
}

ntkw_status program_run(const program_call *call) {
  pid_t child;
  int code = 0;
  char **environment = environment_without(call->unset);
  NTKW_CHECK(environment, NTKW_ERR_MEMORY, "out of memory for running %s", call->path);
  const int failed = spawn(call, environment, &child);
  free(environment);
  NTKW_CHECK(!failed, NTKW_ERR_FILE, "%s cannot be started in %s: %s", call->path, call->folder, strerror(failed));
  NTKW_TRY(await(call, child, &code));
  NTKW_CHECK(code == 0, NTKW_ERR_FILE, "%s failed; see %s/%s", call->path, call->folder, call->log);
  return NTKW_SUCCESS;
}
