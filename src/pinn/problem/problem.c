/* Problems: made from a Lua text, destroyed; and the reading of files. */
#include "pinn/problem/problem.h"
#include "ntkw/weighting.h"
#include "pinn/problem/lexer.h"
#include "pinn/problem/read_parts.h"
#include "base/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const keys[] = {"inputs",   "outputs", "domain",    "exact",     "conditions",
                                   "resample", "network", "optimizer", "weighting", "precision",
                                   "steps",    "seed",    "lanes",     "ntk",       "reference"};

const char *const *problem_keys(int *n) {
  *n = (int)(sizeof keys / sizeof *keys);
  return keys;
}

void read_problem(reader *r) {
  const section s = section_of_problem(r);
  check_keys(r, &s, keys, sizeof keys / sizeof *keys, 0);
  read_inputs(r, &s);
  read_domain(r, &s);
  read_exact(r, &s);
  read_reserved(r, &s);
  read_conditions(r, &s);
  read_training(r, &s);
  read_ntk(r, &s);
  read_doubts(r, &s);
}

static void set_defaults(problem *p) {
  p->resample = 1;
  p->optimizer = optimizer_defaults(optimizer_find(DEFAULT_OPTIMIZER));
  snprintf(p->rule, sizeof p->rule, DEFAULT_RULE);
  p->alpha = NTKW_RULE_ALPHA;
  p->steps = 10000;
  p->seed = 1;
  p->lanes = 64;
}

static ntkw_status check_text(const char *file, const char *text) {
  const size_t length = strlen(text);
  text = program_start(text);
  NTKW_CHECK(text[0] != '\033', NTKW_ERR_PROBLEM, "%s: is compiled Lua; expected the text of a problem file", file);
  NTKW_CHECK(text[strspn(text, " \t\f\v\r\n")] != '\0', NTKW_ERR_PROBLEM,
             "%s: is empty; expected a file that ends with return problem { ... }", file);
  NTKW_CHECK(length <= MAX_PROBLEM_TEXT, NTKW_ERR_PROBLEM, "%s: has %zu bytes; expected a problem file of up to %d",
             file, length, MAX_PROBLEM_TEXT);
  return NTKW_SUCCESS;
}

static ntkw_status begin(const char *file, const char *text, problem **out) {
  NTKW_CHECK(strlen(file) < sizeof(*out)->file, NTKW_ERR_PROBLEM,
             "%.60s...: the name of the problem file has %zu bytes; expected up to %d", file, strlen(file),
             MAX_PATH_BYTES - 1);
  problem *p = *out = calloc(1, sizeof *p);
  NTKW_CHECK(p, NTKW_ERR_MEMORY, "%s: no memory to read it", file);
  snprintf(p->file, sizeof p->file, "%s", file);
  set_defaults(p);
  p->source = strdup(after_byte_order_mark(text));
  NTKW_CHECK(p->source, NTKW_ERR_MEMORY, "%s: no memory to read it", file);
  return tape_create(&p->tape);
}

ntkw_status problem_from_lua(const char *file, const char *text, problem **out) {
  return problem_from_lua_within(file, text, SECONDS_TO_READ, out);
}

ntkw_status problem_from_lua_within(const char *file, const char *text, double seconds, problem **out) {
  *out = NULL;
  NTKW_TRY(check_text(file, text));
  reader r = {.status = NTKW_ERR_PROBLEM, .seconds = seconds};
  ntkw_status status = begin(file, text, &r.made);
  if (status == NTKW_SUCCESS) status = reader_run(&r);
  tokens_free(&r.tokens);
  free(r.checked);
  free(r.waiting);
  if (status != NTKW_SUCCESS) problem_destroy(&r.made);
  *out = r.made;
  return status;
}

void problem_set_seed(problem *p, uint64_t seed) {
  p->seed = p->network.features.seed = seed;
}

input_space problem_space(const problem *p) {
  input_space made = {.n = p->n_inputs, .lower = p->lower, .upper = p->upper};
  for (int i = 0; i < p->n_inputs; i++) made.names[i] = p->input_names[i];
  return made;
}

void problem_warn(problem *p, int line, const char *format, ...) {
  char sentence[1024], where[sizeof p->file + 16];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  if (p->n_warnings == MAX_WARNINGS) return;
  if (line > 0)
    snprintf(where, sizeof where, "%s:%d", p->file, line);
  else
    snprintf(where, sizeof where, "%s", p->file);
  const size_t size = strlen(where) + strlen(sentence) + sizeof ": ";
  char *text = malloc(size);
  if (!text) return;
  snprintf(text, size, "%s: %s", where, sentence);
  p->warnings[p->n_warnings++] = text;
}

void problem_destroy(problem **made) {
  if (!made || !*made) return;
  problem *p = *made;
  for (int c = 0; c < MAX_CONDITIONS; c++) {
    equations_destroy(&p->conditions[c].equations);
    for (int k = 0; k < MAX_PLACES; k++) place_free(&p->conditions[c].places[k]);
  }
  domain_free(&p->domain);
  for (int o = 0; o < MAX_OUTPUTS; o++) equations_destroy(&p->exact[o]);
  for (int i = 0; i < p->n_warnings; i++) free(p->warnings[i]);
  tape_destroy(&p->tape);
  free(p->source);
  free(p->reference_path);
  free(p->reference_way);
  free(p);
  *made = NULL;
}

static ntkw_status read_stream(const char *file, FILE *stream, char *text) {
  const size_t length = fread(text, 1, MAX_PROBLEM_TEXT + 1, stream);
  NTKW_CHECK(!ferror(stream), NTKW_ERR_FILE, "%s: cannot be read (%s)", file, strerror(errno));
  NTKW_CHECK(length <= MAX_PROBLEM_TEXT, NTKW_ERR_PROBLEM, "%s: has more than %d bytes; expected a problem file", file,
             MAX_PROBLEM_TEXT);
  NTKW_CHECK(length == 0 || text[0] != '\033', NTKW_ERR_PROBLEM,
             "%s: is compiled Lua; expected the text of a problem file", file);
  text[length] = '\0';
  const size_t before = strlen(text);
  NTKW_CHECK(before == length, NTKW_ERR_PROBLEM, "%s:%d: has a zero byte; expected the text of a problem file", file,
             1 + line_ends(text, before));
  return NTKW_SUCCESS;
}

ntkw_status problem_read_text(const char *file, char **text) {
  *text = NULL;
  FILE *stream = fopen(file, "rb");
  NTKW_CHECK(stream, NTKW_ERR_FILE, "%s: cannot be opened (%s)", file, strerror(errno));
  char *made = malloc(MAX_PROBLEM_TEXT + 2);
  const ntkw_status status =
      made ? read_stream(file, stream, made) : ntkw_i_fail(NTKW_ERR_MEMORY, "%s: no memory to read it", file);
  fclose(stream);
  if (status != NTKW_SUCCESS) {
    free(made);
    made = NULL;
  }
  *text = made;
  return status;
}
