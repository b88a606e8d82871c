#include "checkpoint/lock.h"
#include "base/path.h"
#include "base/unique_number.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Copy the first line of a small file; an empty text if it cannot be read. */
static void read_line(const char *path, char *line, size_t size) {
  FILE *file = fopen(path, "re");
  line[0] = '\0';
  if (file && !fgets(line, (int)size, file)) line[0] = '\0';
  if (file) fclose(file);
  line[strcspn(line, "\n")] = '\0';
}

/* When a process started, in clock ticks since the boot; -1: there is no such process, or /proc is not there. */
static int64_t start_of(int64_t pid) {
  char path[64], line[1024];
  snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
  read_line(path, line, sizeof line);
  const char *rest = strrchr(line, ')'); /* the name before it may have spaces */
  char state = '\0';
  long long start = -1;
  const int n =
      rest ? sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %lld",
                    &state, &start)
           : 0;
  return n == 2 && state != 'Z' && state != 'X' ? (int64_t)start : -1;
}

static void copy_setting(const char *name, char *to, size_t size) {
  const char *value = getenv(name);
  snprintf(to, size, "%s", value ? value : "");
  to[strcspn(to, " \n")] = '\0';
}

void ntkw_i_lock_this_process(lock_owner *owner) {
  char restart[32], boot[40], space[24] = "";
  memset(owner, 0, sizeof *owner);
  gethostname(owner->host, sizeof owner->host - 1);
  read_line("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
  if (readlink("/proc/self/ns/pid", space, sizeof space - 1) < 0) space[0] = '\0';
  if (boot[0]) snprintf(owner->boot, sizeof owner->boot, "%s/%s", boot, space);
  copy_setting("SLURM_JOB_ID", owner->job, sizeof owner->job);
  copy_setting("SLURM_RESTART_COUNT", restart, sizeof restart);
  owner->restart = strtoll(restart, NULL, 10);
  owner->pid = getpid();
  owner->started = start_of(owner->pid);
  owner->since = time(NULL);
  owner->nonce = ntkw_i_unique_number();
}

void ntkw_i_lock_encode(const lock_owner *owner, char text[LOCK_TEXT_LENGTH + 1]) {
  const int length = snprintf(text, LOCK_TEXT_LENGTH + 1,
                              "ntkw-lock 1\nhost %s\nboot %s\npid %" PRId64 "\nstarted %" PRId64
                              "\njob %s\nrestart %" PRId64 "\nsince %" PRId64 "\nnonce %016" PRIx64
                              "\nheartbeat %" PRIu64 "\nfile %" PRIu64 "\nfolder %" PRIu64 "\nend\n",
                              owner->host, owner->boot, owner->pid, owner->started, owner->job, owner->restart,
                              owner->since, owner->nonce, owner->heartbeat, owner->created.file, owner->created.folder);
  memset(text + length, '\n', LOCK_TEXT_LENGTH - (size_t)length);
  text[LOCK_TEXT_LENGTH] = '\0';
}

/* Copy the rest of the line that begins with a name. @return false: there is no such line. */
static bool read_field(const char *text, const char *name, char *value, size_t size) {
  char mark[32];
  snprintf(mark, sizeof mark, "\n%s ", name);
  const char *at = strstr(text, mark);
  if (!at) return false;
  at += strlen(mark);
  snprintf(value, size, "%.*s", (int)strcspn(at, "\n"), at);
  return true;
}

static bool read_number(const char *text, const char *name, int64_t *value) {
  char word[32];
  if (!read_field(text, name, word, sizeof word)) return false;
  *value = strtoll(word, NULL, 10);
  return true;
}

static lock_location read_location(const char *text) {
  lock_location location = {.known = false};
  char file[32], folder[32];
  if (!read_field(text, "file", file, sizeof file) || !read_field(text, "folder", folder, sizeof folder))
    return location;
  location.file = strtoull(file, NULL, 10);
  location.folder = strtoull(folder, NULL, 10);
  location.known = location.file != 0 && location.folder != 0;
  return location;
}

bool ntkw_i_lock_decode(const char *text, lock_owner *owner) {
  char word[32];
  int64_t heartbeat;
  memset(owner, 0, sizeof *owner);
  const bool whole = strncmp(text, "ntkw-lock 1\n", 12) == 0 && strstr(text, "\nend\n") &&
                     read_field(text, "host", owner->host, sizeof owner->host) &&
                     read_field(text, "boot", owner->boot, sizeof owner->boot) &&
                     read_field(text, "job", owner->job, sizeof owner->job) && read_number(text, "pid", &owner->pid) &&
                     read_number(text, "started", &owner->started) && read_number(text, "restart", &owner->restart) &&
                     read_number(text, "since", &owner->since) && read_number(text, "heartbeat", &heartbeat) &&
                     read_field(text, "nonce", word, sizeof word);
  if (!whole) return false;
  owner->heartbeat = (uint64_t)heartbeat;
  owner->nonce = strtoull(word, NULL, 16);
  owner->created = read_location(text);
  return true;
}

lock_location ntkw_i_lock_locate(int fd, const char *path) {
  lock_location location = {.known = false};
  struct stat file, folder;
  char *name = ntkw_i_path_folder(path);
  if (name && fstat(fd, &file) == 0 && stat(name, &folder) == 0)
    location = (lock_location){true, file.st_ino, folder.st_ino, file.st_nlink > 1};
  free(name);
  return location;
}

static bool is_copied(const lock_owner *owner) {
  if (!owner->created.known || !owner->read_from.known) return false;
  return owner->read_from.file != owner->created.file ||
         (owner->read_from.linked && owner->read_from.folder != owner->created.folder);
}

lock_holder_state ntkw_i_lock_holder_state(const lock_owner *owner, const lock_owner *this_process) {
  if (owner->job[0] && strcmp(owner->job, this_process->job) == 0 && this_process->restart > owner->restart)
    return LOCK_DEAD;
  if (!owner->boot[0] || strcmp(owner->boot, this_process->boot) != 0 || this_process->started < 0) return LOCK_UNKNOWN;
  return start_of(owner->pid) == owner->started && !is_copied(owner) ? LOCK_ALIVE : LOCK_DEAD;
}
