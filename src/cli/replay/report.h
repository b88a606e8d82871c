/* What a replay prints in the end. */
#ifndef NTKW_CLI_REPLAY_REPORT_H
#define NTKW_CLI_REPLAY_REPORT_H

#include <stdio.h>
#include "cli/replay/rule_replay.h"

/* For each replayed rule its name, the comparison and, if its weights are not compared, these; of several, the weights side
 * by side. Depends on neither the number of ranks nor the cut. To be called on one rank. */
void report_replay(FILE *out, const char *file, const recorded_run *t, const rule_replay rules[], int n);

#endif
