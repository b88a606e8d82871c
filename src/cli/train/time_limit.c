#include "cli/train/time_limit.h"
#include "cli/signals.h"

#include <math.h>
#include <stdlib.h>

/* A checkpoint may take longer than the slowest one so far, by this factor. */
static const double WRITE_MARGIN = 2.0;
/* Factor per step by which the time of the slowest step decays: one slow step counts for a few thousand steps. */
static const double STEP_MEMORY = 0.9995;
/* Seconds for ending the process; in a job, the script must also requeue the job in this time. */
static const double RESERVE = 1.0, RESERVE_IN_JOB = 15.0;
/* Estimate for the first checkpoint: bytes a second of a slow file system, and the latency. */
static const double GUESSED_SPEED = 50e6, GUESSED_LATENCY = 0.25;

/* Seconds until the end of the job's allocation; INFINITY if that is not known. */
static double left_of_job(const char *end_time, double unix_now) {
  char *end;
  if (!end_time) return INFINITY;
  const double at = strtod(end_time, &end);
  return end != end_time && *end == '\0' && at > unix_now ? at - unix_now : INFINITY;
}

time_limit time_limit_start(double now, double limit, const char *end_time, double unix_now, int64_t bytes) {
  const double of_job = left_of_job(end_time, unix_now);
  const bool job_first = of_job - RESERVE_IN_JOB < limit - RESERVE;
  return (time_limit){.end = now + (job_first ? of_job : limit),
                      .reserve = job_first ? RESERVE_IN_JOB : RESERVE,
                      .write_time = GUESSED_LATENCY + (double)bytes / GUESSED_SPEED,
                      .began = NAN};
}

static void measure_step(time_limit *limit, double now) {
  const double took = now - limit->began - limit->spent;
  limit->step_time *= STEP_MEMORY;
  if (took > limit->step_time) limit->step_time = took; /* false before the first step, when took is NaN */
  limit->began = now;
  limit->spent = 0.0;
}

bool time_limit_stops_after(time_limit *limit, double now, bool checkpoint_due) {
  measure_step(limit, now);
  const double write = WRITE_MARGIN * limit->write_time;
  const double needed = 2.0 * limit->step_time + (checkpoint_due ? 2.0 : 1.0) * write + limit->reserve;
  limit->expired = limit->expired || limit->end - now < needed;
  return limit->expired || signals_noted() != 0;
}

void time_limit_add_pause(time_limit *limit, double seconds) {
  limit->spent += seconds;
}

void time_limit_add_checkpoint(time_limit *limit, double seconds) {
  time_limit_add_pause(limit, seconds);
  if (!limit->measured || seconds > limit->write_time) limit->write_time = seconds;
  limit->measured = true;
}

const char *time_limit_cause(const time_limit *limit) {
  return limit->expired && signals_noted() == 0 ? "the time limit" : "a signal";
}
