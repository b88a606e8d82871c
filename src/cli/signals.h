/* The signals of the ntkw program.
 *
 * SIGXFSZ is ignored in every subcommand, so that a write beyond the limit of file sizes is an error with a sentence.
 * All other signals keep the system's default, including SIGPIPE: ntkw show FILE | head ends silently. A subcommand
 * that has something to save calls signals_catch. */
#ifndef NTKW_CLI_SIGNALS_H
#define NTKW_CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Ignore SIGXFSZ, and store whether SIGHUP is ignored. Call it at the start of the program, before MPI_Init. Local. */
void signals_begin(void);

/* From here on note SIGTERM, SIGINT, SIGUSR1, SIGUSR2 and SIGXCPU, and SIGHUP unless it was ignored at the start
 * (nohup). These signals are unblocked. A second SIGINT ends the process at once. SIGPIPE is ignored, so that the
 * process continues when a reader of its output goes away. Local. */
void signals_catch(void);

/* The last signal that was noted; 0: none. Local; from any thread. */
int signals_noted(void);

/* Was SIGHUP ignored when the program started? */
bool signals_hangup_ignored(void);

/* The signals that signals_begin and signals_catch ignore: a child process should have their default. */
sigset_t signals_ignored(void);

#endif
