/* A rule that a trace is replayed under: its weighting, and what it gave. Names of rules are the library's business. */
#ifndef NTKW_CLI_REPLAY_CANDIDATE_H
#define NTKW_CLI_REPLAY_CANDIDATE_H

#include "cli/replay/comparison.h"
#include "cli/replay/cut.h"
#include "ntkw/weighting.h"

/* What the user chose. */
typedef struct candidate_options {
  const char *rule;        /* NULL: the recorded one */
  double alpha, tolerance; /* negative: not chosen */
  int64_t every;           /* 0: not chosen */
} candidate_options;

typedef struct candidate {
  ntkw_weighting *weighting;
  comparison found;
  bool renewed; /* in the last step */
  double total; /* of the last step */
} candidate;

/* Rule, alpha and schedule are the trace's unless the user chose others. Collective.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT: there is no such rule, or it needs what no trace
 * holds. *new is to be destroyed, after an error too. */
ntkw_status candidate_create(const recorded_run *t, const candidate_options *options, candidate *new);
void candidate_destroy(candidate *gone); /* collective */

/* Hand over a piece of this rank's shard of all conditions' gradients: values has shape [C, piece->count]. Local. */
ntkw_status candidate_add(candidate *to, const recorded_run *t, const cut_piece *piece, const void *values);

/* Renew the weights by what was added and by the step's recorded losses and traces, if the step is due, and compare with the recording. Collective. The reduction
 * takes place in every step, due or not, so that all recorded norms are checked. */
ntkw_status candidate_step(candidate *of, const recorded_run *t, int64_t step);

#endif
