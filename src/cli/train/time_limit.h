/* Decide when a run stops before its last step: after a signal, or when its time is nearly over.
 *
 * Each rank notes its own signals (cli/signals.h); rank 0 alone checks the time. The result of time_limit_stops_after
 * is reduced together with the step's other data, so that all ranks stop after the same step. */
#ifndef NTKW_CLI_TRAIN_TIME_LIMIT_H
#define NTKW_CLI_TRAIN_TIME_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* Times in seconds, of the monotonic clock that MPI_Wtime shows. */
typedef struct time_limit {
  double end;        /* time at which the process should be gone; INFINITY: no limit */
  double reserve;    /* kept free between the last checkpoint and the end */
  double step_time;  /* the slowest of the latest steps */
  double write_time; /* of the slowest checkpoint; an estimate before the first */
  double began;      /* start of the present step; NAN: none yet */
  double spent;      /* on checkpoints since then */
  bool measured;     /* write_time is measured */
  bool expired;      /* time_limit_stops_after was true because of the time */
} time_limit;

/* Start at time `now`. Local.
 *
 * @param[in] limit      seconds from now until the process should be gone; INFINITY: no limit.
 * @param[in] end_time   when the job's allocation ends, in seconds since 1970, as in SLURM_JOB_END_TIME; NULL: not
 *                       known. A past time, or a text that is no number, is no limit.
 * @param[in] unix_now   seconds since 1970.
 * @param[in] bytes      approximate size of a checkpoint, for the estimate of its time until one has been written. */
time_limit time_limit_start(double now, double limit, const char *end_time, double unix_now, int64_t bytes);

/* Call it at the beginning of a step: should this be the last one? True after a signal; and if the time might not
 * suffice for this step, its checkpoint if one is due, another step and another checkpoint. Local. */
bool time_limit_stops_after(time_limit *limit, double now, bool checkpoint_due);

/* Add the time of a checkpoint that training waited for. Local. */
void time_limit_add_checkpoint(time_limit *limit, double seconds);

/* Add time that belongs neither to the step nor to a checkpoint that training waited for. Local. */
void time_limit_add_pause(time_limit *limit, double seconds);

/* The reason of the stop, for a message of rank 0: "the time limit", or "a signal". */
const char *time_limit_cause(const time_limit *limit);

#endif
