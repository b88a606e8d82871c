/* The message about a common syntax error names the missing token or the spelling in Lua. */
#include "problem_fixture.h"

typedef struct row {
  const char *text;
  int line;
  const char *part, *hint;
} row;

static void check_rows(const row *rows, size_t n) {
  for (size_t i = 0; i < n; i++) check_refused(rows[i].text, rows[i].line, rows[i].part, rows[i].hint);
}
#define CHECK_ROWS(rows) check_rows((rows), sizeof(rows) / sizeof *(rows))

static void missing_signs(void) {
  static const row rows[] = {
      {"return problem {\n { \"r\", points = 32 on = interior() } }", 2, "'}' expected near 'on'; is a comma",
       "is a comma missing before 'on'? (the '{' is in the same line)"},
      {"return problem {\n { \"r\", points = 32\n on = interior() } }", 3, "(to close '{' at line 2) near 'on'",
       "; is a comma missing before 'on'?"},
      {"return problem {\n { \"r\" }\n { \"s\" } }", 3, "to close '{' at line 1", "is a comma missing before '{'?"},
      {"return problem { inputs = { {\"x\", 0 1} } }", 1, "near '1'", "is a comma missing before '1'?"},
      {"local t = {\n a = {1, 2\n}\nerror(1)", 4, "to close '{' at line 1",
       "is a comma or a '}' missing before 'error'?"},
      {"return problem {\n steps = 1", 2, "to close '{' at line 1", "is '}' missing before <eof>?"},
      {"return {\n a = { 1, 2 ) }", 2, "'}' expected", "is '}' missing before ')'?"},
      {"return {\n a = sin(1 } }", 2, "')' expected", "is ')' missing before '}'?"},
      {"local t = {} t[1 = 3", 1, "']' expected", "is ']' missing before '='?"},
      {"local a = max(1 2)", 1, "')' expected", "is a comma or an operator missing before '2'?"},
      {"local f = function(p)\nreturn p.u + 1\nlocal g = 1", 3, "to close 'function' at line 1",
       "is 'end' missing before 'local'?"},
      {"return { f = function(p) return p.u }", 1, "'end' expected", "is 'end' missing before '}'?"},
      {"return { f = function(p) return p.u p.u end }", 1, "'end' expected",
       "is 'end', a comma or an operator missing before 'p'?"},
      {"if 1 then sin(1) else if 2 then sin(2) end", 1, "'end' expected", "elseif does not"},
      {"if 1 sin(1) end", 1, "'then' expected", "is 'then' missing before 'sin'?"},
      {"for i = 1, 3 sin(1) end", 1, "'do' expected", "is 'do' missing before 'sin'?"},
      {"local s = 'abc\nlocal t = 1", 1, "unfinished string", "is the closing quote missing"},
      {"local s = [[abc\n\n", 3, "unfinished long string", "is the closing ]] missing?"},
      {"--[[ abc", 1, "unfinished long comment", "is the closing ]] missing?"},
      {"return problem { } }", 1, "<eof> expected", "is there one '}' too many?"},
      {"local t = { 1,, 2 }", 1, "unexpected symbol", "is something missing before ','"},
      {"return problem { } x = 1", 1, "<eof> expected", "nothing may follow return problem { ... }"},
      {"local a = 2x", 1, "malformed number", "is a '*' or a space missing after the number?"},
      {"local a = 3 ..2 local b = 3..2", 1, "malformed number", "between a number and .. there is a space"},
      {"local a = 1 y z", 1, "syntax error", "expected an assignment (name = value) or a call"},
  };
  CHECK_ROWS(rows);
}

static void signs_of_other_languages(void) {
  static const row rows[] = {
      {"if 1 = 2 then end", 1, "'then' expected", "== compares"},
      {"local b = boundary(x=0)", 1, "')' expected", "keys stand in braces: boundary{x = ...}"},
      {"local t = { 'x' = 1 }", 1, "'}' expected", "['x'] with brackets"},
      {"local t = { x: 1 }", 1, "<name> expected", "a key is written name = value"},
      {"local t = { 'x': 1 }", 1, "'}' expected", "a key is written name = value"},
      {"local t = [1, 2]", 1, "unexpected symbol", "a list is written {1, 2, 3}"},
      {"local t = { and = 1 }", 1, "unexpected symbol", "'and' is a word of Lua and no name"},
      {"if 1 != 2 then end", 1, "'then' expected", "'not equal' is written ~="},
      {"local a = !b", 1, "unexpected symbol", "'not' is written not"},
      {"local a = 1 && 2", 1, "unexpected symbol", "'and' is written and"},
      {"local a = 1 || 2", 1, "unexpected symbol", "'or' is written or"},
      {"local a = 1 === 2", 1, "unexpected symbol", "'equal' is written =="},
      {"local a = 1 ? 2 : 3", 1, "unexpected symbol", "where(condition, a, b)"},
      {"local a = 2 ** 3", 1, "unexpected symbol", "a power is written ^"},
      {"local a = 1 a += 1", 1, "syntax error", "Lua has no +=; expected x = x + ..."},
      {"local a = 1 a++", 1, "syntax error", "expected x = x + 1"},
      {"// a comment", 1, "unexpected symbol", "a comment begins with --"},
      {"/* a comment */", 1, "unexpected symbol", "a comment begins with --"},
      {"\n# a comment", 2, "unexpected symbol", "a comment begins with --"},
      {"local a = { b = 1 // the number b\n c = 2 }", 1, "'}' expected", "or is it a comment, which begins with --?"},
      {"local a = { b = 1, # the b\n c = 2 }", 1, "'}' expected", "or is it a comment, which begins with --?"},
      {"local f = lambda p: p.u", 1, "expected near", "a function is written function(p) return ... end"},
      {"def f(p):", 1, "syntax error", "a function is written"},
      {"local f = p -> p.u", 1, "unexpected symbol", "a function is written"},
      {"local f = (p) => p.u", 1, "unexpected symbol", "a function is written"},
      {"function f(p) { return p.u }", 1, "unexpected symbol", "a function is written"},
      {"function f(p) = p.u", 1, "unexpected symbol", "a function is written"},
      {"if 1 then sin(1) elif 2 then sin(2) end", 1, "syntax error", "expected elseif"},
      {"for (i = 0; i < 3; i++) do end", 1, "<name> expected", "expected for i = 1, 10 do ... end"},
      {"var x = 1", 1, "syntax error", "a variable is written local name = value"},
      {"local a = 1 \u2212 2", 1, "unexpected symbol", "the character \u2212 is not part of Lua; expected -"},
      {"local s = \u201cabc\u201d", 1, "unexpected symbol", "expected \""},
      {"local a = 2\u00d73", 1, "unexpected symbol", "expected *"},
      {"local a\u00a0= 1", 1, "unexpected symbol", "a blank that is not a plain space"},
      {"local \u0394x = 1", 1, "<name> expected", "the character \u0394 is not part of Lua, whose names"},
      {"local s = 'a\\qb'", 1, "invalid escape", "a backslash in a string is written \\\\"},
  };
  CHECK_ROWS(rows);
}

/* Without a certain explanation the message is Lua's alone. Other line ends and a first line "#!" do not change
 * explanations. */
static void nothing_said_that_is_wrong(void) {
  static const char *const texts[] = {"local s = @x@", "goto 3", "local a <const = 1", "return return"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    problem *made = NULL;
    CHECK_STATUS(problem_from_lua("bad.lua", texts[i], &made), NTKW_ERR_PROBLEM);
    CHECK(strchr(ntkw_last_error(), ';') == NULL);
  }
  check_refused("#!/usr/bin/env ntkw\r\rreturn {\r a = 1\r b = 2 }", 5, "at line 3", "is a comma missing before 'b'?");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(missing_signs), TEST(signs_of_other_languages),
                                    TEST(nothing_said_that_is_wrong)};
  return run_suite("problem: syntax", cases, sizeof cases / sizeof *cases, argc, argv);
}
