/* Names of files that a run writes into its folder. */
#ifndef NTKW_CLI_TRAIN_RESERVED_NAMES_H
#define NTKW_CLI_TRAIN_RESERVED_NAMES_H

#include "ntkw/status.h"

/* Refuse a path of the user's (what: its name in messages) that is one of the files which a run in this folder writes
 * itself, as one would replace the other. The folder exists. path may be NULL. Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT (names the path). */
ntkw_status reserved_names_check(const char *what, const char *path, const char *folder);

#endif
