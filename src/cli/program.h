/* Run other programs without a shell. */
#ifndef NTKW_CLI_PROGRAM_H
#define NTKW_CLI_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/status.h"

/* Find a program in the folders of PATH, like a shell. path: set to its absolute path. Local. @return false: there is
 * no such program. */
bool program_find(const char *name, char *path, size_t size);

typedef struct program_call {
  const char *path;       /* absolute */
  char *const *arguments; /* the first is the program's name; ends with NULL */
  const char *folder;     /* working folder */
  const char *log;        /* file in that folder for standard output and error; standard input is empty */
  const char *unset;      /* prefix of environment variables that the program does not get; NULL: none */
  double most_seconds;    /* the program is killed after this time, or when a signal is noted (signals.h) */
} program_call;

/* Run the program and wait for its end. All signals have their default actions in it, and none is blocked. Local.
 * @return NTKW_SUCCESS (exit code 0), NTKW_ERR_FILE (another exit code, too much time, or it cannot be started),
 *         NTKW_ERR_INTERRUPTED (a signal came). */
ntkw_status program_run(const program_call *call);

#endif
