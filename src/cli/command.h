/* Shared by all subcommands of ntkw: entry, help, exit codes, output. */
#ifndef NTKW_CLI_COMMAND_H
#define NTKW_CLI_COMMAND_H

#include <mpi.h>
#include "cli/options.h"
#include "ntkw/status.h"

/* Exit codes of the ntkw program; the same on every rank. Listed in ntkw --help and docs/running.md. */
typedef enum exit_code {
  EXIT_DONE = 0,     /* all done */
  EXIT_DEVIATES = 1, /* replay: beyond the tolerance; replay, selftest: bits that differ */
  EXIT_USAGE = 2,    /* wrong arguments */
  EXIT_PROBLEM = 3,  /* the problem file is wrong, or not the checkpoint's */
  EXIT_FILE = 4,     /* a file could not be read or written, or is damaged */
  EXIT_DIVERGED = 5, /* losses or parameters are not finite, or a blow-up: do not requeue */
  EXIT_INTERNAL = 6, /* out of memory, MPI failed, internal error */
  EXIT_LOCKED = 7,   /* the folder is used by another run: try again when that has ended */
  EXIT_REQUEUE = 85  /* stopped by a signal or the time limit, after a checkpoint if there was a step */
} exit_code;

/* A subcommand: its name, a line for ntkw --help, its own help, and its function; argv[0] is the subcommand's name.
 * `ntkw NAME --help` prints help, then the options of the table with their defaults, then what print_more prints, then
 * notes (exit codes, an example); options, print_more and notes may be left out. before is called before MPI is
 * initialised, except with --help; it may be NULL. outlives_reader: if output is lost, tell_of_lost_output warns, and
 * the exit code does not change. */
typedef struct command {
  const char *name, *summary, *help;
  exit_code (*run)(int argc, char **argv);
  const option *options;
  int n_options;
  void (*print_more)(FILE *to);
  const char *notes;
  void (*before)(void);
  bool outlives_reader;
} command;

extern const command train_command, replay_command, show_command, verify_command, spectrum_command, selftest_command;

/* Print "ntkw: sentence" on rank 0's stderr and return the exit code of the status. Call it on every rank, after the
 * ranks agreed on the status: rank 0 then has the sentence. */
exit_code command_failed(ntkw_status status);

/* The exit code of a status. Local. */
exit_code exit_code_of(ntkw_status status);

/* Print "ntkw SUBCOMMAND: ..." with a hint at --help on rank 0's stderr and return EXIT_USAGE. An empty subcommand
 * means ntkw itself. */
exit_code usage_error(const char *subcommand, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Rank in MPI_COMM_WORLD. */
int command_rank(void);

/* Print "ntkw: warning: ..." on rank 0's stderr. */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Was some output lost because standard output cannot be written? Call it after each piece of output, as it also stores
 * the reason. Local. */
bool output_is_lost(void);

/* Warn once on rank 0's stderr that standard output cannot be written, with the reason. */
void tell_of_lost_output(void);

/* printf on rank 0 only. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
