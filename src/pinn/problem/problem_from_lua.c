/* Make a problem from the text of its file: check and run the text, and read problem{}. */
#include "ntkw/weighting.h"
#include "pinn/problem/reader.h"
#include "base/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_defaults(problem *p) {
  p->resample = 1;
  p->optimizer = optimizer_defaults(optimizer_find(DEFAULT_OPTIMIZER));
  snprintf(p->rule, sizeof p->rule, DEFAULT_RULE);
  p->alpha = NTKW_RULE_ALPHA;
  p->steps = 10000;
  p->seed = 1;
  p->lanes = 64;
  p->lane_rows = DEFAULT_LANE_ROWS;
}

static ntkw_status check_text(const char *file, const char *text) {
  const size_t length = strlen(text);
  text = program_start(text);
  NTKW_CHECK(text[0] != '\033', NTKW_ERR_PROBLEM, "%s is compiled Lua; expected the text of a problem file", file);
  NTKW_CHECK(text[strspn(text, " \t\f\v\r\n")] != '\0', NTKW_ERR_PROBLEM,
             "%s is empty; expected a file that ends with return problem { ... }", file);
  NTKW_CHECK(length <= MAX_PROBLEM_TEXT, NTKW_ERR_PROBLEM, "%s has %zu bytes; expected a problem file of up to %d",
             file, length, MAX_PROBLEM_TEXT);
  return NTKW_SUCCESS;
}

static ntkw_status begin(const char *file, const char *text, problem **out) {
  NTKW_CHECK(strlen(file) < sizeof(*out)->file, NTKW_ERR_PROBLEM,
             "%.60s...: the name of the problem file has %zu bytes; expected up to %d", file, strlen(file),
             MAX_PATH_BYTES - 1);
  problem *p = *out = calloc(1, sizeof *p);
  NTKW_CHECK(p, NTKW_ERR_MEMORY, "out of memory for reading %s", file);
  snprintf(p->file, sizeof p->file, "%s", file);
  set_defaults(p);
  p->source = strdup(after_byte_order_mark(text));
  NTKW_CHECK(p->source, NTKW_ERR_MEMORY, "out of memory for reading %s", file);
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

static ntkw_status read_stream(const char *file, FILE *stream, char *text) {
  const size_t length = fread(text, 1, MAX_PROBLEM_TEXT + 1, stream);
  NTKW_CHECK(!ferror(stream), NTKW_ERR_FILE, "%s cannot be read (%s)", file, strerror(errno));
  NTKW_CHECK(length <= MAX_PROBLEM_TEXT, NTKW_ERR_PROBLEM, "%s has more than %d bytes; expected a problem file", file,
             MAX_PROBLEM_TEXT);
  NTKW_CHECK(length == 0 || text[0] != '\033', NTKW_ERR_PROBLEM,
             "%s is compiled Lua; expected the text of a problem file", file);
  text[length] = '\0';
  const size_t before = strlen(text);
  NTKW_CHECK(before == length, NTKW_ERR_PROBLEM, "%s:%d: the line has a zero byte; expected the text of a problem file",
             file, 1 + line_ends(text, before));
  return NTKW_SUCCESS;
}

ntkw_status problem_read_text(const char *file, char **text) {
  *text = NULL;
  FILE *stream = fopen(file, "rb");
  NTKW_CHECK(stream, NTKW_ERR_FILE, "%s cannot be opened (%s)", file, strerror(errno));
  char *made = malloc(MAX_PROBLEM_TEXT + 2);
  const ntkw_status status =
      made ? read_stream(file, stream, made) : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for reading %s", file);
  fclose(stream);
  if (status != NTKW_SUCCESS) {
    free(made);
    made = NULL;
  }
  *text = made;
  return status;
}
