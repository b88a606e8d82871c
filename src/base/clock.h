/* The clock for durations. */
#ifndef NTKW_BASE_CLOCK_H
#define NTKW_BASE_CLOCK_H

#include <time.h>

/* Seconds of the monotonic clock. Changes of the time of day do not move it. Local. */
static inline double ntkw_i_clock_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
