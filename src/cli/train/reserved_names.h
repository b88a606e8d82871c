/* Names of the files that a run writes into its folder. */
#ifndef NTKW_CLI_TRAIN_RESERVED_NAMES_H
#define NTKW_CLI_TRAIN_RESERVED_NAMES_H

#include "ntkw/status.h"

/* Check that a path given by the user is not a file that a run writes into this folder: one file would overwrite the
 * other. what: name of the path in messages. The folder must exist. path may be NULL. Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT (names the path). */
ntkw_status reserved_names_check(const char *what, const char *path, const char *folder);

#endif
