/* A team of threads that wait until there is work, and then all do it: one rank's. Threads of POSIX rather than OpenMP,
 * so that the sanitizers see every lock, and a waiting thread sleeps instead of taking a core from another rank.
 *
 * The members other than the first block all signals, which the first one, the caller's thread, is to get; it alone may
 * call MPI (MPI_THREAD_FUNNELED). All functions are local. */
#ifndef NTKW_PINN_TEAM_H
#define NTKW_PINN_TEAM_H

#include "ntkw/status.h"

enum { MAX_THREADS = 256 };

typedef struct team team;

/* A team of n members, 1 to MAX_THREADS: the caller and n - 1 threads that are started here. NTKW_ERR_ARGUMENT,
 * NTKW_ERR_MEMORY (a thread could not be started). */
ntkw_status team_create(int n, team **out);
/* End the threads. Takes NULL. */
void team_destroy(team **handle);

int team_size(const team *crew);

/* work(argument, member) for every member at once, member 0 on the caller's thread; returns when all have returned. What
 * the caller wrote before is seen by all, and what they wrote is seen by the caller afterwards. */
void team_run(team *crew, void (*work)(void *argument, int member), void *argument);

/* How many threads the environment asks for: the first number of OMP_NUM_THREADS, or 1. */
int team_size_wanted(void);

#endif
