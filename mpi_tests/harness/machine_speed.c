/* Prints how many times slower this machine is than a usual one, as a whole number from 1 to 20. Time-outs of tests are
 * multiplied by it. It measures scalar arithmetic with libm's fma and memory accesses, because tests spend their time
 * on these. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FUSED = 20000000, WORDS = 1 << 22, SLOWEST = 20 };
static const double USUAL_SECONDS = 0.25; /* on two cores that also do other work */

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double fused(void) {
  volatile double factor = 0.999999;
  double sum = 1;
  for (int i = 0; i < FUSED; i++) sum = fma(sum, factor, 1e-9);
  return sum;
}

static uint64_t scattered(void) {
  uint64_t *words = calloc(WORDS, sizeof *words), at = 1;
  if (!words) return 0;
  for (int i = 0; i < WORDS; i++) {
    at = at * 6364136223846793005u + 1442695040888963407u;
    words[(at >> 33) % WORDS] += at;
  }
  at = words[at % WORDS];
  free(words);
  return at;
}

int main(void) {
  const double begin = seconds();
  volatile double keep = fused() + (double)scattered();
  (void)keep;
  const double ratio = ceil((seconds() - begin) / USUAL_SECONDS);
  printf("%d\n", ratio < 1 ? 1 : ratio > SLOWEST ? SLOWEST : (int)ratio);
  return 0;
}
