/* One rule of a replay: its weighting, and the comparison with the recording. */
#ifndef NTKW_CLI_REPLAY_RULE_REPLAY_H
#define NTKW_CLI_REPLAY_RULE_REPLAY_H

#include "cli/replay/comparison.h"
#include "cli/replay/shard_plan.h"
#include "ntkw/weighting.h"

/* Options of the command line. */
typedef struct rule_replay_options {
  const char *rule;        /* NULL: the recorded one */
  double alpha, tolerance; /* negative: not chosen */
  int64_t every;           /* 0: not chosen */
} rule_replay_options;

typedef struct rule_replay {
  ntkw_weighting *weighting;
  comparison found;
  bool renewed; /* in the last step */
  double total; /* of the last step */
} rule_replay;

/* Create the weighting, with the recorded rule, alpha and schedule unless the options give others. Collective. Destroy
 * *new, after an error too. @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT: there is no such rule, or
 * it needs values that the recording lacks. */
ntkw_status rule_replay_create(const recorded_run *recorded, const rule_replay_options *options, rule_replay *new);
void rule_replay_destroy(rule_replay *gone); /* collective */

/* Add a piece of this rank's shard of the gradients of all conditions; values has shape [C, piece->count]. Local. */
ntkw_status rule_replay_add_gradients(rule_replay *to, const recorded_run *recorded, const shard_piece *piece,
                                      const void *values);

/* Update the weights from the gradients added and the recorded losses and traces of the step, if it is due, and compare
 * with the recording. Collective. Every step reduces, due or not, so that all recorded norms are checked. */
ntkw_status rule_replay_step(rule_replay *of, const recorded_run *recorded, int64_t step);

#endif
