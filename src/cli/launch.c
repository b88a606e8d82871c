#include "cli/launch.h"
#include "cli/signals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST_ANCESTORS = 100, UNKNOWN = -1, GONE = -2 };
enum { TABLES_OF_PMIX = 1 << 23 }; /* bytes; no file of PMIx tables is larger */

static struct {
  bool launched;
  long front;                 /* process of the front end, such as mpirun; 0: not on this machine */
  long parent;                /* parent of this process; 0: no launcher is watched */
  long outermost, its_parent; /* the launcher's child on the way to this process, and the launcher; 0: none */
} start;

/* The parent of a process, and its name; UNKNOWN: not known; GONE: there is no such process. */
static long parent_of(long process, char name[64]) {
  char path[64];
  long parent = UNKNOWN;
  snprintf(path, sizeof path, "/proc/%ld/stat", process);
  FILE *file = fopen(path, "re");
  if (!file) return errno == ENOENT || errno == ESRCH ? GONE : UNKNOWN;
  if (fscanf(file, "%*d (%63[^)]) %*c %ld", name, &parent) != 2) parent = UNKNOWN;
  fclose(file);
  return parent;
}

static bool is_one_of(const char *name, const char *const names[]) {
  for (size_t i = 0; names[i]; i++)
    if (strcmp(name, names[i]) == 0) return true;
  return false;
}

/* Names of programs as /proc has them, cut to 15 bytes. */
static const char *const fronts[] = {"mpirun",         "mpiexec",         "orterun",       "prterun",
                                     "mpirun.openmpi", "mpiexec.openmpi", "mpiexec.hydra", NULL};
static const char *const daemons[] = {"orted",     "prted", "prte", "hydra_pmi_proxy", "hydra_bstrap_pr",
                                      "pmi_proxy", "palsd", "jsmd", "slurmstepd",      NULL};
static const char *const shells[] = {"sh",   "bash",  "dash",    "zsh",     "ksh",          "mksh",   "fish",
                                     "tcsh", "csh",   "busybox", "tmux",    "tmux: server", "screen", "su",
                                     "sudo", "login", "sshd",    "systemd", "init",         NULL};

static bool says_launched(void) {
  return getenv("OMPI_COMM_WORLD_RANK") || getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMIX_RANK") ||
         getenv("PMI_RANK") || (getenv("SLURM_PROCID") && (getenv("SLURM_STEP_ID") || getenv("SLURM_STEPID")));
}

/* Find the nearest launcher above this process, and the front end. False: there is none. */
static bool find_launcher(void) {
  bool found = false;
  long below = getpid(), process = start.parent;
  for (int i = 0; process > 1 && i < MOST_ANCESTORS; i++) {
    char name[64] = "";
    const long parent = parent_of(process, name);
    const bool front = is_one_of(name, fronts);
    if (!found && (front || is_one_of(name, daemons))) {
      found = true;
      start.outermost = below;
      start.its_parent = process;
    }
    if (front) start.front = process;
    if (front || parent < 0) break;
    below = process;
    process = parent;
  }
  return found;
}

/* Could the parent be a launcher with an unknown name? Known shells are none. */
static bool parent_may_launch(void) {
  char name[64] = "";
  if (start.parent <= 1) return false;
  return parent_of(start.parent, name) < 0 || !is_one_of(name, shells);
}

void launch_look(void) {
  start.parent = getppid();
  start.launched = says_launched() && (find_launcher() || parent_may_launch());
  const bool through_wrapper = start.its_parent != 0 && start.outermost != getpid();
  /* with nohup, below a launcher's shell: the process shall outlive that shell */
  if (!start.launched || (through_wrapper && signals_hangup_ignored())) start.parent = start.outermost = 0;
}

void launch_with_small_files(void) {
  struct rlimit size;
  if (says_launched() || getrlimit(RLIMIT_FSIZE, &size) != 0 || size.rlim_cur >= TABLES_OF_PMIX) return;
  setenv("PMIX_MCA_gds", "hash", 0);
}

bool launch_by_launcher(void) {
  return start.launched;
}

bool launch_has_terminal(void) {
  char link[64], target[128];
  if (start.front == 0) return false;
  snprintf(link, sizeof link, "/proc/%ld/fd/1", start.front);
  const ssize_t n = readlink(link, target, sizeof target - 1);
  if (n < 0) return false;
  target[n] = '\0';
  return strncmp(target, "/dev/pts/", 9) == 0 || strncmp(target, "/dev/tty", 8) == 0;
}

bool launch_is_orphan(void) {
  char name[64];
  if (start.parent == 0) return false;
  if (getppid() != start.parent) return true;
  if (start.outermost == 0 || start.outermost == getpid()) return false;
  const long parent = parent_of(start.outermost, name);
  return parent != UNKNOWN && parent != start.its_parent;
}
