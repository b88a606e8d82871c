#include "pinn/arithmetic/thread_pool.h"
#include "base/check.h"
#include "base/thread.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct worker {
  thread_pool *pool;
  int index;
  pthread_t thread;
} worker;

struct thread_pool {
  int n, n_started; /* workers; threads started besides the caller */
  pthread_mutex_t lock;
  pthread_cond_t begin, end;
  /* guarded by lock: */
  unsigned long round; /* incremented when there is work */
  int n_busy;
  bool ending;
  void (*work)(void *argument, int worker);
  void *argument;
  worker workers[];
};

/* Wait for the round after the last one; false: the pool is being destroyed. */
static bool wait_for_work(thread_pool *pool, unsigned long *round) {
  pthread_mutex_lock(&pool->lock);
  while (pool->round == *round && !pool->ending) pthread_cond_wait(&pool->begin, &pool->lock);
  const bool work = !pool->ending;
  *round = pool->round;
  pthread_mutex_unlock(&pool->lock);
  return work;
}

static void report_done(thread_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  if (--pool->n_busy == 0) pthread_cond_signal(&pool->end);
  pthread_mutex_unlock(&pool->lock);
}

static void *worker_main(void *argument) {
  const worker *self = argument;
  unsigned long round = 0;
  while (wait_for_work(self->pool, &round)) {
    self->pool->work(self->pool->argument, self->index);
    report_done(self->pool);
  }
  return NULL;
}

static ntkw_status start_threads(thread_pool *pool) {
  int failure = 0;
  while (pool->n_started + 1 < pool->n && failure == 0) {
    worker *next = &pool->workers[pool->n_started + 1];
    *next = (worker){.pool = pool, .index = pool->n_started + 1};
    failure = ntkw_i_thread_start_masked(&next->thread, worker_main, next);
    pool->n_started += failure == 0;
  }
  NTKW_CHECK(failure == 0, NTKW_ERR_MEMORY, "only %d of %d threads could be started: %s", pool->n_started + 1, pool->n,
             strerror(failure));
  return NTKW_SUCCESS;
}

ntkw_status thread_pool_create(int n, thread_pool **out) {
  *out = NULL;
  NTKW_CHECK(n >= 1 && n <= MAX_THREADS, NTKW_ERR_ARGUMENT, "%d threads a rank, expected 1 to %d", n, MAX_THREADS);
  thread_pool *pool = calloc(1, sizeof *pool + (size_t)n * sizeof *pool->workers);
  NTKW_CHECK(pool, NTKW_ERR_MEMORY, "out of memory for %d threads", n);
  pool->n = n;
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->begin, NULL);
  pthread_cond_init(&pool->end, NULL);
  *out = pool;
  const ntkw_status status = start_threads(pool);
  if (status != NTKW_SUCCESS) thread_pool_destroy(out);
  return status;
}

void thread_pool_destroy(thread_pool **handle) {
  thread_pool *pool = *handle;
  if (!pool) return;
  pthread_mutex_lock(&pool->lock);
  pool->ending = true;
  pthread_cond_broadcast(&pool->begin);
  pthread_mutex_unlock(&pool->lock);
  for (int i = 1; i <= pool->n_started; i++) pthread_join(pool->workers[i].thread, NULL);
  pthread_mutex_destroy(&pool->lock);
  pthread_cond_destroy(&pool->begin);
  pthread_cond_destroy(&pool->end);
  free(pool);
  *handle = NULL;
}

int thread_pool_size(const thread_pool *pool) {
  return pool->n;
}

void thread_pool_run(thread_pool *pool, void (*work)(void *argument, int worker), void *argument) {
  if (pool->n > 1) {
    pthread_mutex_lock(&pool->lock);
    pool->work = work;
    pool->argument = argument;
    pool->n_busy = pool->n_started;
    pool->round++;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
  }
  work(argument, 0);
  if (pool->n == 1) return;
  pthread_mutex_lock(&pool->lock);
  while (pool->n_busy > 0) pthread_cond_wait(&pool->end, &pool->lock);
  pthread_mutex_unlock(&pool->lock);
}

int thread_pool_size_wanted(void) {
  const char *text = getenv("OMP_NUM_THREADS");
  const long n = text ? strtol(text, NULL, 10) : 1;
  return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (int)n;
}
