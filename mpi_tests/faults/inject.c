/* A library to be preloaded into the ranks of a run. It counts and logs their operations on the files of the run's
 * folder, and injects a fault into the operation that environment variables name.
 *
 *     INJECT_FOLDER      the folder, as given to the run
 *     INJECT_LOG         file to which all ranks append a line per event, each in one write
 *     INJECT_POINT       a name of point_names, below; without it there is no fault
 *     INJECT_RANK        the rank with the fault; -1: every rank
 *     INJECT_CHECKPOINT  number of the file that is written, from 1; 0: before the first
 *     INJECT_CALL        number of the call of that point in that checkpoint, from 1
 *     INJECT_ACTION      kill-rank, kill-all, kill-launcher, vanish (the folder gets another name), limit (on the size
 *                        of files) or limit-kill; or an error that the call returns, such as ENOSPC
 *     INJECT_WHEN        before or after the call
 *     INJECT_FROM_THEN   1: every later call that changes files fails too
 *     INJECT_VALUE       the limit in bytes */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef enum point {
  POINT_CREATE,    /* a temporary file is created */
  POINT_OPEN,      /* it is opened again, by another rank or for reading back */
  POINT_RESERVE,   /* space is reserved for it */
  POINT_TRUNCATE,  /* its length is set */
  POINT_STRUCTURE, /* HDF5 writes its structure */
  POINT_VALUES,    /* a piece of an array is written */
  POINT_SYNC,
  POINT_CLOSE,
  POINT_READ_BACK,
  POINT_USER_BLOCK, /* the user block is written, after everything else was checked */
  POINT_RENAME,
  POINT_FOLDER_SYNC,
  POINT_DELETE_OLDEST,    /* a checkpoint is removed */
  POINT_DELETE_TEMPORARY, /* a temporary file is removed */
  POINT_OTHER_OPEN,       /* history.csv and the like */
  POINT_OTHER_DELETE,
  N_POINTS
} point;

static const char *const point_names[N_POINTS] = {
    "create",     "open",        "reserve",    "truncate", "structure",   "values",        "sync",
    "close",      "read-back",   "user-block", "rename",   "folder-sync", "delete-oldest", "delete-temporary",
    "other-open", "other-delete"};

typedef enum file_kind { FILE_NONE, FILE_FOLDER, FILE_TEMPORARY, FILE_CHECKPOINT, FILE_OTHER } file_kind;

enum { MOST_FILES = 4096 };
static struct open_file {
  file_kind kind;
  bool made, writable; /* made: this open created the file */
} files[MOST_FILES];

static struct plan {
  const char *folder, *action;
  size_t folder_length;
  int rank, target, log, point, checkpoint, call, error;
  bool after, from_then, active;
  rlim_t value;
} plan;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char temporary[1024]; /* the file that is being written */
static int checkpoint, calls[N_POINTS];
static bool synced, fired;

static const struct {
  const char *name;
  int number;
} errors[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EROFS", EROFS}, {"EDQUOT", EDQUOT}};

static int number_of(const char *variable, int otherwise) {
  const char *text = getenv(variable);
  return text ? atoi(text) : otherwise;
}

static ssize_t real_write(int fd, const void *bytes, size_t length);

static void note(const char *what, const char *detail, int count) {
  char line[1200];
  const int n = snprintf(line, sizeof line, "%d %s %d %s %d\n", plan.rank, what, checkpoint, detail, count);
  if (plan.log >= 0 && n > 0 && (size_t)n < sizeof line) real_write(plan.log, line, (size_t)n);
}

static void read_plan(void) {
  const char *action = getenv("INJECT_ACTION"), *name = getenv("INJECT_POINT"), *when = getenv("INJECT_WHEN");
  plan.target = number_of("INJECT_RANK", 0);
  plan.checkpoint = number_of("INJECT_CHECKPOINT", 0);
  plan.call = number_of("INJECT_CALL", 1);
  plan.from_then = number_of("INJECT_FROM_THEN", 0) != 0;
  plan.value = (rlim_t)number_of("INJECT_VALUE", 0);
  plan.after = when && strcmp(when, "after") == 0;
  plan.action = action ? action : "";
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
    if (strcmp(plan.action, errors[i].name) == 0) plan.error = errors[i].number;
  for (int p = 0; name && p < N_POINTS; p++)
    if (strcmp(name, point_names[p]) == 0) {
      plan.point = p;
      plan.active = true;
    }
}

/* Only the ranks are watched, not the processes that they start. */
__attribute__((constructor)) static void begin(void) {
  const char *rank = getenv("OMPI_COMM_WORLD_RANK"), *log = getenv("INJECT_LOG"), *folder = getenv("INJECT_FOLDER");
  if (!rank) rank = getenv("PMI_RANK");
  plan.log = -1;
  if (!rank || !folder) return;
  unsetenv("LD_PRELOAD");
  plan.rank = atoi(rank);
  plan.folder = strdup(folder);
  plan.folder_length = strlen(folder);
  if (log) plan.log = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  read_plan();
  note("pid", "-", (int)getpid());
}

static file_kind kind_of(const char *path) {
  if (!plan.folder || !path || strncmp(path, plan.folder, plan.folder_length) != 0) return FILE_NONE;
  const char *name = path + plan.folder_length;
  if (*name == '\0') return FILE_FOLDER;
  if (*name++ != '/') return FILE_NONE;
  if (strstr(name, ".tmp-")) return FILE_TEMPORARY;
  const size_t length = strlen(name);
  const bool checkpoint_name = strncmp(name, "step-", 5) == 0 && length > 8 && strcmp(name + length - 3, ".h5") == 0;
  return checkpoint_name ? FILE_CHECKPOINT : FILE_OTHER;
}

static struct open_file *file_of(int fd) {
  static struct open_file none;
  return fd >= 0 && fd < MOST_FILES ? &files[fd] : &none;
}

/* A new temporary file begins a new checkpoint. */
static void enter(const char *path) {
  if (strcmp(path, temporary) == 0) return;
  snprintf(temporary, sizeof temporary, "%s", path);
  memset(calls, 0, sizeof calls);
  synced = false;
  checkpoint++;
  note("begins", path + plan.folder_length + 1, 0);
}

/* Kill all ranks. All of them have logged their process ids before the first of them writes. */
static void kill_all(void) {
  FILE *log = fopen(getenv("INJECT_LOG"), "r");
  int process, last;
  while (log && fscanf(log, "%*d pid %*d - %d", &process) != EOF) {
    int c;
    while ((c = fgetc(log)) != '\n' && c != EOF) continue;
    if (process != (int)getpid()) kill(process, SIGKILL);
  }
  last = (int)getpid();
  kill(last, SIGKILL);
}

static void vanish(void) {
  char elsewhere[1100];
  snprintf(elsewhere, sizeof elsewhere, "%s.elsewhere", plan.folder);
  rename(plan.folder, elsewhere);
}

static void limit_files(bool deadly) {
  const struct rlimit limit = {plan.value, plan.value};
  if (!deadly) signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
}

/* Inject the fault. Returns the error number with which the call must fail; 0: the call is made. */
static int act(point p) {
  if (!fired) note("fault", point_names[p], calls[p]);
  const bool first = !fired;
  fired = true;
  if (plan.error) return plan.error;
  if (!first) return 0;
  if (strcmp(plan.action, "kill-rank") == 0) kill(getpid(), SIGKILL);
  if (strcmp(plan.action, "kill-all") == 0) kill_all();
  if (strcmp(plan.action, "kill-launcher") == 0) kill(getppid(), SIGKILL);
  if (strcmp(plan.action, "vanish") == 0) vanish();
  if (strncmp(plan.action, "limit", 5) == 0) limit_files(strcmp(plan.action, "limit-kill") == 0);
  return 0;
}

static bool changes_files(point p) {
  return p != POINT_READ_BACK && p != POINT_CLOSE && p != POINT_OPEN;
}

static bool is_due(point p) {
  if (!plan.active || (plan.target >= 0 && plan.target != plan.rank)) return false;
  if (fired) return plan.from_then && changes_files(p);
  if (plan.from_then && checkpoint > plan.checkpoint) return changes_files(p);
  return (int)p == plan.point && checkpoint == plan.checkpoint && calls[p] == plan.call;
}

/* Count and log a call before it is made. Returns the error number with which it must fail; 0: it is made. */
static int before(point p, int *call) {
  pthread_mutex_lock(&mutex);
  *call = ++calls[p];
  note("call", point_names[p], *call);
  const int error = !plan.after && is_due(p) ? act(p) : 0;
  pthread_mutex_unlock(&mutex);
  return error;
}

static void after(point p, int call, bool succeeded) {
  pthread_mutex_lock(&mutex);
  if (succeeded) note("done", point_names[p], call);
  if (plan.after && plan.active && !plan.error && is_due(p)) act(p);
  pthread_mutex_unlock(&mutex);
}

/* REAL(name): the function of the C library. */
#define REAL(name) ((__typeof__(&name))find_real(#name, &real_functions[__COUNTER__]))
static void *real_functions[80];
static void *find_real(const char *name, void **place) {
  if (!*place) *place = dlsym(RTLD_NEXT, name);
  return *place;
}

static ssize_t real_write(int fd, const void *bytes, size_t length) {
  return REAL(write)(fd, bytes, length);
}

/* WRAP(type, failure, point, call): make the call, with the fault of the plan if it is due. failure: the result of a
 * failed call. */
#define WRAP(type, failure, p, call_real)        \
  do {                                           \
    int number;                                  \
    const int error = before(p, &number);        \
    if (error) {                                 \
      errno = error;                             \
      return failure;                            \
    }                                            \
    type result = call_real;                     \
    const int kept = errno;                      \
    after(p, number, result != (type)(failure)); \
    errno = kept;                                \
    return result;                               \
  } while (0)

static point point_of_opening(file_kind kind, int flags) {
  if (kind == FILE_OTHER) return POINT_OTHER_OPEN;
  return flags & O_EXCL ? POINT_CREATE : POINT_OPEN;
}

static int remember(int fd, file_kind kind, int flags) {
  if (fd >= 0) {
    *file_of(fd) = (struct open_file){kind, (flags & O_EXCL) != 0, (flags & O_ACCMODE) != O_RDONLY};
  }
  return fd;
}

static int open_with(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  const file_kind kind = kind_of(path);
  if (kind != FILE_TEMPORARY && kind != FILE_OTHER) return remember(real(path, flags, mode), kind, flags);
  if (kind == FILE_TEMPORARY) {
    pthread_mutex_lock(&mutex);
    enter(path);
    pthread_mutex_unlock(&mutex);
  }
  WRAP(int, -1, point_of_opening(kind, flags), remember(real(path, flags, mode), kind, flags));
}

static mode_t mode_of(int flags, va_list rest) {
  return flags & O_CREAT ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_with(REAL(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_with(REAL(open64), path, flags, mode);
}

FILE *fopen(const char *path, const char *mode) {
  if (kind_of(path) != FILE_OTHER) return REAL(fopen)(path, mode);
  WRAP(FILE *, NULL, POINT_OTHER_OPEN, REAL(fopen)(path, mode));
}

FILE *fopen64(const char *path, const char *mode) {
  if (kind_of(path) != FILE_OTHER) return REAL(fopen64)(path, mode);
  WRAP(FILE *, NULL, POINT_OTHER_OPEN, REAL(fopen64)(path, mode));
}

static point point_of_writing(const struct open_file *file) {
  if (file->made && calls[POINT_RESERVE] < 2) return POINT_STRUCTURE; /* the second one reserves the whole file */
  return synced ? POINT_USER_BLOCK : POINT_VALUES;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  if (file_of(fd)->kind != FILE_TEMPORARY) return REAL(pwrite)(fd, bytes, length, at);
  WRAP(ssize_t, -1, point_of_writing(file_of(fd)), REAL(pwrite)(fd, bytes, length, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  if (file_of(fd)->kind != FILE_TEMPORARY) return REAL(pwrite64)(fd, bytes, length, at);
  WRAP(ssize_t, -1, point_of_writing(file_of(fd)), REAL(pwrite64)(fd, bytes, length, at));
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (file_of(fd)->kind != FILE_TEMPORARY) return REAL(write)(fd, bytes, length);
  WRAP(ssize_t, -1, point_of_writing(file_of(fd)), REAL(write)(fd, bytes, length));
}

ssize_t pread(int fd, void *bytes, size_t length, off_t at) {
  if (file_of(fd)->kind != FILE_TEMPORARY) return REAL(pread)(fd, bytes, length, at);
  WRAP(ssize_t, -1, POINT_READ_BACK, REAL(pread)(fd, bytes, length, at));
}

ssize_t pread64(int fd, void *bytes, size_t length, off64_t at) {
  if (file_of(fd)->kind != FILE_TEMPORARY) return REAL(pread64)(fd, bytes, length, at);
  WRAP(ssize_t, -1, POINT_READ_BACK, REAL(pread64)(fd, bytes, length, at));
}

static int sync_with(int (*real)(int), int fd) {
  const file_kind kind = file_of(fd)->kind;
  if (kind != FILE_TEMPORARY && kind != FILE_FOLDER) return real(fd);
  if (kind == FILE_TEMPORARY) synced = true;
  WRAP(int, -1, kind == FILE_FOLDER ? POINT_FOLDER_SYNC : POINT_SYNC, real(fd));
}

int fsync(int fd) {
  return sync_with(REAL(fsync), fd);
}

int fdatasync(int fd) {
  return sync_with(REAL(fdatasync), fd);
}

int ftruncate(int fd, off_t length) {
  if (file_of(fd)->kind != FILE_TEMPORARY) return REAL(ftruncate)(fd, length);
  WRAP(int, -1, POINT_TRUNCATE, REAL(ftruncate)(fd, length));
}

int ftruncate64(int fd, off64_t length) {
  if (file_of(fd)->kind != FILE_TEMPORARY) return REAL(ftruncate64)(fd, length);
  WRAP(int, -1, POINT_TRUNCATE, REAL(ftruncate64)(fd, length));
}

int fallocate(int fd, int mode, off_t at, off_t length) {
  if (file_of(fd)->kind != FILE_TEMPORARY) return REAL(fallocate)(fd, mode, at, length);
  WRAP(int, -1, POINT_RESERVE, REAL(fallocate)(fd, mode, at, length));
}

int fallocate64(int fd, int mode, off64_t at, off64_t length) {
  if (file_of(fd)->kind != FILE_TEMPORARY) return REAL(fallocate64)(fd, mode, at, length);
  WRAP(int, -1, POINT_RESERVE, REAL(fallocate64)(fd, mode, at, length));
}

/* The file is closed even if the injected fault lets the call return an error. */
int close(int fd) {
  const struct open_file file = *file_of(fd);
  *file_of(fd) = (struct open_file){FILE_NONE, false, false};
  if (file.kind != FILE_TEMPORARY || !file.writable) return REAL(close)(fd);
  int number;
  const int error = before(POINT_CLOSE, &number);
  const int result = REAL(close)(fd);
  after(POINT_CLOSE, number, result == 0);
  if (error) errno = error;
  return error ? -1 : result;
}

int rename(const char *from, const char *to) {
  if (kind_of(from) != FILE_TEMPORARY) return REAL(rename)(from, to);
  WRAP(int, -1, POINT_RENAME, REAL(rename)(from, to));
}

int unlink(const char *path) {
  switch (kind_of(path)) {
  case FILE_CHECKPOINT:
    WRAP(int, -1, POINT_DELETE_OLDEST, REAL(unlink)(path));
  case FILE_TEMPORARY:
    WRAP(int, -1, POINT_DELETE_TEMPORARY, REAL(unlink)(path));
  case FILE_OTHER:
    WRAP(int, -1, POINT_OTHER_DELETE, REAL(unlink)(path));
  default:
    return REAL(unlink)(path);
  }
}
