/* Why a run ends before its last step: it was asked to by a signal, or its time is nearly over.
 *
 * Signals (cli/signals.h) are noted on the rank that gets them; time is watched on rank 0 alone. Neither is acted upon alone: what
 * time_limit_stops_after says goes into the step's own reduction, and all ranks stop after the same step. */
#ifndef NTKW_CLI_TRAIN_TIME_LIMIT_H
#define NTKW_CLI_TRAIN_TIME_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* Times in seconds, of the monotonic clock that MPI_Wtime shows. */
typedef struct time_limit {
  double end;        /* the process should be gone by then; INFINITY: no limit */
  double reserve;    /* between the last checkpoint and the end, for ending */
  double step_time;  /* the slowest of the latest steps */
  double write_time; /* the slowest checkpoint; before the first one a guess */
  double began;      /* the present step; NAN: none yet */
  double spent;      /* on checkpoints since then */
  bool measured;     /* write_time is no guess */
  bool expired;      /* time_limit_stops_after said so because of the time */
} time_limit;

/* A watch that starts at now. Local.
 *
 * @param[in] limit      seconds from now until the process should be gone; INFINITY: no limit of its own.
 * @param[in] end_time   when the job's allocation ends, in seconds since 1970 as SLURM_JOB_END_TIME says it; NULL: not
 *                       known. A time that is past, and a text that is no number, are no limit.
 * @param[in] unix_now   seconds since 1970.
 * @param[in] bytes      of a checkpoint, about: until one has been written, its time is guessed from this. */
time_limit time_limit_start(double now, double limit, const char *end_time, double unix_now, int64_t bytes);

/* At the beginning of a step: should it be the last one? True after a signal; and when, after this step and the
 * checkpoint that follows if one is due anyway, the time might not suffice for another step and a checkpoint. Local.
 */
bool time_limit_stops_after(time_limit *limit, double now, bool checkpoint_due);

/* A checkpoint took so long to write. Local. */
void time_limit_add_checkpoint(time_limit *limit, double seconds);

/* Something that does not belong to the step, and is no checkpoint written at once, took so long. Local. */
void time_limit_add_pause(time_limit *limit, double seconds);

/* What made the run stop, for a message of rank 0, which watches the time: "the time limit", or "a signal". */
const char *time_limit_cause(const time_limit *limit);

#endif
