/* Operations that Lua would silently misinterpret on symbolic values are refused with file and line. On numbers they
 * work. */
#include "problem_fixture.h"
#include "base/nearest_word.h"

#define EQUATION(body) "{ \"r\", points = 1, on = interior(), equation = function(p)\n" body "\nend }, "
#define REFUSED(body, part, hint) \
  { RESIDUAL_LINE, EQUATION(body), RESIDUAL_LINE + 1, part, hint }

static void comparisons_and_tests(void) {
  static const char *const hint = "expected where(condition, a, b)";
  const mistake list[] = {
      REFUSED("return (p.x == 0) and p.u or p.v", "== on a symbolic value", hint),
      REFUSED("return 0 == p.x and p.u or p.v", "== on a symbolic value", hint),
      REFUSED("if p.x ~= 0 then return p.u end return p.v", "~= on a symbolic value", hint),
      REFUSED("if p.x - p.t == p.u * 2 + 1 then return p.u end return p.v", "== on a symbolic value", hint),
      REFUSED("if p.x < 0 then return p.u end return p.v", "a comparison", hint),
      REFUSED("if 1 >= p.x then return p.u end return p.v", "a comparison", hint),
      REFUSED("if less(p.x, 0) then return p.u end return p.v", "a test (if, while, until)", hint),
      REFUSED("local n = 0 if n > 0 then n = 1 elseif p.x then n = 2 end return p.u", "a test", hint),
      REFUSED("while p.x do break end return p.u", "a test", hint),
      REFUSED("repeat local y = p.x until y return p.u", "a test", hint),
      REFUSED("local inside = not p.x return p.u", "'not' on a symbolic value", hint),
      REFUSED("return less(p.x, 0) and p.u or p.v", "'and' or 'or'", hint),
      REFUSED("return p.u % 2", "operator % on a symbolic value", "expected +, -, *, / or ^"),
      REFUSED("return p.u .. 'a'", "operator .. on a symbolic value", NULL),
      REFUSED("return p.u.x", "a symbolic value has no field 'x'", "p.u_x"),
      REFUSED("return p.u(1)", "attempt to call a symbolic value", NULL),
      REFUSED("return p.u + nil", "an operand is nothing", "a number or a symbolic value"),
      REFUSED("return p.u + 'a'", "an operand is the string \"a\"", NULL),
      REFUSED("return sin(p.u, 2)", "sin is given 2 arguments", NULL),
      REFUSED("return sin('a') + p.u", "the argument of sin is the string", NULL),
      REFUSED("return floor(p.u)", "floor is given a symbolic value", NULL),
      REFUSED("p.x = 1 return p.u", "p is assigned to", NULL),
  };
  CHECK_MISTAKES(list);
}

static void names_and_constants(void) {
  const mistake list[] = {
      REFUSED("return p.u_tq", "p.u_tq is unknown", "did you mean 'u_t'?"),
      REFUSED("return p.w", "p.w is unknown", "expected an input (t, x), an output (u, v)"),
      REFUSED("return p.ux", "p.ux is unknown", "did you mean 'u_x'?"),
      REFUSED("return p.u_xxxxx", "p.u_xxxxx is a derivative of order 5", "expected orders up to 4"),
      REFUSED("return p.u_xxttxt", "of order 6", NULL),
      REFUSED("return p[1]", "p is asked for the number 1", NULL),
      REFUSED("return p.u / 0", "division by a constant zero", "expected a divisor other than 0"),
      REFUSED("return p.u / (1 - 1.0)", "division by a constant zero", NULL),
      REFUSED("return p.u * (1/0)", "a constant is infinite", "expected a finite number"),
      REFUSED("return p.u + math.huge", "a constant is infinite", NULL),
      REFUSED("return p.u + sqrt(-1)", "not a number", NULL),
      REFUSED("return sinn(p.u)", "'sinn' is unknown", "did you mean 'sin'?"),
      REFUSED("return math.coss(p.u)", "math.coss is unknown", "did you mean 'cos'?"),
      {RESIDUAL_LINE, EQUATION("local a = p.u"), RESIDUAL_LINE, "returns 0 values", NULL},
      {RESIDUAL_LINE, EQUATION("return true"), RESIDUAL_LINE, "returns true", "made of fields of p"},
      {RESIDUAL_LINE, EQUATION("return p"), RESIDUAL_LINE, "returns the argument p", NULL},
      {RESIDUAL_LINE, EQUATION("return p.x"), RESIDUAL_LINE, "does not depend on any output", NULL},
      {NETWORK_LINE, "network = { hidden = {8} }, exact = { u = function(p) return p.v end },", NETWORK_LINE,
       "p.v is an output", "the exact solution of 'u'"},
      {NETWORK_LINE, "network = { hidden = {8} }, exact = { u = function(p) return p.u_q end },", NETWORK_LINE,
       "p.u_q is not an input", NULL},
      {NETWORK_LINE, "network = { hidden = {8} }, exact = { u = function(p) end },", NETWORK_LINE, "returns 0 values",
       NULL},
  };
  CHECK_MISTAKES(list);
}

/* Hints suggest derivatives of every allowed order, with inputs in any order. Of two equally near names they suggest
 * the derivative of lower order. */
static void misspelt_derivatives(void) {
  const mistake list[] = {
      REFUSED("return p.u_xz", "p.u_xz is unknown", "did you mean 'u_x'?"),
      REFUSED("return p.u_xxz", "p.u_xxz is unknown", "did you mean 'u_xx'?"),
      REFUSED("return p.u_xxxz", "p.u_xxxz is unknown", "did you mean 'u_xxx'?"),
      REFUSED("return p.v_xxtq", "p.v_xxtq is unknown", "did you mean 'v_xxt'?"),
      REFUSED("return p.v__txt", "p.v__txt is unknown", "did you mean 'v_txt'?"),
      REFUSED("return p.w_xxxx", "p.w_xxxx is unknown", "did you mean 'u_xxxx'?"),
      REFUSED("return p.u_x_xtt", "p.u_x_xtt is unknown", "did you mean 'u_xxtt'?"),
      REFUSED("return p.U_ttxx", "p.U_ttxx is unknown", "did you mean 'u_ttxx'?"),
      REFUSED("return p.v_txtt_", "p.v_txtt_ is unknown", "did you mean 'v_txtt'?"),
      REFUSED("return p.u__txtx", "p.u__txtx is unknown", "did you mean 'u_txtx'?"),
  };
  CHECK_MISTAKES(list);
}

/* The largest number of the longest names gives a message. Words that are too long to compare give no hint. */
static void long_names(void) {
  enum { INPUTS = 6, ALL = 14, LENGTH = 63, FAR = 700 };
  static char text[4096], lists[2][1024], far[FAR + 1], word[FAR / 2 + 1];
  for (int i = 0; i < ALL; i++) {
    char name[LENGTH + 1] = "", *list = lists[i >= INPUTS];
    const size_t used = strlen(list);
    memset(name, 'a' + i, LENGTH);
    snprintf(list + used, sizeof lists[0] - used, i < INPUTS ? "{\"%s\", 0, 1}, " : "\"%s\", ", name);
  }
  snprintf(text, sizeof text,
           "return problem { inputs = { %s }, outputs = { %s }, network = { hidden = {8} },\n"
           "conditions = { { \"r\", points = 1, on = interior(), equation = function(p) return p.u end } } }",
           lists[0], lists[1]);
  check_refused(text, 2, "p.u is unknown; expected an input", NULL);
  memset(far, 'a', FAR);
  memset(word, 'b', FAR / 2);
  CHECK(ntkw_i_nearest_word(far, (const char *const[]){word}, 1) == NULL);
}

/* Each expression is true in Lua and must be true in the rewritten text. They represent the code of real files. */
static void plain_values_keep_their_meaning(void) {
  static const char *const facts[] = {
      "1 == 1.0",
      "1 ~= 2",
      "'a' == 'a'",
      "'a' ~= 'b'",
      "nil == nil",
      "nil ~= false",
      "not nil",
      "not not 1",
      "not (1 == 2)",
      "not 1 == false",
      "1 < 2 == true",
      "1 == 1 == true",
      "2^3^2 == 512",
      "-2^2 == -4",
      "2^-1 == 0.5",
      "2^-2^2 == 1/16",
      "(2)^2 == 4",
      "#'abc' == 3",
      "(#'abc')^2 == 9",
      "not #'abc' == false",
      "'a' .. 'b' == 'ab'",
      "1 + 1 == 2 and 2 + 2 == 4",
      "false or 1 == 1",
      "(nil or 5) == 5",
      "(false and 1) == false",
      "p.x ~= nil",
      "not (p.x == nil)",
      "(p.x or 1) ~= nil",
      "({1, 2, 3})[1 + 1 == 2 and 2 or 3] == 2",
      "(function(a) return a == 3 end)(3)",
      "(function(...) return select('#', ...) == 2 end)(1, 2)",
      "math.max(1, 3, 2) == 3",
      "tostring(1 == 1) == 'true'",
      "('x'):rep(3) == 'xxx'",
      "type(p.x) == 'userdata'",
      "7 // 2 == 3 and 7 % 2 == 1",
      "5 & 3 == 1",
      "~0 == -1",
      "1 << 4 == 16",
      "[==[==]==] == '=='",
      "(function() local t = {} for i = 1, 3 do if i == 2 then t[#t + 1] = i end end return #t == 1 end)()",
      "(function() local i = 0 while i ~= 5 do i = i + 1 end return i == 5 end)()",
      "(function() local i = 0 repeat i = i + 1 until i == 4 local x = i == 4 return x end)()",
      "(function() local a <const> = 1 == 1 local f = function(b) return b end return f(a) == true end)()",
      "(function() local x = 1 == 1 local y = x and 2 ~= 3 if x and y then return true else return false end end)()",
      "(function() for k, v in pairs { b = 1, a = 2 } do return k == 'a' and v == 2 end end)()",
      "(function() goto done ::done:: return 1 == 1 end)()",
      "where(1 < 2, 3, 4) == 3",
  };
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
    char prelude[512];
    snprintf(prelude, sizeof prelude, "if not (%s) then error('no longer true') end -- == ~= not\n", facts[i]);
    CHECK_EQUAL_DOUBLE(value_of(prelude, "p.x", 0.0, 0.5), 0.5);
    snprintf(prelude, sizeof prelude, "local fact = %s local y = fact == true assert(y)", facts[i]);
    CHECK_EQUAL_DOUBLE(value_of(prelude, "p.x", 0.0, 0.5), 0.5);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(comparisons_and_tests), TEST(names_and_constants), TEST(misspelt_derivatives),
                                    TEST(long_names), TEST(plain_values_keep_their_meaning)};
  return run_suite("problem: symbolic values", cases, sizeof cases / sizeof *cases, argc, argv);
}
