/* Functions and operators of problem files give the values of their formulas, on symbolic values and on numbers alike;
 * numbers go through the reproducible functions, the same bits on every rank. */
#include "problem_fixture.h"
#include "pinn/arithmetic/reproducible.h"

/* expression in terms of %s, to be filled with the symbolic p.x and the number 0.7 */
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

/* Lua's own arithmetic: IEEE doubles and 64-bit integers. */
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
  const place *point = &p->conditions[0].places[1];
  CHECK(point->fixed[0] && point->fixed[1]);
  CHECK_EQUAL_DOUBLE(point->value[0], 0.5);
  CHECK_EQUAL_DOUBLE(point->value[1], 1.0);
  problem_destroy(&p);
}

/* Inputs whose names are parts of each other: the longest match. */
static void derivative_names(void) {
  problem *p = NULL;
  CHECK_OK(problem_from_lua("x.lua",
                            "return problem { inputs = { {'x', 0, 1}, {'xi', 0, 1}, {'i', 0, 1} },\n"
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
  static const test_case cases[] = {TEST(functions_agree_on_both_kinds_of_value), TEST(numbers_never_meet_libm),
                                    TEST(lua_numbers), TEST(places_and_several_equations), TEST(derivative_names)};
  return run_suite("problem: arithmetic", cases, sizeof cases / sizeof *cases, argc, argv);
}
