/* Command lines from tables: long options, `--name value` or `--name=value`, and at most one operand.
 *
 * A subcommand has a struct of values, filled with defaults before parsing, and a table that says where in it each
 * option goes:
 *
 *     typedef struct settings { int64_t seed; const char *cut; bool quiet; } settings;
 *     static const char *const cuts[] = {"even", "random"};
 *     static const option table[] = {
 *         {.name = "seed", .argument = "N", .kind = OPTION_INTEGER, .at = offsetof(settings, seed), .least = 0,
 *          .most = INT64_MAX, .help = "of the random cuts (default 1)"},
 *         {.name = "cut", .argument = "HOW", .kind = OPTION_WORD, .at = offsetof(settings, cut), .words = cuts,
 *          .n_words = 2, .help = "..."},
 *         {.name = "quiet", .kind = OPTION_FLAG, .at = offsetof(settings, quiet), .help = "..."}};
 *     settings values = {.seed = 1, .cut = "even"};
 *     const char *file = NULL;
 *     if (options_parse(table, 3, &values, "FILE", &file, argc, argv) != NTKW_SUCCESS)
 *       return usage_error("replay", "%s", ntkw_last_error());
 *
 * The same table makes the list of options in the help. An option given twice has its last value; "--" ends the
 * options. Nothing is copied: the values point into argv. */
#ifndef NTKW_CLI_OPTIONS_H
#define NTKW_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "ntkw/status.h"

/* Kind of an option, and the type of its member in the struct of values. */
typedef enum option_kind {
  OPTION_FLAG,         /* bool; takes no value */
  OPTION_INTEGER,      /* int64_t from least to most */
  OPTION_REAL,         /* double from lowest to highest */
  OPTION_WORD,         /* const char *: one of words */
  OPTION_TEXT,         /* const char *, not empty */
  OPTION_OPTIONAL_PATH /* optional_path; the next argument is its value only if it does not begin with '-' and is a
                          folder, ends in .h5, or is not there and does not end in .lua */
} option_kind;

typedef struct optional_path {
  bool given;
  const char *path; /* NULL if none was given */
} optional_path;

typedef struct option {
  const char *name;     /* without the dashes */
  const char *argument; /* what stands for the value in the help; NULL for a flag */
  option_kind kind;
  size_t at; /* offset of its member */
  int64_t least, most;
  double lowest, highest;
  const char *const *words;
  int n_words;
  const char *const *(*list)(int *n); /* instead of words and n_words, where these are known at run time only */
  const char *help;                   /* says the default; lines are separated by '\n' */
} option;

/* Read argv[1] to argv[argc - 1] into values. Local and deterministic: the same verdict on every rank.
 *
 * operand_name: of the one argument that is not an option, for messages; it must be there unless the name begins with
 * '['. NULL: there is none.
 * Returns NTKW_SUCCESS, or NTKW_ERR_ARGUMENT with a sentence that names the argument, what is wrong with it, what was
 * expected, and a near match of a misspelt name. */
ntkw_status options_parse(const option table[], int n, void *values, const char *operand_name, const char **operand,
                          int argc, char **argv);

/* Print the list of options, --help included. Local. */
void options_print_help(FILE *out, const option table[], int n);

#endif
