/* Output of ntkw train before the first step and after the last one; progress.h has the lines between. Call these
 * functions on every rank; rank 0 prints. */
#ifndef NTKW_CLI_TRAIN_REPORT_H
#define NTKW_CLI_TRAIN_REPORT_H

#include "cli/train/run.h"

/* Print warnings about the problem, then network, ranks and weighting, then warnings of points without an exact value.
 * file: the name of the problem file. */
void report_start(const run *run, const char *file);

/* Print the reason of the stop, the checkpoint, and the command that continues. file: as on the command line, or NULL.
 * @return EXIT_REQUEUE. */
exit_code report_stop(const run *run, const char *file);

/* Print the error, the files, and the command that continues. drawn: picture.png was made. has_no_gnuplot: if it was
 * not made, the reason is that rank 0 has no gnuplot. */
void report_results(const run *run, const char *file, bool drawn, bool has_no_gnuplot);

#endif
