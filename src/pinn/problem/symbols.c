#include "pinn/problem/symbols.h"
#include "pinn/problem/whole_numbers.h"

#include <math.h>

static const char SYMBOL[] = "symbolic", EXPONENT[] = "exponent", POWER_MARK[] = "power", NOT_MARK[] = "not";

const node *symbol_test(lua_State *L, int index) {
  return luaL_testudata(L, index, SYMBOL);
}

void symbol_push(lua_State *L, node value) {
  if (value == NO_NODE) reader_fail_with(L, 0, tape_status(reader_of(L)->made->tape));
  node *held = lua_newuserdatauv(L, sizeof *held, 0);
  *held = value;
  luaL_setmetatable(L, SYMBOL);
}

node symbol_get(lua_State *L, int index, const char *what) {
  const node *held = symbol_test(L, index);
  if (held) return *held;
  if (lua_type(L, index) == LUA_TFUNCTION)
    reader_fail_here(L, "%s is a function; expected a number or a symbolic value: is its call meant, as in f(p)?",
                     what);
  if (lua_type(L, index) != LUA_TNUMBER)
    reader_fail_here(L, "%s is %s; expected a number or a symbolic value such as p.u", what, describe(L, index));
  const node made = tape_constant(reader_of(L)->made->tape, lua_tonumber(L, index));
  if (made == NO_NODE) reader_fail_with(L, 0, tape_status(reader_of(L)->made->tape));
  return made;
}

static int binary(lua_State *L, operation op) {
  if (whole_numbers_mark(L, 2)) {
    lua_settop(L, 1);
    return 1;
  }
  const node a = symbol_get(L, 1, "an operand"), b = symbol_get(L, 2, "an operand");
  symbol_push(L, tape_binary(reader_of(L)->made->tape, op, a, b));
  return 1;
}

static int add(lua_State *L) {
  return binary(L, OP_ADD);
}
static int subtract(lua_State *L) {
  return binary(L, OP_SUBTRACT);
}
static int multiply(lua_State *L) {
  return binary(L, OP_MULTIPLY);
}
static int divide(lua_State *L) {
  return binary(L, OP_DIVIDE);
}
static int negate(lua_State *L) {
  symbol_push(L, tape_unary(reader_of(L)->made->tape, OP_NEGATE, symbol_get(L, 1, "an operand")));
  return 1;
}

/* a ^ E(b), where E(b) = __power ^ b; also symbolic ^ something. */
static int power(lua_State *L) {
  if (luaL_testudata(L, 2, EXPONENT)) {
    lua_getiuservalue(L, 2, 1);
    lua_replace(L, 2);
  }
  if (lua_type(L, 1) == LUA_TNUMBER && lua_type(L, 2) == LUA_TNUMBER) {
    lua_pushnumber(L, constant_power(lua_tonumber(L, 1), lua_tonumber(L, 2)));
    return 1;
  }
  const node a = symbol_get(L, 1, "the base of a power"), b = symbol_get(L, 2, "the exponent of a power");
  symbol_push(L, tape_power(reader_of(L)->made->tape, a, b));
  return 1;
}

static int make_exponent(lua_State *L) {
  lua_newuserdatauv(L, 0, 1);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, 1);
  luaL_setmetatable(L, EXPONENT);
  return 1;
}

static const char USE_WHERE[] =
    "%s on a symbolic value, whose numbers are not known while the file is read; expected where(condition, a, b) with "
    "less(a, b) or less_equal(a, b) as condition";

static int refuse_comparison(lua_State *L) {
  reader_fail_here(L, USE_WHERE, "a comparison (<, <=, >, >=)");
}

_Noreturn static void refuse(lua_State *L, const char *operator) {
  reader_fail_here(L, "operator %s on a symbolic value; expected +, -, *, / or ^", operator);
}

static int refuse_operator(lua_State *L) {
  refuse(L, lua_tostring(L, lua_upvalueindex(1)));
}

int symbol_arithmetic(lua_State *L, int lua_operator) {
  switch (lua_operator) {
  case LUA_OPADD:
    return add(L);
  case LUA_OPSUB:
    return subtract(L);
  case LUA_OPMUL:
    return multiply(L);
  default:
    refuse(L, lua_operator == LUA_OPMOD    ? "%"
              : lua_operator == LUA_OPIDIV ? "//"
              : lua_operator == LUA_OPSHL  ? "<<"
                                           : ">>");
  }
}

static int refuse_index(lua_State *L) {
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : describe(L, 2);
  reader_fail_here(L, "a symbolic value has no field '%s'; expected derivatives as fields of p, such as p.u_x", key);
}

/* Does == compare the symbolic value a with a number or another symbolic value? Such a comparison has no result while
 * the file is read. Comparisons with nil and other values are allowed. */
static bool is_asked(lua_State *L, int a, int b) {
  return symbol_test(L, a) && (symbol_test(L, b) || lua_type(L, b) == LUA_TNUMBER);
}

static int equal(lua_State *L) {
  lua_settop(L, 2);
  if (is_asked(L, 1, 2) || is_asked(L, 2, 1)) reader_fail_here(L, USE_WHERE, "==");
  lua_pushboolean(L, lua_rawequal(L, 1, 2));
  return 1;
}

static int unequal(lua_State *L) {
  lua_settop(L, 2);
  if (is_asked(L, 1, 2) || is_asked(L, 2, 1)) reader_fail_here(L, USE_WHERE, "~=");
  lua_pushboolean(L, !lua_rawequal(L, 1, 2));
  return 1;
}

static int test(lua_State *L) {
  lua_settop(L, 1);
  if (symbol_test(L, 1)) reader_fail_here(L, USE_WHERE, "a test (if, while, until)");
  return 1;
}

static int test_not(lua_State *L) {
  if (symbol_test(L, 2)) reader_fail_here(L, USE_WHERE, "'not'");
  lua_settop(L, 2);
  return 1;
}

static int operand(lua_State *L) {
  lua_settop(L, 1);
  const node *held = symbol_test(L, 1);
  if (held && tape_is_comparison(reader_of(L)->made->tape, *held)) reader_fail_here(L, USE_WHERE, "'and' or 'or'");
  return 1;
}

static void set_operators(lua_State *L) {
  static const luaL_Reg operators[] = {{"__add", add},
                                       {"__sub", subtract},
                                       {"__mul", multiply},
                                       {"__div", divide},
                                       {"__unm", negate},
                                       {"__pow", power},
                                       {"__index", refuse_index},
                                       {"__lt", refuse_comparison},
                                       {"__le", refuse_comparison},
                                       {NULL, NULL}};
  static const char *const refused[][2] = {{"__mod", "%"},  {"__idiv", "//"}, {"__concat", ".."}, {"__len", "#"},
                                           {"__band", "&"}, {"__bor", "|"},   {"__bxor", "~"},    {"__bnot", "~"},
                                           {"__shl", "<<"}, {"__shr", ">>"}};
  luaL_newmetatable(L, SYMBOL);
  luaL_setfuncs(L, operators, 0);
  lua_pushliteral(L, "a symbolic value");
  lua_setfield(L, -2, DESCRIPTION);
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    lua_pushstring(L, refused[i][1]);
    lua_pushcclosure(L, refuse_operator, 1);
    lua_setfield(L, -2, refused[i][0]);
  }
  lua_pop(L, 1);
}

/* Set a global userdata whose only operator is ^. */
static void set_mark(lua_State *L, const char *type, const char *global, lua_CFunction pow) {
  lua_newuserdatauv(L, 0, 0);
  luaL_newmetatable(L, type);
  lua_pushcfunction(L, pow);
  lua_setfield(L, -2, "__pow");
  lua_setmetatable(L, -2);
  lua_setglobal(L, global);
}

void symbols_open(lua_State *L) {
  set_operators(L);
  luaL_newmetatable(L, EXPONENT);
  lua_pushcfunction(L, power);
  lua_setfield(L, -2, "__pow");
  lua_pop(L, 1);
  set_mark(L, POWER_MARK, "__power", make_exponent);
  set_mark(L, NOT_MARK, "__not", test_not);
  lua_register(L, "__equal", equal);
  lua_register(L, "__unequal", unequal);
  lua_register(L, "__test", test);
  lua_register(L, "__operand", operand);
}
