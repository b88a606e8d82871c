/* What every subcommand of ntkw shares: its entry, its help, and how it ends. */
#ifndef NTKW_CLI_COMMAND_H
#define NTKW_CLI_COMMAND_H

#include <mpi.h>
#include "ntkw/status.h"

/* Exit codes of the ntkw program; the same on every rank. Listed in ntkw --help and README.md. */
typedef enum exit_code {
  EXIT_DONE = 0,      /* all done */
  EXIT_DEVIATES = 1,  /* replay: beyond the tolerance */
  EXIT_USAGE = 2,     /* wrong arguments */
  EXIT_PROBLEM = 3,   /* the problem file is wrong, or not the checkpoint's */
  EXIT_FILE = 4,      /* a file could not be read or written, or is damaged */
  EXIT_DIVERGED = 5,  /* losses or parameters are not finite: do not requeue */
  EXIT_INTERNAL = 6,  /* out of memory, MPI failed */
  EXIT_COME_BACK = 85 /* stopped by a signal after a checkpoint: continue with --resume */
} exit_code;

/* A subcommand: its name, a line for ntkw --help, its own help, and what it does. argv[0] is the subcommand's name. */
typedef struct command {
  const char *name, *summary, *help;
  exit_code (*run)(int argc, char **argv);
} command;

extern const command train_command, replay_command, show_command;

/* Print "ntkw: sentence" on rank 0's stderr and return the exit code that belongs to the status. */
exit_code command_failed(ntkw_status status);

/* Print "ntkw SUBCOMMAND: ..." with a hint at --help on rank 0's stderr and return EXIT_USAGE. */
exit_code usage_error(const char *subcommand, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Rank in MPI_COMM_WORLD. */
int command_rank(void);

#endif
