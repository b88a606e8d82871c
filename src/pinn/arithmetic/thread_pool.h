/* A pool of threads of one rank. The threads sleep until there is work, then all of them run it. POSIX threads rather
 * than OpenMP, so that sanitizers see every lock, and a waiting thread does not take a core from another rank.
 *
 * Worker 0 is the calling thread. Only it may call MPI (MPI_THREAD_FUNNELED), and it receives all signals: the other
 * workers block them. No function here is collective. */
#ifndef NTKW_PINN_THREAD_POOL_H
#define NTKW_PINN_THREAD_POOL_H

#include "ntkw/status.h"

enum { MAX_THREADS = 256 };

typedef struct thread_pool thread_pool;

/* Create a pool of n workers, 1 to MAX_THREADS: the caller and n - 1 new threads.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT (n), NTKW_ERR_MEMORY (a thread could not be started). */
ntkw_status thread_pool_create(int n, thread_pool **out);
/* End the threads. Takes NULL. */
void thread_pool_destroy(thread_pool **handle);

int thread_pool_size(const thread_pool *pool);

/* Call work(argument, worker) for all workers at once, worker 0 on the calling thread. Returns when all have returned.
 * Workers see everything that the caller wrote before; the caller sees everything that they wrote. */
void thread_pool_run(thread_pool *pool, void (*work)(void *argument, int worker), void *argument);

/* Number of threads requested by the environment: the first number of OMP_NUM_THREADS, or 1. */
int thread_pool_size_wanted(void);

#endif
