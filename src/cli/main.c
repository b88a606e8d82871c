/* ntkw: start MPI, dispatch to a subcommand, end MPI. */
#include "cli/command.h"
#include "cli/guard.h"
#include "cli/launch.h"
#include "cli/signals.h"
#include "ntkw/version.h"
#include "base/nearest_word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const command *const commands[] = {&train_command,  &replay_command,   &show_command,
                                          &verify_command, &spectrum_command, &selftest_command};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static const char usage[] =
    "Usage: ntkw SUBCOMMAND [OPTIONS] ...\n"
    "       mpirun -n RANKS ntkw SUBCOMMAND [OPTIONS] ...\n"
    "       ntkw SUBCOMMAND --help\n"
    "\n"
    "Training of physics-informed networks, sharded over MPI ranks, with loss weights from their neural tangent\n"
    "kernel.\n"
    "\n"
    "Subcommands:\n";

static const char exit_codes[] =
    "\n"
    "Options:\n"
    "  --help       print this and exit\n"
    "  --version    print the version and exit\n"
    "\n"
    "Exit codes, the same on every rank:\n"
    "   0  all done\n"
    "   1  replay: beyond the tolerance; replay, selftest: bits that differ\n"
    "   2  wrong arguments\n"
    "   3  the problem file is wrong, or not the checkpoint's\n"
    "   4  a file could not be read or written, or is damaged\n"
    "   5  losses, gradients or parameters are not finite, or the loss has blown up: do not requeue\n"
    "   6  out of memory, MPI failed, or an internal error\n"
    "   7  the folder is used by another run: try again when that has ended\n"
    "  85  stopped by a signal or the time limit, after a checkpoint if there was a step: continue with --resume\n"
    "\n"
    "Example:\n"
    "  mpirun -n 4 ntkw train examples/wave1d-small.lua\n";

static exit_code print_help(void) {
  if (command_rank() != 0) return EXIT_DONE;
  fputs(usage, stdout);
  for (int i = 0; i < N_COMMANDS; i++) printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
  fputs(exit_codes, stdout);
  return EXIT_DONE;
}

static exit_code print_command_help(const command *c) {
  if (command_rank() != 0) return EXIT_DONE;
  fputs(c->help, stdout);
  if (c->options) {
    fputc('\n', stdout);
    options_print_help(stdout, c->options, c->n_options);
  }
  if (c->print_more) c->print_more(stdout);
  if (c->notes) printf("\n%s", c->notes);
  return EXIT_DONE;
}

static exit_code print_version(void) {
  char library[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(library, &length);
  library[strcspn(library, "\n")] = '\0';
  say("ntkw %s\n%s\n", ntkw_version(), library);
  return EXIT_DONE;
}

static exit_code fail_unknown(const char *word) {
  const char *names[N_COMMANDS + 2] = {[N_COMMANDS] = "--help", [N_COMMANDS + 1] = "--version"};
  for (int i = 0; i < N_COMMANDS; i++) names[i] = commands[i]->name;
  const char *near = ntkw_i_nearest_word(word, names, N_COMMANDS + 2);
  return usage_error("", "there is no %s %s%s%s%s", word[0] == '-' ? "option" : "subcommand", word,
                     near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static bool asks_for_help(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
  return false;
}

/* The subcommand on the command line; NULL: none, or an unknown one. */
static const command *find_command(int argc, char **argv) {
  for (int i = 0; argc > 1 && i < N_COMMANDS; i++)
    if (strcmp(argv[1], commands[i]->name) == 0) return commands[i];
  return NULL;
}

static exit_code dispatch(const command *called, int argc, char **argv) {
  if (argc < 2) return usage_error("", "a subcommand is missing");
  const char *word = argv[1];
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return print_help();
  if (strcmp(word, "--version") == 0) return print_version();
  if (!called) return fail_unknown(word);
  return asks_for_help(argc - 1, argv + 1) ? print_command_help(called) : called->run(argc - 1, argv + 1);
}

/* Return the code. If output was lost on some rank, return EXIT_FILE in place of EXIT_DONE on every rank, unless the
 * subcommand outlives its reader. */
static exit_code printed(bool outlives_reader, exit_code code) {
  int failed = output_is_lost(), any = 0;
  MPI_Allreduce(&failed, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  if (any && outlives_reader) tell_of_lost_output();
  if (!any || outlives_reader || code != EXIT_DONE) return code;
  if (command_rank() == 0) fprintf(stderr, "ntkw: the output could not be written\n");
  return EXIT_FILE;
}

static void warn_of_old_names(void) {
  if (getenv("NTKW_SUM_KERNELS"))
    warn("the environment variable NTKW_SUM_KERNELS is deprecated, set NTKW_KERNELS instead");
}

int main(int argc, char **argv) {
  int provided = 0;
  const command *called = find_command(argc, argv);
  signals_begin();
  launch_look();
  launch_with_small_files();
  guard_start();
  const bool runs = called && !asks_for_help(argc - 1, argv + 1);
  if (runs && called->before) called->before();
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  setvbuf(stdout, NULL, _IOLBF, 0);
  warn_of_old_names();
  const exit_code code = dispatch(called, argc, argv), all = printed(runs && called->outlives_reader, code);
  MPI_Finalize();
  return (int)all;
}
