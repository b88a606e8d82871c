/* What ntkw train tells before the first step and after the last one; the lines between are progress.h's. All functions
 * are called on every rank, and rank 0 prints. */
#ifndef NTKW_CLI_TRAIN_REPORT_H
#define NTKW_CLI_TRAIN_REPORT_H

#include "cli/train/run.h"

/* Warnings about the problem, then network, ranks and weighting, then points without an exact value. file: the name of
 * the problem file. */
void report_start(const run *run, const char *file);

/* What stopped the run, its checkpoint, and the command that goes on. file: as on the command line, or NULL.
 * @return EXIT_REQUEUE. */
exit_code report_stop(const run *run, const char *file);

/* Error, files, and the command that goes on. drawn: there is a picture; has_no_gnuplot: that is why there is none. */
void report_results(const run *run, const char *file, bool drawn, bool has_no_gnuplot);

#endif
