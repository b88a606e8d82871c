/* The option parser accepts every kind of value in both spellings, and refuses wrong options with a clear message. */
#include <limits.h>
#include "cli/options.h"
#include "harness.h"

typedef struct settings {
  bool quiet;
  int64_t steps, seed;
  double rate, share;
  const char *kind, *out;
  enum { COLD, WARM, HOT } start;
  optional_path resume;
} settings;

static const char *const kinds[] = {"even", "random"}, *const starts[] = {"cold", "warm", "hot"};
#define AT(member) .at = offsetof(settings, member)
static const option table[] = {
    {.name = "quiet", .kind = OPTION_FLAG, AT(quiet), .help = "say nothing"},
    {.name = "steps", .argument = "N", .kind = OPTION_INTEGER, AT(steps), .least = 1, .most = 100, .help = "steps"},
    {.name = "seed", .argument = "N", .kind = OPTION_INTEGER, AT(seed), .least = 0, .most = INT64_MAX, .help = "seed"},
    {.name = "rate", .argument = "X", .kind = OPTION_REAL, AT(rate), .lowest = 0, .highest = 1e300, .help = "rate"},
    {.name = "share", .argument = "X", .kind = OPTION_REAL, AT(share), .lowest = 0, .highest = 1, .help = "share"},
    {.name = "kind", .argument = "K", .kind = OPTION_WORD, AT(kind), .words = kinds, .n_words = 2, .help = "kind"},
    {.name = "start",
     .argument = "S",
     .kind = OPTION_CHOICE,
     AT(start),
     .words = starts,
     .n_words = 3,
     .help = "start"},
    {.name = "out", .alias = "folder", .argument = "DIR", .kind = OPTION_TEXT, AT(out), .help = "folder"},
    {.name = "resume", .argument = "PATH", .kind = OPTION_OPTIONAL_PATH, AT(resume), .help = "go on"}};
enum { N = sizeof table / sizeof *table, MOST = 12 };

static settings got;
static const char *operand;

/* Parse NULL-terminated words as arguments of a command. name: the name of its operand. */
static ntkw_status parse(const char *name, const char *const words[]) {
  char *argv[MOST + 1] = {(char *)"train"};
  int argc = 1;
  while (argc < MOST && words[argc - 1]) {
    argv[argc] = (char *)words[argc - 1];
    argc++;
  }
  got = (settings){.steps = -7};
  operand = NULL;
  return options_parse(table, N, &got, name, &operand, argc, argv);
}
#define PARSE(...) parse("FILE", (const char *const[]){__VA_ARGS__, NULL})
#define CHECK_REFUSED(part, ...)                         \
  do {                                                   \
    CHECK_STATUS(PARSE(__VA_ARGS__), NTKW_ERR_ARGUMENT); \
    CHECK_TEXT_HAS(ntkw_last_error(), part);             \
  } while (0)

static void values_arrive_in_both_spellings(void) {
  CHECK_OK(PARSE("--steps", "12", "--rate=1e-3", "f.lua", "--kind", "random", "--quiet", "--out=a=b"));
  CHECK_EQUAL_INT(got.steps, 12);
  CHECK_EQUAL_DOUBLE(got.rate, 1e-3);
  CHECK(got.kind == kinds[1]);
  CHECK(got.quiet);
  CHECK(strcmp(got.out, "a=b") == 0);
  CHECK(strcmp(operand, "f.lua") == 0);
}

static void defaults_stay_and_the_last_value_wins(void) {
  CHECK_OK(PARSE("f"));
  CHECK_EQUAL_INT(got.steps, -7);
  CHECK(!got.quiet && !got.out && !got.resume.given);
  CHECK_OK(PARSE("--steps=3", "f", "--steps", "4"));
  CHECK_EQUAL_INT(got.steps, 4);
}

static void choices_are_indices_of_words(void) {
  CHECK_OK(PARSE("f", "--start", "hot"));
  CHECK_EQUAL_INT(got.start, HOT);
  CHECK_OK(PARSE("f"));
  CHECK_EQUAL_INT(got.start, COLD);
  CHECK_REFUSED("--start is \"hut\"; expected cold, warm or hot (did you mean hot?)", "f", "--start", "hut");
}

static void an_alias_means_the_same_and_is_not_listed(void) {
  char help[4096] = "";
  CHECK_OK(PARSE("f", "--folder", "a"));
  CHECK(strcmp(got.out, "a") == 0);
  CHECK_OK(PARSE("f", "--out=a", "--folder=b"));
  CHECK(strcmp(got.out, "b") == 0);
  CHECK_REFUSED("--out needs a value", "f", "--folder");
  FILE *out = fmemopen(help, sizeof help, "w");
  options_print_help(out, table, N);
  fclose(out);
  CHECK(strstr(help, "--out DIR") && !strstr(help, "--folder"));
}

static void operands_are_counted(void) {
  CHECK_REFUSED("FILE is missing", "--quiet");
  CHECK_REFUSED("\"g\" is one argument too many", "f", "g");
  CHECK_OK(PARSE("--", "--quiet"));
  CHECK(strcmp(operand, "--quiet") == 0 && !got.quiet);
  CHECK_OK(parse("[FILE]", (const char *const[]){"--quiet", NULL}));
  CHECK(operand == NULL);
  CHECK_STATUS(parse(NULL, (const char *const[]){"f", NULL}), NTKW_ERR_ARGUMENT);
}

static void integers_are_whole_and_in_range(void) {
  CHECK_REFUSED("expected an integer from 1 to 100", "f", "--steps", "0");
  CHECK_REFUSED("expected an integer from 1 to 100", "f", "--steps", "101");
  CHECK_REFUSED("\"2x\"", "f", "--steps=2x");
  CHECK_REFUSED("\"\"", "f", "--steps=");
  CHECK_REFUSED("expected an integer, at least 0", "f", "--seed", "9223372036854775808");
  CHECK_REFUSED("expected an integer, at least 0", "f", "--seed", "-1");
  CHECK_OK(PARSE("f", "--seed", "9223372036854775807"));
  CHECK_EQUAL_INT(got.seed, INT64_MAX);
}

static void reals_are_numbers_in_range(void) {
  CHECK_REFUSED("expected a number from 0 to 1", "f", "--share", "1.5");
  CHECK_REFUSED("expected a number from 0 to 1", "f", "--share", "nan");
  CHECK_REFUSED("expected a number, at least 0", "f", "--rate", "-1");
  CHECK_REFUSED("expected a number, at least 0", "f", "--rate", "inf");
  CHECK_REFUSED("\"0,5\"", "f", "--rate", "0,5");
}

static void misspelt_names_have_a_near_match(void) {
  CHECK_REFUSED("no option --step (did you mean --steps?)", "f", "--step", "4");
  CHECK_REFUSED("no option --halp (did you mean --help?)", "f", "--halp");
  CHECK_REFUSED("no option -q", "f", "-q");
  CHECK_REFUSED("expected even or random (did you mean random?)", "f", "--kind", "randon");
  CHECK_REFUSED("--out needs a value: --out DIR", "f", "--out");
  CHECK_REFUSED("--out needs a value", "--out", "--quiet", "f");
  CHECK_REFUSED("--out is empty", "f", "--out=");
  CHECK_REFUSED("--quiet takes no value", "f", "--quiet=1");
}

static void a_path_is_taken_only_if_it_looks_like_one(void) {
  CHECK_OK(PARSE("--resume", "problem.lua"));
  CHECK(got.resume.given && got.resume.path == NULL && strcmp(operand, "problem.lua") == 0);
  CHECK_OK(PARSE("--resume", "run/step.h5", "problem.lua"));
  CHECK(strcmp(got.resume.path, "run/step.h5") == 0);
  CHECK_OK(PARSE("--resume", "/tmp", "problem.lua"));
  CHECK(strcmp(got.resume.path, "/tmp") == 0);
  CHECK_OK(PARSE("problem.lua", "--resume", "/no/such/run"));
  CHECK(strcmp(got.resume.path, "/no/such/run") == 0);
  CHECK_OK(PARSE("problem.lua", "--resume"));
  CHECK(got.resume.given && got.resume.path == NULL);
  CHECK_OK(PARSE("--resume", "--quiet", "problem.lua"));
  CHECK(got.resume.given && got.resume.path == NULL && got.quiet);
  CHECK_OK(PARSE("problem.lua", "--resume=anything"));
  CHECK(strcmp(got.resume.path, "anything") == 0);
}

static void the_help_lists_every_option(void) {
  char text[4096] = "";
  FILE *out = fmemopen(text, sizeof text, "w");
  options_print_help(out, table, N);
  fclose(out);
  CHECK_TEXT_HAS(text, "  --resume [PATH]         go on\n");
  CHECK_TEXT_HAS(text, "  --quiet                 say nothing\n");
  CHECK_TEXT_HAS(text, "--help");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(values_arrive_in_both_spellings),
                                    TEST(defaults_stay_and_the_last_value_wins),
                                    TEST(choices_are_indices_of_words),
                                    TEST(an_alias_means_the_same_and_is_not_listed),
                                    TEST(operands_are_counted),
                                    TEST(integers_are_whole_and_in_range),
                                    TEST(reals_are_numbers_in_range),
                                    TEST(misspelt_names_have_a_near_match),
                                    TEST(a_path_is_taken_only_if_it_looks_like_one),
                                    TEST(the_help_lists_every_option)};
  return run_suite("options_refuse_and_accept", cases, sizeof cases / sizeof *cases, argc, argv);
}
