/* Threads that each fill a sum and merge them get the serial sum, for any number and order of threads.
 *
 * This program does not use MPI, because it is also built with ThreadSanitizer (threads_without_races.sh). Arguments:
 * --start ends at once; --race lets all threads add to one sum, which ThreadSanitizer must report. */
#include "ntkw/sum.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 60000, PIECE = 937, THREADS_MAX = 13 };

static float narrow[COUNT];
static double wide[COUNT];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool race;
static int failures;

typedef struct job {
  pthread_t thread;
  int number, threads;
  ntkw_sum *total;
  bool failed;
} job;

/* Random mantissas, exponents like those of gradients; a few values are far larger or smaller, or not finite. */
static void fill(void) {
  uint64_t state = 88172645463325252u;
  for (int i = 0; i < COUNT; i++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17; /* xorshift, Marsaglia 2003 */
    const uint64_t field = i % 5000 == 77 ? 2047 : i % 900 == 5 ? state % 2047 : 990 + state % 30;
    const uint64_t bits = (state & 0x800fffffffffffff) | field << 52;
    memcpy(&wide[i], &bits, sizeof bits);
    const uint32_t half = (uint32_t)(state >> 32 & 0x807fffff) | (uint32_t)(field % 256) << 23;
    memcpy(&narrow[i], &half, sizeof half);
  }
}

static void add_pieces(ntkw_sum *sum, int number, int threads) {
  for (int from = number * PIECE; from < COUNT; from += threads * PIECE) {
    const size_t count = (size_t)(COUNT - from < PIECE ? COUNT - from : PIECE);
    ntkw_sum_add_squares(sum, wide + from, count, NTKW_FLOAT64);
    ntkw_sum_add_squares(sum, narrow + from, count, NTKW_FLOAT32);
    ntkw_sum_add_magnitudes(sum, narrow + from, count, NTKW_BFLOAT16);
  }
}

/* ntkw_last_error() is separate for each thread. */
static bool keeps_its_sentence(int number) {
  char sentence[200];
  ntkw_sum sum;
  ntkw_sum_zero(&sum, NTKW_FLOAT64);
  ntkw_sum_add_squares(&sum, NULL, (size_t)(number + 1), NTKW_FLOAT64);
  snprintf(sentence, sizeof sentence, "ntkw_sum_add_squares: values is NULL, but count is %d", number + 1);
  return strcmp(sentence, ntkw_last_error()) == 0;
}

static void *work(void *argument) {
  job *own = argument;
  ntkw_sum sum;
  ntkw_sum_zero(&sum, NTKW_FLOAT64);
  if (race)
    add_pieces(own->total, own->number, own->threads);
  else
    add_pieces(&sum, own->number, own->threads);
  own->failed = !keeps_its_sentence(own->number);
  pthread_mutex_lock(&lock);
  if (ntkw_sum_merge(own->total, &sum) != NTKW_SUCCESS) own->failed = true;
  pthread_mutex_unlock(&lock);
  return NULL;
}

static ntkw_sum sum_by(int threads) {
  job jobs[THREADS_MAX];
  ntkw_sum total;
  ntkw_sum_zero(&total, NTKW_FLOAT64);
  for (int t = 0; t < threads; t++) {
    jobs[t] = (job){.number = t, .threads = threads, .total = &total};
    if (pthread_create(&jobs[t].thread, NULL, work, &jobs[t]) != 0) exit(2);
  }
  for (int t = 0; t < threads; t++) {
    pthread_join(jobs[t].thread, NULL);
    failures += jobs[t].failed;
  }
  ntkw_sum_normalise(&total);
  return total;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--start") == 0) return 0;
  race = argc > 1 && strcmp(argv[1], "--race") == 0;
  fill();
  /* Threads first, so that several of them choose the kernels at the same time. */
  ntkw_sum by_threads[THREADS_MAX + 1], serial;
  for (int threads = THREADS_MAX; threads > 0; threads--) by_threads[threads] = sum_by(threads);
  ntkw_sum_zero(&serial, NTKW_FLOAT64);
  add_pieces(&serial, 0, 1);
  ntkw_sum_normalise(&serial);
  for (int threads = 1; threads <= THREADS_MAX; threads++)
    if (memcmp(&by_threads[threads], &serial, sizeof serial) != 0) {
      failures++;
      fprintf(stderr, "the sum of %d threads is %.17g, the serial one %.17g\n", threads,
              ntkw_sum_value(&by_threads[threads]), ntkw_sum_value(&serial));
    }
  if (serial.count != 3 * COUNT || serial.not_finite == 0) failures++;
  printf("sum threads: %d failed: %s\n", failures, failures == 0 ? "passed" : "FAILED");
  return failures != 0;
}
