#include "pinn/training/team.h"
#include "base/check.h"
#include "base/thread.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct member {
  team *crew;
  int index;
  pthread_t thread;
} member;

struct team {
  int n, n_started; /* members; threads beside the caller's */
  pthread_mutex_t lock;
  pthread_cond_t begin, end;
  /* guarded by lock */
  unsigned long round; /* raised when there is work */
  int n_busy;
  bool leaving;
  void (*work)(void *argument, int member);
  void *argument;
  member members[];
};

/* Wait for the round after the last one; false: the team is dissolved. */
static bool wait_for_work(team *crew, unsigned long *round) {
  pthread_mutex_lock(&crew->lock);
  while (crew->round == *round && !crew->leaving) pthread_cond_wait(&crew->begin, &crew->lock);
  const bool work = !crew->leaving;
  *round = crew->round;
  pthread_mutex_unlock(&crew->lock);
  return work;
}

static void report_done(team *crew) {
  pthread_mutex_lock(&crew->lock);
  if (--crew->n_busy == 0) pthread_cond_signal(&crew->end);
  pthread_mutex_unlock(&crew->lock);
}

static void *live(void *argument) {
  const member *self = argument;
  unsigned long round = 0;
  while (wait_for_work(self->crew, &round)) {
    self->crew->work(self->crew->argument, self->index);
    report_done(self->crew);
  }
  return NULL;
}

static ntkw_status start_threads(team *crew) {
  int failure = 0;
  while (crew->n_started + 1 < crew->n && failure == 0) {
    member *next = &crew->members[crew->n_started + 1];
    *next = (member){.crew = crew, .index = crew->n_started + 1};
    failure = ntkw_i_thread_start_masked(&next->thread, live, next);
    crew->n_started += failure == 0;
  }
  NTKW_CHECK(failure == 0, NTKW_ERR_MEMORY, "only %d of %d threads could be started: %s", crew->n_started + 1, crew->n,
             strerror(failure));
  return NTKW_SUCCESS;
}

ntkw_status team_create(int n, team **out) {
  *out = NULL;
  NTKW_CHECK(n >= 1 && n <= MAX_THREADS, NTKW_ERR_ARGUMENT, "%d threads a rank, expected 1 to %d", n, MAX_THREADS);
  team *crew = calloc(1, sizeof *crew + (size_t)n * sizeof *crew->members);
  NTKW_CHECK(crew, NTKW_ERR_MEMORY, "out of memory for %d threads", n);
  crew->n = n;
  pthread_mutex_init(&crew->lock, NULL);
  pthread_cond_init(&crew->begin, NULL);
  pthread_cond_init(&crew->end, NULL);
  *out = crew;
  const ntkw_status status = start_threads(crew);
  if (status != NTKW_SUCCESS) team_destroy(out);
  return status;
}

void team_destroy(team **handle) {
  team *crew = *handle;
  if (!crew) return;
  pthread_mutex_lock(&crew->lock);
  crew->leaving = true;
  pthread_cond_broadcast(&crew->begin);
  pthread_mutex_unlock(&crew->lock);
  for (int i = 1; i <= crew->n_started; i++) pthread_join(crew->members[i].thread, NULL);
  pthread_mutex_destroy(&crew->lock);
  pthread_cond_destroy(&crew->begin);
  pthread_cond_destroy(&crew->end);
  free(crew);
  *handle = NULL;
}

int team_size(const team *crew) {
  return crew->n;
}

void team_run(team *crew, void (*work)(void *argument, int member), void *argument) {
  if (crew->n > 1) {
    pthread_mutex_lock(&crew->lock);
    crew->work = work;
    crew->argument = argument;
    crew->n_busy = crew->n_started;
    crew->round++;
    pthread_cond_broadcast(&crew->begin);
    pthread_mutex_unlock(&crew->lock);
  }
  work(argument, 0);
  if (crew->n == 1) return;
  pthread_mutex_lock(&crew->lock);
  while (crew->n_busy > 0) pthread_cond_wait(&crew->end, &crew->lock);
  pthread_mutex_unlock(&crew->lock);
}

int team_size_wanted(void) {
  const char *text = getenv("OMP_NUM_THREADS");
  const long n = text ? strtol(text, NULL, 10) : 1;
  return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (int)n;
}
