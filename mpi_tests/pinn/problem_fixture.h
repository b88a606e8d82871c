/* Problem files that differ in one line from a valid one (SOUND). */
#ifndef NTKW_TEST_PROBLEM_FIXTURE_H
#define NTKW_TEST_PROBLEM_FIXTURE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "harness.h"
#include "pinn/problem/problem.h"

enum { SOUND_LINES = 11, PRELUDE = 1, INPUTS_LINE = 3, OUTPUTS_LINE, CONDITIONS_LINE, RESIDUAL_LINE, BOUNDARY_LINE };
enum { NETWORK_LINE = 9, STEPS_LINE, END_LINE };
static const char *const SOUND[SOUND_LINES] = {
    "local pi = math.pi",
    "return problem {",
    "  inputs = { {\"t\", 0, 1}, {\"x\", -1, 1} },",
    "  outputs = { \"u\", \"v\" },",
    "  conditions = {",
    "    { \"residual\", points = 10, on = interior(), equation = function(p) return p.u_t - p.v_xx end },",
    "    { \"wall\", points = 5, on = boundary{x=-1}, equation = function(p) return p.u end },",
    "  },",
    "  network = { hidden = {8, 8} },",
    "  steps = 10,",
    "}"};

/* The valid text with line number `line` (from 1; 0: none) replaced. The string is valid until the next call. */
static inline const char *text_with(int line, const char *replacement) {
  static char text[1 << 16];
  size_t used = 0;
  for (int i = 1; i <= SOUND_LINES; i++) {
    const char *put = i == line ? replacement : SOUND[i - 1];
    used += (size_t)snprintf(text + used, sizeof text - used, "%s\n", put);
  }
  return text;
}

typedef struct mistake {
  int line;                /* the line to replace */
  const char *replacement; /* its new text */
  int expected_line;       /* line that the message must name; 0: none */
  const char *part, *hint; /* parts that the message must contain; hint NULL: none */
} mistake;

/* Check that every rank refuses the text with the same message of one line. */
static inline void check_refused(const char *text, int line, const char *part, const char *hint) {
  problem *made = NULL;
  char where[64], sentence[1024] = "";
  CHECK_STATUS(problem_from_lua("dir/bad.lua", text, &made), NTKW_ERR_PROBLEM);
  CHECK(made == NULL);
  problem_destroy(&made);
  snprintf(sentence, sizeof sentence, "%s", ntkw_last_error());
  snprintf(where, sizeof where, line ? "dir/bad.lua:%d: " : "dir/bad.lua", line);
  CHECK_TEXT_HAS(sentence, where);
  CHECK_TEXT_HAS(sentence, part);
  if (hint) CHECK_TEXT_HAS(sentence, hint);
  CHECK(strchr(sentence, '\n') == NULL);
  CHECK_SAME_ON_ALL_RANKS(sentence);
}

static inline void check_mistakes(const mistake *list, size_t n) {
  for (size_t i = 0; i < n; i++)
    check_refused(text_with(list[i].line, list[i].replacement), list[i].expected_line, list[i].part, list[i].hint);
}
#define CHECK_MISTAKES(list) check_mistakes((list), sizeof(list) / sizeof *(list))

/* The value at (t, x) of a Lua expression without outputs. prelude: Lua statements before it. If the text is refused, a
 * check fails and the value is NaN. */
static inline double value_of(const char *prelude, const char *expression, double t, double x) {
  static char line[8192];
  problem *made = NULL;
  equations_workspace *w = NULL;
  double value = NAN, coordinates[2] = {t, x};
  snprintf(line, sizeof line, "  network = { hidden = {8} }, exact = { u = function(p) %s return %s end },", prelude,
           expression);
  CHECK_OK(problem_from_lua("good.lua", text_with(NETWORK_LINE, line), &made));
  if (!made) return value;
  CHECK_OK(equations_workspace_create(made->exact[0], 1, &w));
  equations_residuals(w, 1, 2, coordinates, NULL, &value);
  equations_workspace_destroy(&w);
  problem_destroy(&made);
  return value;
}

#endif
