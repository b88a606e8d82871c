/* ntkw_checkpoint_lock and unlock: rank 0 creates the lock file, and one of its threads renews the heartbeat. */
#include "checkpoint/lock.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/thread.h"
#include "base/versioned_options.h"
#include "fileio/test_hooks.h"
#include "ranks/comm.h"
#include "ranks/same_on_ranks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct ntkw_folder_lock {
  MPI_Comm comm;
  int rank;
  char *path;
  lock_owner owner; /* on rank 0: itself; elsewhere only the nonce */
  int fd;           /* of the lock, on rank 0; -1 */
  bool has_thread;  /* that renews the heartbeat */
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  bool ending;
};

static void pause_seconds(double seconds) {
  struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&time, NULL);
}

/* Read a lock. @return 1: read; 0: there is none; -1: it is incomplete (it is being created, or its creator died). */
static int read_lock(const char *path, lock_owner *owner) {
  char text[LOCK_TEXT_LENGTH + 1] = "";
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return errno == ENOENT ? 0 : -1;
  const ssize_t length = pread(fd, text, LOCK_TEXT_LENGTH, 0);
  const int error = errno;
  const lock_location found = ntkw_i_lock_locate(fd, path);
  close(fd);
  text[length > 0 ? length : 0] = '\0';
  if (ntkw_i_lock_decode(text, owner)) {
    owner->read_from = found;
    return 1;
  }
  errno = length < 0 ? error : EBADMSG;
  return -1;
}

static ntkw_status write_owner(ntkw_folder_lock *lock) {
  char text[LOCK_TEXT_LENGTH + 1];
  ntkw_i_lock_encode(&lock->owner, text);
  NTKW_CHECK(pwrite(lock->fd, text, LOCK_TEXT_LENGTH, 0) == LOCK_TEXT_LENGTH && fsync(lock->fd) == 0, NTKW_ERR_FILE,
             "cannot write the lock %s: %s", lock->path, strerror(errno));
  return NTKW_SUCCESS;
}

/* The thread. Calls neither MPI nor HDF5. Errors are ignored: the next publication reads the lock again. */
static void *renew_heartbeat(void *data) {
  ntkw_folder_lock *lock = data;
  pthread_mutex_lock(&lock->mutex);
  while (!lock->ending) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    const double next = (double)until.tv_nsec * 1e-9 + ntkw_i_hooks.lock_heartbeat_every;
    until.tv_sec += (time_t)next;
    until.tv_nsec = (long)((next - (double)(time_t)next) * 1e9);
    if (pthread_cond_timedwait(&lock->wake, &lock->mutex, &until) != ETIMEDOUT) continue;
    lock->owner.heartbeat++;
    write_owner(lock);
  }
  pthread_mutex_unlock(&lock->mutex);
  return NULL;
}

static ntkw_status start_heartbeat(ntkw_folder_lock *lock) {
  pthread_condattr_t attributes;
  pthread_mutex_init(&lock->mutex, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&lock->wake, &attributes);
  pthread_condattr_destroy(&attributes);
  const int failed = ntkw_i_thread_start_masked(&lock->thread, renew_heartbeat, lock);
  lock->has_thread = !failed;
  NTKW_CHECK(!failed, NTKW_ERR_MEMORY, "cannot start the thread that renews %s: %s", lock->path, strerror(failed));
  return NTKW_SUCCESS;
}

static void stop_heartbeat(ntkw_folder_lock *lock) {
  if (!lock->has_thread) return;
  pthread_mutex_lock(&lock->mutex);
  lock->ending = true;
  pthread_cond_signal(&lock->wake);
  pthread_mutex_unlock(&lock->mutex);
  pthread_join(lock->thread, NULL);
  pthread_cond_destroy(&lock->wake);
  pthread_mutex_destroy(&lock->mutex);
  lock->has_thread = false;
}

static ntkw_status refuse(const char *path, const lock_owner *owner, int seen, const char *why) {
  char since[40] = "";
  const time_t time = (time_t)owner->since;
  struct tm parts;
  if (seen < 0)
    return ntkw_i_fail(NTKW_ERR_LOCKED, "the folder is locked: %s cannot be read or is not whole%s", path, why);
  if (gmtime_r(&time, &parts)) strftime(since, sizeof since, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return ntkw_i_fail(NTKW_ERR_LOCKED,
                     "the folder is used by another run: %s is held by process %" PRId64 " on %s%s%s since %s%s", path,
                     owner->pid, owner->host, owner->job[0] ? ", job " : "", owner->job, since, why);
}

/* Remove a stale lock. If another run has replaced it meanwhile, put that lock back. */
static void remove_stale(const char *path, const lock_owner *stale, uint64_t nonce) {
  char aside[4200];
  lock_owner moved;
  snprintf(aside, sizeof aside, "%s.stale-%016" PRIx64, path, nonce);
  if (rename(path, aside) != 0) return;
  const int seen = read_lock(aside, &moved);
  if (seen > 0 && (moved.nonce != stale->nonce || moved.heartbeat != stale->heartbeat) && link(aside, path) != 0)
    return; /* A third run took the lock meanwhile. The second notices at its next publication. */
  unlink(aside);
}

/* What rank 0 knows while it waits for the lock; starts as {0}. */
typedef struct lock_wait {
  bool waits;  /* rank 0 must try again a little later */
  double from; /* when the wait for live holders began; 0: not yet */
  /* for a holder that cannot be seen from here: */
  double watched_from; /* 0: not yet */
  lock_owner first;    /* its lock at that time */
  int first_seen;
} lock_wait;

static double retry_interval(void) {
  const double interval = ntkw_i_hooks.lock_stale_after / 50;
  return interval < 0.25 ? interval : 0.25;
}

static ntkw_status wait_for_holder(const char *path, const lock_owner *owner, const ntkw_lock_options *options,
                                   lock_wait *wait) {
  const ntkw_status refused = refuse(path, owner, 1, "");
  const double now = ntkw_i_clock_seconds();
  if (options->wait > 0 && wait->from == 0) {
    wait->from = now;
    if (options->on_wait) options->on_wait(ntkw_last_error(), options->wait, options->data);
  }
  wait->waits = options->wait > 0 && now - wait->from < options->wait;
  return wait->waits ? NTKW_SUCCESS : refused;
}

/* *stale: the heartbeat has stopped for long enough. */
static ntkw_status watch_heartbeat(const char *path, const lock_owner *owner, int seen,
                                   const ntkw_lock_options *options, lock_wait *wait, bool *stale) {
  const double now = ntkw_i_clock_seconds();
  const lock_owner *first = &wait->first;
  if (wait->watched_from == 0) {
    const ntkw_status refused = refuse(path, owner, seen, ", which cannot be seen from here");
    if (!options->on_wait) return refused;
    options->on_wait(ntkw_last_error(), ntkw_i_hooks.lock_stale_after, options->data);
    wait->watched_from = now;
    wait->first = *owner;
    wait->first_seen = seen;
  } else if (seen > 0 &&
             (wait->first_seen < 0 || owner->nonce != first->nonce || owner->heartbeat != first->heartbeat)) {
    return refuse(path, owner, seen, ", which is alive");
  }
  *stale = now - wait->watched_from >= ntkw_i_hooks.lock_stale_after;
  wait->waits = !*stale;
  return NTKW_SUCCESS;
}

/* Another run has the lock: remove it if that run is dead; otherwise refuse, or set wait->waits. */
static ntkw_status handle_holder(ntkw_folder_lock *lock, const ntkw_lock_options *options, lock_wait *wait) {
  lock_owner other = {.nonce = 0};
  int seen = read_lock(lock->path, &other);
  for (int tries = 0; seen < 0 && tries < 20; tries++) { /* it may be in the middle of a write */
    pause_seconds(0.01);
    seen = read_lock(lock->path, &other);
  }
  if (seen == 0) return NTKW_SUCCESS;
  const lock_holder_state state = seen > 0 ? ntkw_i_lock_holder_state(&other, &lock->owner) : LOCK_UNKNOWN;
  bool stale = state == LOCK_DEAD;
  if (state == LOCK_ALIVE) NTKW_TRY(wait_for_holder(lock->path, &other, options, wait));
  if (state == LOCK_UNKNOWN) NTKW_TRY(watch_heartbeat(lock->path, &other, seen, options, wait, &stale));
  if (stale) remove_stale(lock->path, &other, lock->owner.nonce);
  return NTKW_SUCCESS;
}

/* On rank 0: create the lock, or set wait->waits. */
static ntkw_status try_to_lock(ntkw_folder_lock *lock, const ntkw_lock_options *options, lock_wait *wait) {
  wait->waits = false;
  ntkw_i_lock_this_process(&lock->owner);
  for (int tries = 0; tries < 10 && !wait->waits; tries++) {
    lock->fd = open(lock->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (lock->fd >= 0) break;
    NTKW_CHECK(errno == EEXIST, NTKW_ERR_FILE, "cannot make the lock %s: %s", lock->path, strerror(errno));
    NTKW_TRY(handle_holder(lock, options, wait));
  }
  if (wait->waits) return NTKW_SUCCESS;
  NTKW_CHECK(lock->fd >= 0, NTKW_ERR_FILE, "cannot get the lock %s: others take it again and again", lock->path);
  lock->owner.created = ntkw_i_lock_locate(lock->fd, lock->path);
  NTKW_TRY(write_owner(lock));
  return start_heartbeat(lock);
}

/* Every rank takes part in every try, so that give_up of any rank ends the wait of all. */
static ntkw_status lock_or_wait(ntkw_folder_lock *lock, MPI_Comm comm, const ntkw_lock_options *options) {
  lock_wait wait = {.waits = true};
  while (true) {
    NTKW_TRY(ntkw_status_agree(comm, lock->rank == 0 ? try_to_lock(lock, options, &wait) : NTKW_SUCCESS));
    int word[2] = {lock->rank == 0 && wait.waits, options->give_up && options->give_up(options->data)};
    MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, word, 2, MPI_INT, MPI_MAX, comm));
    if (!word[0]) return NTKW_SUCCESS;
    NTKW_CHECK(!word[1], NTKW_ERR_INTERRUPTED, "asked to end while the run that holds %s was waited for", lock->path);
    pause_seconds(retry_interval());
  }
}

/* FOLDER/lock as an absolute path; to be freed. NULL: out of memory. */
static char *lock_path(const char *folder) {
  char *place = ntkw_i_path_absolute(folder);
  const size_t length = place ? strlen(place) + 8 : 0;
  char *path = place ? malloc(length) : NULL;
  if (path) snprintf(path, length, "%s/lock", place);
  free(place);
  return path;
}

static ntkw_status make(MPI_Comm comm, const char *folder, ntkw_folder_lock **out) {
  *out = calloc(1, sizeof **out);
  NTKW_CHECK(*out, NTKW_ERR_MEMORY, "out of memory for the lock of %s", folder);
  (*out)->comm = comm;
  (*out)->fd = -1;
  (*out)->path = lock_path(folder);
  NTKW_CHECK((*out)->path, NTKW_ERR_MEMORY, "out of memory for the lock of %s", folder);
  MPI_TRY(MPI_Comm_rank(comm, &(*out)->rank));
  return NTKW_SUCCESS;
}

/* Check that the lock in the folder is still this one. Not collective. */
static ntkw_status check_held(const ntkw_folder_lock *lock) {
  lock_owner now;
  const int seen = read_lock(lock->path, &now);
  NTKW_CHECK(seen != 0, NTKW_ERR_FILE, "the lock %s of this run is gone: nothing is published", lock->path);
  NTKW_CHECK(seen > 0, NTKW_ERR_FILE, "the lock %s of this run cannot be read: %s; nothing is published", lock->path,
             strerror(errno));
  NTKW_CHECK(now.nonce == lock->owner.nonce, NTKW_ERR_FILE,
             "the lock %s was taken by process %" PRId64 " on %s: nothing is published", lock->path, now.pid, now.host);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_lock_check_held(const ntkw_folder_lock *lock) {
  return lock->rank == 0 ? check_held(lock) : NTKW_SUCCESS;
}

static void destroy(ntkw_folder_lock *lock) {
  stop_heartbeat(lock);
  if (lock->fd >= 0 && check_held(lock) == NTKW_SUCCESS) unlink(lock->path);
  if (lock->fd >= 0) close(lock->fd);
  free(lock->path);
  free(lock);
}

static const ntkw_lock_options defaults = {.size = sizeof(ntkw_lock_options)};

void ntkw_lock_options_init_sized(ntkw_lock_options *options, size_t size) {
  ntkw_i_options_init(options, size, &defaults, sizeof defaults);
}

ntkw_status ntkw_checkpoint_lock(MPI_Comm comm, const char *folder, ntkw_lock_wait on_wait, void *data,
                                 ntkw_folder_lock **out) {
  ntkw_lock_options options = defaults;
  options.on_wait = on_wait;
  options.data = data;
  return ntkw_checkpoint_lock_patiently(comm, folder, &options, out);
}

/* Check the arguments of this rank, and copy the options. */
static ntkw_status read_arguments(const ntkw_lock_options *given, ntkw_folder_lock **out, ntkw_lock_options *options) {
  NTKW_CHECK(out, NTKW_ERR_ARGUMENT, "ntkw_checkpoint_lock: out is NULL");
  *options = defaults;
  return given ? ntkw_i_options_read(options, sizeof *options, given, "ntkw_lock_options") : NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_lock_patiently(MPI_Comm comm, const char *folder, const ntkw_lock_options *options,
                                           ntkw_folder_lock **out) {
  ntkw_lock_options all;
  MPI_Comm plain;
  ntkw_folder_lock *lock = NULL;
  if (out) *out = NULL;
  NTKW_TRY(ntkw_i_comm_duplicate(comm, "the communicator of a lock", &plain));
  ntkw_status status = ntkw_status_agree(plain, read_arguments(options, out, &all));
  if (status == NTKW_SUCCESS) status = ntkw_i_same_text_on_ranks(plain, "the folder to be locked", folder);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(plain, make(plain, folder, &lock));
  if (status == NTKW_SUCCESS) status = lock_or_wait(lock, plain, &all);
  if (status == NTKW_SUCCESS) {
    *out = lock;
    return NTKW_SUCCESS;
  }
  if (lock) destroy(lock);
  MPI_Comm_free(&plain);
  return status;
}

void ntkw_checkpoint_lock_abandon(const ntkw_folder_lock *lock) {
  if (lock && lock->fd >= 0 && check_held(lock) == NTKW_SUCCESS) unlink(lock->path);
}

void ntkw_checkpoint_unlock(ntkw_folder_lock **lock) {
  if (!lock || !*lock) return;
  MPI_Comm comm = (*lock)->comm;
  destroy(*lock);
  ntkw_i_communicator_free(&comm);
  *lock = NULL;
}
