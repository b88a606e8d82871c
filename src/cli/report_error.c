/* Errors and output of subcommands: one sentence on rank 0's stderr, one exit code on every rank. */
#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int command_rank(void) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

/* The errno of the first failed write to standard output; 0: none. */
static int output_error;

void say(const char *format, ...) {
  if (command_rank() != 0) return;
  va_list arguments;
  va_start(arguments, format);
  errno = 0;
  if (vprintf(format, arguments) < 0 && output_error == 0) output_error = errno;
  va_end(arguments);
}

bool output_is_lost(void) {
  const bool lost = fflush(stdout) != 0 || ferror(stdout);
  if (lost && output_error == 0) output_error = errno;
  return lost;
}

void warn(const char *format, ...) {
  if (command_rank() != 0) return;
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  if (vasprintf(&text, format, arguments) < 0) text = NULL;
  va_end(arguments);
  fprintf(stderr, "ntkw: warning: %s\n", text ? text : format); /* in one call: mpirun may mix the lines of two calls */
  free(text);
}

void tell_of_lost_output(void) {
  static bool told;
  if (!told) warn("standard output cannot be written (%s): the run goes on without it", strerror(output_error));
  told = true;
}

exit_code exit_code_of(ntkw_status status) {
  switch (status) {
  case NTKW_SUCCESS:
  case NTKW_ZERO_NORM:
    return EXIT_DONE;
  case NTKW_ERR_ARGUMENT:
    return EXIT_USAGE;
  case NTKW_ERR_PROBLEM:
    return EXIT_PROBLEM;
  case NTKW_ERR_FORMAT:
  case NTKW_ERR_FILE:
    return EXIT_FILE;
  case NTKW_ERR_LOCKED:
    return EXIT_LOCKED;
  case NTKW_ERR_INTERRUPTED:
    return EXIT_REQUEUE;
  case NTKW_ERR_NOT_FINITE:
    return EXIT_DIVERGED;
  default:
    return EXIT_INTERNAL;
  }
}

exit_code command_failed(ntkw_status status) {
  const char *sentence = ntkw_last_error();
  if (command_rank() == 0) fprintf(stderr, "ntkw: %s\n", sentence[0] ? sentence : ntkw_status_meaning(status));
  return exit_code_of(status);
}

exit_code usage_error(const char *subcommand, const char *format, ...) {
  if (command_rank() == 0) {
    const char *space = subcommand[0] ? " " : "";
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "ntkw%s%s: ", space, subcommand);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "; see ntkw%s%s --help\n", space, subcommand);
    va_end(arguments);
  }
  return EXIT_USAGE;
}
