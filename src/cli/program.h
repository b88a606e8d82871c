/* Other programs, run without a shell. */
#ifndef NTKW_CLI_PROGRAM_H
#define NTKW_CLI_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/status.h"

/* Find a program as a shell would, by PATH. path: where it is, absolute. Local. False: there is none. */
bool program_find(const char *name, char *path, size_t size);

typedef struct program_call {
  const char *path;       /* absolute */
  char *const *arguments; /* the first is the program's name; ends with NULL */
  const char *folder;     /* where it runs */
  const char *log;        /* a file there, for what it prints; its standard input is empty */
  const char *unset;      /* variables whose name begins so are not handed on; NULL: all are */
  double most_seconds;    /* it is killed then, and when a signal is noted (signals.h) */
} program_call;

/* Run it to its end, with the default actions of all signals, none of them blocked. Local.
 * @return NTKW_SUCCESS: it ended with 0; NTKW_ERR_FILE: it did not, or could not be started; NTKW_ERR_INTERRUPTED:
 *         a signal came. */
ntkw_status program_run(const program_call *call);

#endif
