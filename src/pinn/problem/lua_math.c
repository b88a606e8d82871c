/* The mathematical functions of problem files, as globals and as fields of math. On numbers they are computed
 * immediately, in the same reproducible arithmetic as on symbolic values; libm is not used. */
#include "pinn/arithmetic/reproducible.h"
#include "pinn/problem/math_names.h"
#include "pinn/problem/symbols.h"

#include <math.h>

static const char *const MATH_NAMES[] = {"sin",  "cos", "tan",   "tanh", "sinh", "cosh", "exp", "log",
                                         "sqrt", "abs", "floor", "ceil", "min",  "max",  "pi",  "huge"};
enum { N_MATH_NAMES = sizeof MATH_NAMES / sizeof *MATH_NAMES };

static tape *tape_of(lua_State *L) {
  return reader_of(L)->made->tape;
}

static bool all_numbers(lua_State *L) {
  for (int i = 1; i <= lua_gettop(L); i++)
    if (lua_type(L, i) != LUA_TNUMBER) return false;
  return true;
}

static void expect_arguments(lua_State *L, const char *name, int n) {
  if (lua_gettop(L) != n) reader_fail_here(L, "%s is given %d arguments; expected %d", name, lua_gettop(L), n);
}

/* Functions of one argument. apply_number and apply_node must have the same formulas, for doubles and tape nodes. */
typedef enum function { SIN, COS, TAN, TANH, SINH, COSH, EXP, LOG, SQRT, ABS } function;

static double cosh_number(double x) {
  return 0.5 * (reproducible_exp(x) + reproducible_exp(-x));
}

static double apply_number(function f, double x) {
  switch (f) {
  case SIN:
    return reproducible_sin(x);
  case COS:
    return reproducible_cos(x);
  case TAN:
    return reproducible_sin(x) / reproducible_cos(x);
  case TANH:
    return reproducible_tanh(x);
  case SINH:
    return reproducible_tanh(x) * cosh_number(x); /* no cancellation near 0 */
  case COSH:
    return cosh_number(x);
  case EXP:
    return reproducible_exp(x);
  case LOG:
    return reproducible_log(x);
  case SQRT:
    return sqrt(x);
  default:
    return fabs(x);
  }
}

static node cosh_node(tape *t, node x) {
  const node sum = tape_binary(t, OP_ADD, tape_unary(t, OP_EXP, x), tape_unary(t, OP_EXP, tape_unary(t, OP_NEGATE, x)));
  return tape_binary(t, OP_MULTIPLY, tape_constant(t, 0.5), sum);
}

static node apply_node(tape *t, function f, node x) {
  switch (f) {
  case SIN:
    return tape_unary(t, OP_SIN, x);
  case COS:
    return tape_unary(t, OP_COS, x);
  case TAN:
    return tape_binary(t, OP_DIVIDE, tape_unary(t, OP_SIN, x), tape_unary(t, OP_COS, x));
  case TANH:
    return tape_unary(t, OP_TANH, x);
  case SINH:
    return tape_binary(t, OP_MULTIPLY, tape_unary(t, OP_TANH, x), cosh_node(t, x));
  case COSH:
    return cosh_node(t, x);
  case EXP:
    return tape_unary(t, OP_EXP, x);
  case LOG:
    return tape_unary(t, OP_LOG, x);
  case SQRT:
    return tape_unary(t, OP_SQRT, x);
  default:
    return tape_unary(t, OP_ABS, x);
  }
}

static int call_function(lua_State *L) {
  const function f = (function)lua_tointeger(L, lua_upvalueindex(1));
  const char *name = lua_tostring(L, lua_upvalueindex(2));
  expect_arguments(L, name, 1);
  if (all_numbers(L))
    lua_pushnumber(L, apply_number(f, lua_tonumber(L, 1)));
  else
    symbol_push(L, apply_node(tape_of(L), f, symbol_get(L, 1, lua_pushfstring(L, "the argument of %s", name))));
  return 1;
}

static int round_number(lua_State *L) {
  const bool up = lua_toboolean(L, lua_upvalueindex(1));
  const char *name = up ? "ceil" : "floor";
  expect_arguments(L, name, 1);
  if (!all_numbers(L))
    reader_fail_here(L, "%s is given %s; expected a plain number (its derivative is zero)", name, describe(L, 1));
  const double x = lua_tonumber(L, 1), rounded = up ? ceil(x) : floor(x);
  lua_Integer whole = 0;
  if (lua_isinteger(L, 1))
    lua_settop(L, 1);
  else if (lua_numbertointeger(rounded, &whole))
    lua_pushinteger(L, whole);
  else
    lua_pushnumber(L, rounded);
  return 1;
}

static int compare(lua_State *L) {
  const bool or_equal = lua_toboolean(L, lua_upvalueindex(1));
  const char *name = or_equal ? "less_equal" : "less";
  expect_arguments(L, name, 2);
  const char *what = lua_pushfstring(L, "an argument of %s", name);
  const node a = symbol_get(L, 1, what), b = symbol_get(L, 2, what);
  symbol_push(L, tape_binary(tape_of(L), or_equal ? OP_LESS_EQUAL : OP_LESS, a, b));
  return 1;
}

/* If the condition is constant, the result is one of the arguments, which may then be of any type. */
static int where(lua_State *L) {
  expect_arguments(L, "where", 3);
  double known = lua_toboolean(L, 1);
  const bool plain = lua_isboolean(L, 1);
  const node decides = plain ? NO_NODE : symbol_get(L, 1, "the condition of where");
  if (plain || tape_is_constant(tape_of(L), decides, &known)) {
    lua_pushvalue(L, known != 0.0 ? 2 : 3);
    return 1;
  }
  const node a = symbol_get(L, 2, "the second argument of where"), b = symbol_get(L, 3, "the third argument of where");
  symbol_push(L, tape_where(tape_of(L), decides, a, b));
  return 1;
}

static void push_extremum(lua_State *L, bool largest, int best, int next) {
  tape *t = tape_of(L);
  const char *what = largest ? "an argument of max" : "an argument of min";
  if (lua_type(L, best) == LUA_TNUMBER && lua_type(L, next) == LUA_TNUMBER) {
    const bool replace = largest ? lua_compare(L, best, next, LUA_OPLT) : lua_compare(L, next, best, LUA_OPLT);
    lua_pushvalue(L, replace ? next : best);
    return;
  }
  const node a = symbol_get(L, best, what), b = symbol_get(L, next, what);
  symbol_push(L, tape_where(t, largest ? tape_binary(t, OP_LESS, a, b) : tape_binary(t, OP_LESS, b, a), b, a));
}

static int extremum(lua_State *L) {
  const bool largest = lua_toboolean(L, lua_upvalueindex(1));
  const int n = lua_gettop(L);
  if (n == 0) reader_fail_here(L, "%s is given no arguments; expected at least 1", largest ? "max" : "min");
  if (lua_type(L, 1) != LUA_TNUMBER) symbol_get(L, 1, largest ? "an argument of max" : "an argument of min");
  lua_pushvalue(L, 1);
  for (int i = 2; i <= n; i++) {
    push_extremum(L, largest, n + 1, i);
    lua_replace(L, n + 1);
    lua_settop(L, n + 1);
  }
  return 1;
}

static int unknown_in_math(lua_State *L) {
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
  if (math_name_is_known(name))
    reader_fail_here(L, "the function 'math.%s' is not available in problem files; expected %s", name,
                     MATH_OF_PROBLEMS);
  reader_fail_here(L, "math.%s is unknown; expected a function of problem files%s", name,
                   hint(L, name, MATH_NAMES, N_MATH_NAMES));
}

/* Set a field of the table on top of the stack, and the global, to the value above it; pops the value. */
static void publish(lua_State *L, const char *name) {
  lua_pushvalue(L, -1);
  lua_setglobal(L, name);
  lua_setfield(L, -2, name);
}

static void publish_flagged(lua_State *L, const char *name, lua_CFunction function_, bool flag) {
  lua_pushboolean(L, flag);
  lua_pushcclosure(L, function_, 1);
  publish(L, name);
}

void lua_math_open(lua_State *L) {
  lua_newtable(L);
  for (int f = SIN; f <= ABS; f++) { /* the first of MATH_NAMES, in the same order */
    lua_pushinteger(L, f);
    lua_pushstring(L, MATH_NAMES[f]);
    lua_pushcclosure(L, call_function, 2);
    publish(L, MATH_NAMES[f]);
  }
  publish_flagged(L, "floor", round_number, false);
  publish_flagged(L, "ceil", round_number, true);
  publish_flagged(L, "min", extremum, false);
  publish_flagged(L, "max", extremum, true);
  publish_flagged(L, "less", compare, false);
  publish_flagged(L, "less_equal", compare, true);
  lua_pushcfunction(L, where);
  publish(L, "where");
  lua_pushnumber(L, 3.141592653589793);
  lua_setfield(L, -2, "pi");
  lua_pushnumber(L, HUGE_VAL);
  lua_setfield(L, -2, "huge");
  lua_newtable(L);
  lua_pushcfunction(L, unknown_in_math);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_setglobal(L, "math");
}
