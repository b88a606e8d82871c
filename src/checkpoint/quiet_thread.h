/* A thread that no signal reaches: they are for the thread that computes. */
#ifndef NTKW_CHECKPOINT_QUIET_THREAD_H
#define NTKW_CHECKPOINT_QUIET_THREAD_H

#include <pthread.h>

/* pthread_create with all signals blocked in the new thread. Local. @return 0, or an error number. */
int ntkw_i_quiet_thread(pthread_t *thread, void *(*run)(void *), void *data);

#endif
