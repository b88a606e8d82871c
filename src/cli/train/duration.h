/* Lengths of time on a command line. */
#ifndef NTKW_CLI_TRAIN_DURATION_H
#define NTKW_CLI_TRAIN_DURATION_H

#include "ntkw/status.h"

/* Read a length of time in seconds. A plain number means seconds; MM:SS, HH:MM:SS, D-HH, D-HH:MM and D-HH:MM:SS are as
 * in Slurm; UNLIMITED gives INFINITY. The first field may have up to nine digits; the others must be below 60 (hours
 * after days: below 24). Local.
 * @param[in] name  the option, for messages.
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT: another form, or 0. */
ntkw_status duration_read(const char *name, const char *text, double *seconds);

#endif
