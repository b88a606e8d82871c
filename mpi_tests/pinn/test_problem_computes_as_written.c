/* Functions and operators of problem files give the values of their formulas for symbolic values and for numbers.
 * Functions of numbers are the reproducible ones, so they have the same bits on every rank. */
#include "problem_fixture.h"
#include "pinn/arithmetic/reproducible.h"
#include "pinn/problem/operator_rewrite.h"

/* The expression contains X, which is replaced by the symbolic p.x and by the number 0.7. */
typedef struct fact {
  const char *expression;
  double expected;
} fact;

static void functions_agree_on_both_kinds_of_value(void) {
  const double x = 0.7;
  const fact list[] = {
      {"sin(X)", sin(x)},
      {"cos(X)", cos(x)},
      {"tan(X)", tan(x)},
      {"tanh(X)", tanh(x)},
      {"sinh(X)", sinh(x)},
      {"cosh(X)", cosh(x)},
      {"exp(X)", exp(x)},
      {"log(X)", log(x)},
      {"sqrt(X)", sqrt(x)},
      {"abs(-X)", x},
      {"math.sin(X)", sin(x)},
      {"X^2", x * x},
      {"X^-3", 1.0 / (x * x * x)},
      {"X^0.5", sqrt(x)},
      {"X^X", pow(x, x)},
      {"2^X", pow(2.0, x)},
      {"X^2^X", pow(x, pow(2.0, x))},
      {"-X^2", -x * x},
      {"(-X)^3", -x * x * x},
      {"min(X, 0.5, 1)", 0.5},
      {"max(X, 0.5)", x},
      {"max(X)", x},
      {"where(less(X, 0.7), 1, 2)", 2.0},
      {"where(less_equal(X, 0.7), 1, 2)", 1.0},
      {"where(less(X, 1) * less(0.6, X), 3, 4)", 3.0},
      {"1 - X / 3 + 2 * X - (-X)", 1 - x / 3 + 2 * x + x},
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    double values[2];
    values[0] = value_of("local X = p.x", list[i].expression, 0.0, x);
    values[1] = value_of("local X = 0.7", list[i].expression, 0.0, x);
    CHECK_NEAR(values[0], list[i].expected, 4e-15);
    CHECK_NEAR(values[1], list[i].expected, 4e-15);
    CHECK_SAME_ON_ALL_RANKS(values);
  }
}

static void numbers_never_meet_libm(void) {
  CHECK_EQUAL_DOUBLE(value_of("", "sin(1e22)", 0, 0), reproducible_sin(1e22));
  CHECK_EQUAL_DOUBLE(value_of("", "exp(0.3)", 0, 0), reproducible_exp(0.3));
  CHECK_EQUAL_DOUBLE(value_of("", "2^1.7", 0, 0), reproducible_pow(2.0, 1.7));
  CHECK_EQUAL_DOUBLE(value_of("local a, b = 2, 1.7", "a^b", 0, 0), reproducible_pow(2.0, 1.7));
  CHECK_EQUAL_DOUBLE(value_of("", "1.1^3", 0, 0), 1.1 * (1.1 * 1.1));
}

/* Numbers have Lua's arithmetic: IEEE doubles and 64-bit integers. */
static void lua_numbers(void) {
  CHECK_EQUAL_DOUBLE(value_of("", "0.1 + 0.2", 0, 0), 0.1 + 0.2);
  CHECK_EQUAL_DOUBLE(value_of("", "1/3", 0, 0), 1.0 / 3.0);
  CHECK_EQUAL_DOUBLE(value_of("", "7 // 2 + 7 % 4", 0, 0), 6.0);
  CHECK_EQUAL_DOUBLE(value_of("", "-7 // 2", 0, 0), -4.0);
  CHECK_EQUAL_DOUBLE(value_of("", "5.5 % -2", 0, 0), -0.5);
  CHECK_EQUAL_DOUBLE(value_of("", "math.pi", 0, 0), 3.141592653589793);
  CHECK_EQUAL_DOUBLE(value_of("", "floor(-2.5) + ceil(2.5)", 0, 0), 0.0);
  CHECK_EQUAL_DOUBLE(value_of("", "0x10p-2 + tonumber('1e2')", 0, 0), 104.0);
  CHECK_EQUAL_DOUBLE(value_of("local s = 0 for k, v in pairs {c=1e16, a=1, b=-1e16, 3} do s = s + v end", "s", 0, 0),
                     3.0 + 1.0 - 1e16 + 1e16);
}

/* An integer result that does not fit in 64 bits becomes the real number that real operands give. Results that fit stay
 * integers. Each expression must be true. B is 2^62, M the largest integer, L the smallest. */
static void whole_numbers_never_wrap(void) {
  static const char *const facts[] = {
      "Ra*Ra*Ra*Ra == 1e20",
      "Ra*Ra*Ra*Ra == R*R*R*R",
      "B + B == 2.0^63",
      "B + B + B == 3*2.0^62",
      "L - 1 == -2.0^63 and L - 1 < 0",
      "M + 1 == 2.0^63",
      "M - -1 == 2.0^63",
      "-M - 2 == -2.0^63",
      "-L == 2.0^63 and - -L == -2.0^63 and -(-L) == L",
      "L // -1 == 2.0^63 and L % -1 == 0",
      "B * 2 == 2.0^63 and B * -2 == L and B * -4 == -2.0^64",
      "3 * B // 2 == 3 * 2.0^61",
      "(B * 4) % 3 == 1.0",
      "M * 1 == M and M + 0 == M and M - 0 == M and M // 1 == M and M % 10 == 7",
      "0xffffffffffffffff == 2.0^64 and 0x7fffffffffffffff == M and 0x00000000000000000001 == 1",
      "0x10000000000000000 == 2.0^64 and 0XFFp0 == 255",
      "9223372036854775808 == 2.0^63 and 9223372036854775807 == M",
      "tonumber('0xffffffffffffffff') == 2.0^64 and tonumber(' -0xffffffffffffffff ') == -2.0^64",
      "tonumber('ffffffffffffffff', 16) == 2.0^64 and tonumber('7fffffffffffffff', 16) == M",
      "tonumber('-8000000000000000', 16) == L and tonumber('zz', 36) == 1295 and tonumber('9', 8) == nil",
      "tonumber('0x10') == 16 and tonumber('12') == 12 and tonumber('1e3') == 1000.0 and tonumber('x') == nil",
      "1 << 62 == B and 1 << 63 == 2.0^63 and 3 << 62 == 3 * 2.0^62 and 1 << 64 == 2.0^64 and 0 << 99 == 0",
      "-1 << 63 == L and -1 << 64 == -2.0^64 and 1 >> -4 == 16 and 16 << -2 == 4 and 5 >> 70 == 0",
      "2.0 << 3 == 16 and 16 >> 2.0 == 4 and 7 & 3 | 8 ~ 1 == 11 and ~0 == -1",
      "abs(L) == 2.0^63 and floor(M) == M and math.max(M, L) == M",
      "'u' .. 3 * 2 == 'u6' and 'u' .. Ra == 'u100000' and 'u' .. -7 // 2 == 'u-4' and #{1, 2} + 1 .. '' == '3'",
      "string.format('%d', 7 * 6 - 2) == '40' and string.format('%d', -7 % 4) == '1'",
      "7 // 2 == 3 and -7 // 2 == -4 and 7 // -2 == -4 and -7 // -2 == 3 and 0 // 5 == 0",
      "7 % 4 == 3 and -7 % 4 == 1 and 7 % -4 == -1 and -7 % -4 == -3 and -8 % 4 == 0",
      "7 // 2.0 == 3.5 // 1 and 7 % 2.5 == 2.0 and 7.0 // 0 == math.huge and 1 // 0.0 == math.huge",
      "2 - 3 - 4 == -5 and 2 - (3 - 4) == 3 and 2 * 3 + 4 * 5 == 26 and 24 // 2 // 3 == 4 and 7 * 5 % 4 == 3",
      "-2^2 == -4 and -n^2 == -9 and 2^-n == 0.125 and (-n)^2 == 9 and - - n == n and 4 - - n == 7 and 1 -n == -2",
      "(function(a, ...) return a * select('#', ...) - 1 end)(2, 3, 4) == 3",
      "t[1 + 1] == 20 and t[#t - 1] == 20 and #t * 2 == 6 and t.n * t.n == 25 and -t.n == -5 and 2 * t[n - 1] == 40",
      "(function() local s = 0 for i = 10, 1, -n do s = s * 10 + i end return s end)() == 10741",
      "(function() local function f(k) return k == 0 and 1 or k * f(k - 1) end return f(20) end)() == "
      "2432902008176640000",
      "(function() local function f(k) return k == 0 and 1 or k * f(k - 1) end return f(25) end)() == "
      "(function() local s = 1.0 for k = 2, 25 do s = k * s end return s end)()",
      "~2.0 * B == -3 * 2.0^62 and 0x.8p1 * 2 == 2 and 3 * 1e0 == 3",
  };
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
    char prelude[1024];
    snprintf(prelude, sizeof prelude,
             "local Ra, R, B, n, t = 100000, 100000.0, 4611686018427387904, 3, {10, 20, 30, n = 5}\n"
             "local M, L = B - 1 + B, -B - B if not (%s) then error('not true') end",
             facts[i]);
    CHECK_EQUAL_DOUBLE(value_of(prelude, "p.x", 0, 0.5), 0.5);
  }
  CHECK_EQUAL_DOUBLE(value_of("local n, h = 3, 0.5", "n * p.x - n + n * h - -n", 0, 0.5), 3.0);
  CHECK_EQUAL_DOUBLE(value_of("local n = 3", "-n * -p.x + n / 2", 0, 0.5), 3.0);
}

static void whole_numbers_are_refused_with_their_line(void) {
  static const struct {
    const char *text, *part, *hint;
  } list[] = {
      {"local a = 7\nlocal b = a // 0", "attempt to perform 'n//0': 7 is divided", "another divisor"},
      {"local a = 7\nlocal b = a % (1 - 1)", "attempt to perform 'n%0'", NULL},
      {"local a = -8\nlocal b = a >> 1", "-8 >> 1 moves the bits of a negative number", "expected a // 2^n"},
      {"local a = 8\nlocal b = a << 0.5", "number has no integer representation", NULL},
      {"local a = 0.5\nlocal b = a << 8", "number has no integer representation", NULL},
      {"local a = {}\nlocal b = a.nu * 2", "arithmetic (*) on nothing ('a.nu')", "expected a number or a symbolic"},
      {"local a = {}\nlocal b = 2 - a.c.nu", "attempt to index a nil value", NULL},
      {"local a\nlocal b = 2 - a", "arithmetic (-) on nothing ('a')", NULL},
      {"local a\nlocal b = 1 + 2 * -a", "arithmetic (-) on nothing ('a')", NULL},
      {"local a = {}\nlocal b = 2 // a", "arithmetic (//) on a table ('a')", NULL},
      {"local a = tostring\nlocal b = 2 + a(1)", "arithmetic (+) on the string \"1\"; expected", NULL},
      {"local a = 3\nlocal b = 2 % interior()", "arithmetic (%) on a place;", NULL},
      {"local a = 3\nlocal __add = 2", "the name '__add' belongs to the program", NULL},
      {"local a = { b = 3 }\na.b.__mul = 3", "attempt to index a number value", NULL},
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) check_refused(list[i].text, 2, list[i].part, list[i].hint);
  check_refused(text_with(RESIDUAL_LINE, "{ \"r\", points = 1, on = interior(), equation = function(p)\n"
                                         "return 2 % p.u end },"),
                RESIDUAL_LINE + 1, "operator % on a symbolic value", NULL);
  check_refused(text_with(RESIDUAL_LINE, "{ \"r\", points = 1, on = interior(), equation = function(p)\n"
                                         "return 2 << p.u end },"),
                RESIDUAL_LINE + 1, "operator << on a symbolic value", NULL);
}

/* Lines with very many operators can be read. Chains of and, or are shorter: Lua's time grows with their square. */
static void long_lines(void) {
  enum { ROOM = 1 << 19 };
  static const struct {
    const char *piece;
    size_t n; /* number of pieces in the text that is also run */
  } list[] = {{" + a", 20000},       {" * a - a", 20000},   {" and a", 2000}, {" or a == 2", 2000},
              {" ~= a and a", 2000}, {" - -a // 2", 20000}, {" .. a", 150},   {" == a", 150}};
  char *text = malloc(ROOM), *checked = NULL;
  for (size_t k = 0; text && k < sizeof list / sizeof *list; k++) {
    const size_t step = strlen(list[k].piece), begin = (size_t)snprintf(text, ROOM, "local a = 1\nlocal s = a");
    token_list tokens = {0};
    size_t used = begin;
    for (; used + step + 1 < ROOM; used += step) memcpy(text + used, list[k].piece, step + 1);
    CHECK_OK(tokens_create(text, &tokens));
    CHECK_OK(operator_rewrite_create(&tokens, &checked));
    free(checked);
    tokens_free(&tokens);
    used = begin + step * list[k].n;
    snprintf(text + used, ROOM - used, "\nerror('reached')");
    check_refused(text, 3, "reached", NULL);
  }
  free(text);
}

static void places_and_several_equations(void) {
  problem *p = NULL;
  CHECK_OK(problem_from_lua("x.lua",
                            text_with(RESIDUAL_LINE,
                                      "{ 'a b', points = 7, on = {interior(), boundary{x=1, t=0.5}}, equation = "
                                      "function(p) return p.u_xt, p.u_tx - p.v, less(p.x, 0)*p.v end },"),
                            &p));
  CHECK_EQUAL_INT(equations_count(p->conditions[0].equations), 3);
  CHECK_EQUAL_INT(stream_count(equations_streams(p->conditions[0].equations)), 4);
  CHECK_EQUAL_INT(p->conditions[0].n_places, 2);
  const region *point = p->conditions[0].places[1].region;
  CHECK_EQUAL_INT(point->n_named, 2);
  CHECK_EQUAL_DOUBLE(point->numbers[0], 0.5);
  CHECK_EQUAL_DOUBLE(point->numbers[1], 1.0);
  problem_destroy(&p);
}

/* Derivatives are read correctly if the name of an input or output begins with another one. */
static void derivative_names(void) {
  problem *p = NULL;
  CHECK_OK(problem_from_lua("x.lua",
                            "return problem { inputs = { {'x', 0, 1}, {'xi', 0, 1}, {'y', 0, 1} },\n"
                            "outputs = { 'u', 'u_1' }, network = { hidden = {4} },\n"
                            "conditions = { { 'c', points = 1, on = interior(),\n"
                            "equation = function(p) return p.u_xi, p.u_1_xix, p.u_1 end } } }",
                            &p));
  if (!p) return;
  const stream_set *s = equations_streams(p->conditions[0].equations);
  CHECK_EQUAL_INT(s->n_first, 2);
  CHECK_EQUAL_INT(s->first[0], 0);
  CHECK_EQUAL_INT(s->first[1], 1);
  CHECK_EQUAL_INT(s->n_second, 1);
  CHECK_EQUAL_INT(s->second[0].a, 0);
  CHECK_EQUAL_INT(s->second[0].b, 1);
  problem_destroy(&p);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(functions_agree_on_both_kinds_of_value),
                                    TEST(numbers_never_meet_libm),
                                    TEST(lua_numbers),
                                    TEST(whole_numbers_never_wrap),
                                    TEST(whole_numbers_are_refused_with_their_line),
                                    TEST(long_lines),
                                    TEST(places_and_several_equations),
                                    TEST(derivative_names)};
  return run_suite("problem: arithmetic", cases, sizeof cases / sizeof *cases, argc, argv);
}
