/* A rule that a trace is replayed under: its weighting, and what it gave. Names of rules are the library's business. */
#ifndef NTKW_CLI_REPLAY_RULE_REPLAY_H
#define NTKW_CLI_REPLAY_RULE_REPLAY_H

#include "cli/replay/comparison.h"
#include "cli/replay/shard_plan.h"
#include "ntkw/weighting.h"

/* What the user chose. */
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

/* Rule, alpha and schedule are the trace's unless the user chose others. Collective.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT: there is no such rule, or it needs what no trace
 * holds. *new is to be destroyed, after an error too. */
ntkw_status rule_replay_create(const recorded_run *t, const rule_replay_options *options, rule_replay *new);
void rule_replay_destroy(rule_replay *gone); /* collective */

/* Hand over a piece of this rank's shard of all conditions' gradients: values has shape [C, piece->count]. Local. */
ntkw_status rule_replay_add_gradients(rule_replay *to, const recorded_run *t, const shard_piece *piece,
                                      const void *values);

/* Renew the weights by what was added and by the step's recorded losses and traces, if the step is due, and compare with the recording. Collective. The reduction
 * takes place in every step, due or not, so that all recorded norms are checked. */
ntkw_status rule_replay_step(rule_replay *of, const recorded_run *t, int64_t step);

#endif
