/* Threads that receive no signals: these are for the thread that computes. */
#ifndef NTKW_BASE_THREAD_H
#define NTKW_BASE_THREAD_H

#include <pthread.h>

/* pthread_create with all signals blocked in the new thread. Local. @return 0, or an error number. */
int ntkw_i_thread_start_masked(pthread_t *thread, void *(*run)(void *), void *data);

#endif
