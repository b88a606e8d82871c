/* The signals of the ntkw program.
 *
 * A write beyond the limit of a file's size is an error with a sentence in every subcommand (SIGXFSZ is ignored). All
 * other signals keep the system's default, SIGPIPE included: ntkw show FILE | head ends silently. A subcommand
 * that has something to save calls signals_catch. */
#ifndef NTKW_CLI_SIGNALS_H
#define NTKW_CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* At the start of the program, before MPI is initialised. Local. */
void signals_begin(void);

/* From here on SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU, and SIGHUP unless it was ignored at the start (nohup), are
 * noted, also if they were blocked; a second SIGINT ends the process at once. SIGPIPE is ignored, so that a reader that
 * goes away does not end the process. Local. */
void signals_catch(void);

/* The last signal that was noted; 0: none. Local; from any thread. */
int signals_noted(void);

/* Was SIGHUP ignored when the program started? */
bool signals_hangup_ignored(void);

/* The signals that signals_begin and signals_catch ignore: a child process should have their default. */
sigset_t signals_ignored(void);

#endif
