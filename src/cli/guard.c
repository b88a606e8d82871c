#include "cli/guard.h"
#include "base/thread.h"
#include "cli/command.h"
#include "cli/launch.h"
#include "cli/signals.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS_A_SECOND = 4, PATIENT_LOOKS = 8 }; /* checks after a signal before the process is ended */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static const ntkw_folder_lock *lock_held;
static bool nothing_to_save;

void guard_nothing_to_save(bool nothing) {
  pthread_mutex_lock(&mutex);
  nothing_to_save = nothing;
  pthread_mutex_unlock(&mutex);
}

void guard_lock(const ntkw_folder_lock *lock) {
  pthread_mutex_lock(&mutex);
  lock_held = lock;
  pthread_mutex_unlock(&mutex);
}

/* End the process. Call it with the mutex held. It does not wait for a reader of stderr that does not read. */
static void leave(exit_code code, const char *sentence) {
  struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
  ntkw_checkpoint_lock_abandon(lock_held);
  if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) && write(STDERR_FILENO, sentence, strlen(sentence)) < 0)
    _exit(code);
  _exit(code);
}

static void *look(void *data) {
  const struct timespec pause = {0, 1000000000 / LOOKS_A_SECOND};
  for (int unheard = 0;;) {
    nanosleep(&pause, NULL);
    pthread_mutex_lock(&mutex);
    if (launch_is_orphan()) leave(EXIT_INTERNAL, "ntkw: the launcher that started this rank is gone: the rank ends\n");
    unheard = nothing_to_save && signals_noted() != 0 ? unheard + 1 : 0;
    if (unheard > PATIENT_LOOKS) leave(EXIT_REQUEUE, "ntkw: stopped by a signal before there was anything to save\n");
    pthread_mutex_unlock(&mutex);
  }
  return data;
}

void guard_start(void) {
  pthread_t thread;
  if (ntkw_i_thread_start_masked(&thread, look, NULL) == 0) pthread_detach(thread);
}
