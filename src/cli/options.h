/* Command lines from tables: long options, `--name value` or `--name=value`, and at most one operand.
 *
 * A subcommand has a struct of values, filled with defaults before parsing, and a table that gives the member of each
 * option:
 *
 *     typedef struct settings { int64_t seed; cut_kind cut; bool quiet; } settings;
 *     static const char *const cuts[] = {"even", "random"};
 *     static const option table[] = {
 *         {.name = "seed", .argument = "N", .kind = OPTION_INTEGER, .at = offsetof(settings, seed), .least = 0,
 *          .most = INT64_MAX, .help = "of the random cuts (default 1)"},
 *         {.name = "cut", .argument = "HOW", .kind = OPTION_CHOICE, .at = offsetof(settings, cut), .words = cuts,
 *          .n_words = 2, .help = "..."},
 *         {.name = "quiet", .kind = OPTION_FLAG, .at = offsetof(settings, quiet), .help = "..."}};
 *     settings values = {.seed = 1};
 *     const char *file = NULL;
 *     if (options_parse(table, 3, &values, "FILE", &file, argc, argv) != NTKW_SUCCESS)
 *       return usage_error("replay", "%s", ntkw_last_error());
 *
 * The same table gives the help. If an option is given twice, its last value counts; "--" ends the options. Nothing is
 * copied: texts point into argv. */
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
  OPTION_CHOICE,       /* int or enum: the index of one of words */
  OPTION_TEXT,         /* const char *, not empty */
  OPTION_OPTIONAL_PATH /* optional_path. The next argument is its value if it does not begin with '-' and is a
                          folder, ends in .h5, or does not exist and does not end in .lua */
} option_kind;

typedef struct optional_path {
  bool given;
  const char *path; /* NULL if none was given */
} optional_path;

typedef struct option {
  const char *name;     /* without the dashes */
  const char *alias;    /* another name with the same meaning, which the help does not list; NULL: none */
  const char *argument; /* placeholder of the value in the help; NULL for a flag */
  option_kind kind;
  size_t at; /* offset of its member */
  int64_t least, most;
  double lowest, highest;
  const char *const *words;
  int n_words;
  const char *const *(*list)(int *n); /* gives words and n_words if they are known only at run time; else NULL */
  const char *help;                   /* with the default; lines are separated by '\n' */
} option;

/* Read argv[1] to argv[argc - 1] into values. Local and deterministic: the same result on every rank.
 *
 * operand_name: the name of the one argument that is not an option, for messages; the operand is optional if the name
 * begins with '['. NULL: no operand is allowed.
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT: the sentence names the argument, found, expected, and a similar name. */
ntkw_status options_parse(const option table[], int n, void *values, const char *operand_name, const char **operand,
                          int argc, char **argv);

/* Print the list of options, --help included. Local. */
void options_print_help(FILE *out, const option table[], int n);

#endif
