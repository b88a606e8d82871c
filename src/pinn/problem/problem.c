/* Problems: made from a Lua text, destroyed; and the reading of files. */
#include "pinn/problem/problem.h"
#include "ntkw/weighting.h"
#include "pinn/problem/checked_source.h"
#include "pinn/problem/read_parts.h"
#include "status/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void read_problem(reader *r) {
  static const char *const keys[] = {"inputs",  "outputs",   "exact",     "conditions", "resample",
                                     "network", "optimizer", "weighting", "precision",  "steps",
                                     "seed",    "lanes",     "ntk",       "reference"};
  const section s = section_of_problem(r);
  check_keys(r, &s, keys, sizeof keys / sizeof *keys, 0);
  read_domain(r, &s);
  read_exact(r, &s);
  read_conditions(r, &s);
  read_training(r, &s);
  read_ntk(r, &s);
}

static void set_defaults(problem *p) {
  p->resample = 1;
  p->learning_rate = 1e-3;
  p->beta1 = 0.9;
  p->beta2 = 0.999;
  p->epsilon = 1e-8;
  p->decay = 1.0;
  p->decay_every = 1;
  snprintf(p->rule, sizeof p->rule, "ntk-trace");
  p->alpha = NTKW_RULE_ALPHA;
  p->steps = 10000;
  p->seed = 1;
  p->lanes = 64;
}

static ntkw_status check_text(const char *file, const char *text) {
  const size_t length = strlen(text);
  NTKW_CHECK(text[0] != '\033', NTKW_ERR_PROBLEM, "%s: is compiled Lua; expected the text of a problem file", file);
  NTKW_CHECK(text[strspn(text, " \t\r\n")] != '\0', NTKW_ERR_PROBLEM,
             "%s: is empty; expected a file that ends with return problem { ... }", file);
  NTKW_CHECK(length <= MAX_PROBLEM_TEXT, NTKW_ERR_PROBLEM, "%s: has %zu bytes; expected a problem file of up to %d",
             file, length, MAX_PROBLEM_TEXT);
  return NTKW_SUCCESS;
}

static ntkw_status begin(const char *file, const char *text, problem **out) {
  static const char byte_order_mark[] = "\xef\xbb\xbf";
  problem *p = *out = calloc(1, sizeof *p);
  NTKW_CHECK(p, NTKW_ERR_MEMORY, "%s: no memory to read it", file);
  if (strncmp(text, byte_order_mark, 3) == 0) text += 3;
  snprintf(p->file, sizeof p->file, "%s", file);
  set_defaults(p);
  p->source = strdup(text);
  NTKW_CHECK(p->source, NTKW_ERR_MEMORY, "%s: no memory to read it", file);
  return tape_create(&p->tape);
}

ntkw_status problem_from_lua(const char *file, const char *text, problem **out) {
  *out = NULL;
  NTKW_TRY(check_text(file, text));
  reader r = {.status = NTKW_ERR_PROBLEM};
  ntkw_status status = begin(file, text, &r.made);
  if (status == NTKW_SUCCESS) status = reader_run(&r);
  tokens_free(&r.tokens);
  free(r.checked);
  if (status != NTKW_SUCCESS) problem_destroy(&r.made);
  *out = r.made;
  return status;
}

void problem_set_seed(problem *p, uint64_t seed) {
  p->seed = p->network.features.seed = seed;
}

void problem_destroy(problem **made) {
  if (!made || !*made) return;
  problem *p = *made;
  for (int c = 0; c < MAX_CONDITIONS; c++) equations_destroy(&p->conditions[c].equations);
  for (int o = 0; o < MAX_OUTPUTS; o++) equations_destroy(&p->exact[o]);
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
  int line = 1;
  for (size_t i = 0; i < length; i++) {
    NTKW_CHECK(text[i] != '\0', NTKW_ERR_PROBLEM, "%s:%d: has a zero byte; expected the text of a problem file", file,
               line);
    line += text[i] == '\n';
  }
  text[length] = '\0';
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
