/* The report of a replay. */
#ifndef NTKW_CLI_REPLAY_REPORT_H
#define NTKW_CLI_REPLAY_REPORT_H

#include <stdio.h>
#include "cli/replay/rule_replay.h"

/* For each rule print its name, the comparison and, if its weights are not compared, the weights; of several rules
 * print the weights side by side. The output depends neither on the number of ranks nor on the cut. Call it on one
 * rank. */
void report_replay(FILE *out, const char *file, const recorded_run *recorded, const rule_replay rules[], int n);

#endif
