/* Command lines from tables. */
#include "cli/options.h"
#include "base/check.h"
#include "base/nearest_word.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_OPTIONS = 64, HELP_COLUMN = 26, LINE_LENGTH = 100, DESCRIPTION_LENGTH = 160, MAX_LISTED = 8 };

/* The state of parsing: the next argument is argv[next]. */
typedef struct parse {
  const option *table;
  int n, argc, next;
  char **argv;
} parse;

static bool is_name(const char *name, const char *text, size_t length) {
  return name && strlen(name) == length && strncmp(name, text, length) == 0;
}

static const option *find(const parse *p, const char *text, size_t length) {
  for (int i = 0; i < p->n; i++)
    if (is_name(p->table[i].name, text, length) || is_name(p->table[i].alias, text, length)) return &p->table[i];
  return NULL;
}

static ntkw_status fail_unknown(const parse *p, const char *argument, size_t length) {
  const char *names[MAX_OPTIONS];
  char name[64];
  for (int i = 0; i < p->n; i++) names[i] = p->table[i].name;
  names[p->n] = "help";
  snprintf(name, sizeof name, "%.*s", (int)length, argument);
  while (name[0] == '-') memmove(name, name + 1, strlen(name));
  const char *near = ntkw_i_nearest_word(name, names, p->n + 1);
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "there is no option %.*s%s%s%s", (int)length, argument,
                     near ? " (did you mean --" : "", near ? near : "", near ? "?)" : "");
}

static ntkw_status store_integer(const option *o, const char *text, int64_t *value) {
  char *end = NULL;
  errno = 0;
  const long long read = strtoll(text, &end, 10);
  if (end != text && *end == '\0' && errno == 0 && read >= o->least && read <= o->most) {
    *value = read;
    return NTKW_SUCCESS;
  }
  if (o->most == INT64_MAX)
    return ntkw_i_fail(NTKW_ERR_ARGUMENT, "--%s is \"%s\"; expected an integer, at least %lld", o->name, text,
                       (long long)o->least);
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "--%s is \"%s\"; expected an integer from %lld to %lld", o->name, text,
                     (long long)o->least, (long long)o->most);
}

static ntkw_status store_real(const option *o, const char *text, double *value) {
  char *end = NULL;
  const double read = strtod(text, &end);
  if (end != text && *end == '\0' && read >= o->lowest && read <= o->highest) {
    *value = read;
    return NTKW_SUCCESS;
  }
  if (isinf(o->highest) || o->highest >= 1e300)
    return ntkw_i_fail(NTKW_ERR_ARGUMENT, "--%s is \"%s\"; expected a number, at least %g", o->name, text, o->lowest);
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "--%s is \"%s\"; expected a number from %g to %g", o->name, text, o->lowest,
                     o->highest);
}

static const char *const *words_of(const option *o, int *n) {
  if (o->list) return o->list(n);
  *n = o->n_words;
  return o->words;
}

static void list_words(const char *const words[], int n, char text[], size_t size) {
  text[0] = '\0';
  if (n > MAX_LISTED) snprintf(text, size, "one of the %d words that --help lists", n);
  for (int i = 0; i < n && n <= MAX_LISTED; i++) {
    const size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " or ", words[i]);
  }
}

/* Find a word among those of the option. *index: its index; *word: the word in the table. */
static ntkw_status find_word(const option *o, const char *text, int *index, const char **word) {
  int n = 0;
  const char *const *words = words_of(o, &n);
  for (*index = 0; *index < n; ++*index) {
    *word = words[*index];
    if (strcmp(text, *word) == 0) return NTKW_SUCCESS;
  }
  char all[DESCRIPTION_LENGTH * 2];
  list_words(words, n, all, sizeof all);
  const char *near = ntkw_i_nearest_word(text, words, n);
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "--%s is \"%s\"; expected %s%s%s%s", o->name, text, all,
                     near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static ntkw_status store_word(const option *o, const char *text, const char **value) {
  int index;
  const char *word;
  NTKW_TRY(find_word(o, text, &index, &word));
  *value = word;
  return NTKW_SUCCESS;
}

static ntkw_status store_choice(const option *o, const char *text, int *value) {
  int index;
  const char *word;
  NTKW_TRY(find_word(o, text, &index, &word));
  *value = index;
  return NTKW_SUCCESS;
}

static ntkw_status store_text(const option *o, const char *text, const char **value) {
  NTKW_CHECK(text[0] != '\0', NTKW_ERR_ARGUMENT, "--%s is empty; expected %s", o->name, o->argument);
  *value = text;
  return NTKW_SUCCESS;
}

static bool ends_in(const char *text, const char *end) {
  const size_t length = strlen(text), own = strlen(end);
  return length > own && strcmp(text + length - own, end) == 0;
}

/* Is the argument a path of checkpoints, not a problem file? Folders and names in .h5 are. Other existing files are
 * problem files, and so are missing files in .lua; other missing paths are misspelt paths of checkpoints. */
static bool is_path_of_checkpoints(const char *argument) {
  struct stat what;
  if (argument[0] == '-' || argument[0] == '\0') return false;
  if (ends_in(argument, ".h5")) return true;
  return stat(argument, &what) == 0 ? S_ISDIR(what.st_mode) : !ends_in(argument, ".lua");
}

static ntkw_status store_optional_path(parse *p, const option *o, const char *attached, optional_path *value) {
  value->given = true;
  value->path = NULL;
  if (attached) return store_text(o, attached, &value->path);
  if (p->next < p->argc && is_path_of_checkpoints(p->argv[p->next])) value->path = p->argv[p->next++];
  return NTKW_SUCCESS;
}

/* Take the value of an option that needs one: the text after '=', or the next argument. */
static ntkw_status take_value(parse *p, const option *o, const char *attached, const char **text) {
  *text = attached;
  if (attached) return NTKW_SUCCESS;
  NTKW_CHECK(p->next < p->argc && strncmp(p->argv[p->next], "--", 2) != 0, NTKW_ERR_ARGUMENT,
             "--%s needs a value: --%s %s", o->name, o->name, o->argument);
  *text = p->argv[p->next++];
  return NTKW_SUCCESS;
}

static ntkw_status store(parse *p, const option *o, const char *attached, void *values) {
  void *member = (char *)values + o->at;
  const char *text = NULL;
  if (o->kind == OPTION_OPTIONAL_PATH) return store_optional_path(p, o, attached, member);
  if (o->kind == OPTION_FLAG) {
    NTKW_CHECK(!attached, NTKW_ERR_ARGUMENT, "--%s takes no value, but was given \"%s\"", o->name, attached);
    *(bool *)member = true;
    return NTKW_SUCCESS;
  }
  NTKW_TRY(take_value(p, o, attached, &text));
  switch (o->kind) {
  case OPTION_INTEGER:
    return store_integer(o, text, member);
  case OPTION_REAL:
    return store_real(o, text, member);
  case OPTION_WORD:
    return store_word(o, text, member);
  case OPTION_CHOICE:
    return store_choice(o, text, member);
  default:
    return store_text(o, text, member);
  }
}

static ntkw_status parse_option(parse *p, const char *argument, void *values) {
  const char *equals = strchr(argument, '=');
  const size_t length = equals ? (size_t)(equals - argument) : strlen(argument);
  const option *o = argument[1] == '-' ? find(p, argument + 2, length - 2) : NULL;
  return o ? store(p, o, equals ? equals + 1 : NULL, values) : fail_unknown(p, argument, length);
}

ntkw_status options_parse(const option table[], int n, void *values, const char *operand_name, const char **operand,
                          int argc, char **argv) {
  parse p = {table, n < MAX_OPTIONS ? n : MAX_OPTIONS - 1, argc, 1, argv};
  bool options_ended = false;
  const char *found = NULL;
  while (p.next < argc) {
    const char *argument = argv[p.next++];
    if (!options_ended && strcmp(argument, "--") == 0) {
      options_ended = true;
    } else if (!options_ended && argument[0] == '-' && argument[1] != '\0') {
      NTKW_TRY(parse_option(&p, argument, values));
    } else {
      NTKW_CHECK(operand_name, NTKW_ERR_ARGUMENT, "\"%s\" is one argument too many", argument);
      NTKW_CHECK(!found, NTKW_ERR_ARGUMENT, "\"%s\" is one argument too many: %s is \"%s\"", argument, operand_name,
                 found);
      found = argument;
    }
  }
  NTKW_CHECK(found || !operand_name || operand_name[0] == '[', NTKW_ERR_ARGUMENT, "%s is missing", operand_name);
  if (operand) *operand = found;
  return NTKW_SUCCESS;
}

/* Print the words of a list after the help, wrapped. */
static void print_list(FILE *out, const option *o) {
  int n = 0, column = LINE_LENGTH;
  const char *const *words = words_of(o, &n);
  for (int i = 0; i < n; i++) {
    const int length = (int)strlen(words[i]) + 2;
    const bool wrap = column + length > LINE_LENGTH;
    if (wrap) column = fprintf(out, "\n%*s", HELP_COLUMN, "") - 1;
    column += fprintf(out, "%s%s%s", wrap ? "" : " ", words[i], i + 1 < n ? "," : "");
  }
}

static void print_one(FILE *out, const option *o) {
  const int used = fprintf(out, "  --%s%s%s", o->name, o->argument ? o->kind == OPTION_OPTIONAL_PATH ? " [" : " " : "",
                           o->argument ? o->argument : "") +
                   fprintf(out, "%s", o->argument && o->kind == OPTION_OPTIONAL_PATH ? "]" : "");
  if (used + 2 > HELP_COLUMN) fputc('\n', out);
  fprintf(out, "%*s", used + 2 > HELP_COLUMN ? HELP_COLUMN : HELP_COLUMN - used, "");
  for (const char *c = o->help; *c; c++) {
    fputc(*c, out);
    if (*c == '\n') fprintf(out, "%*s", HELP_COLUMN, "");
  }
  if (o->list) print_list(out, o);
  fputc('\n', out);
}

void options_print_help(FILE *out, const option table[], int n) {
  const option help = {.name = "help", .help = "print this and exit"};
  fputs("Options (--name value or --name=value):\n", out);
  for (int i = 0; i < n; i++) print_one(out, &table[i]);
  print_one(out, &help);
}
