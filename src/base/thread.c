#include "base/thread.h"

#include <signal.h>

int ntkw_i_thread_start_masked(pthread_t *thread, void *(*run)(void *), void *data) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failed = pthread_create(thread, NULL, run, data);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failed;
}
