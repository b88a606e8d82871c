#include "pinn/problem/whole_numbers.h"
#include "pinn/problem/operator_rewrite.h"
#include "pinn/problem/symbols.h"
#include "pinn/problem/limits.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char MARK[] = "whole number's operator", WAITING[] = "whole number", NEGATIVE_MARK[] = "negation";
static const char BLANKS[] = " \t\f\v\r\n";
enum { ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, SHIFT_LEFT, SHIFT_RIGHT, NEGATE, N_OPERATORS = NEGATE };
enum { BITS = 64, FARTHEST = 2000 /* longest shift, which gives infinity or 0 */, MOST_WAITING = 1 << 20 };
/* Instructions added by the rewriting (operator_rewrite.h): they do not count against the file's limit. */
enum { WOVEN_BEFORE = 3, WOVEN_AFTER = 1 };

static const struct {
  const char *symbol, *event, *global;
  int lua_operator;
} OPERATORS[] = {{"+", "__add", "__add", LUA_OPADD},  {"-", "__sub", "__sub", LUA_OPSUB},
                 {"*", "__mul", "__mul", LUA_OPMUL},  {"//", "__idiv", "__idiv", LUA_OPIDIV},
                 {"%", "__mod", "__mod", LUA_OPMOD},  {"<<", "__shl", "__shl", LUA_OPSHL},
                 {">>", "__shr", "__shr", LUA_OPSHR}, {"-", "__pow", "__neg", LUA_OPUNM}};

bool whole_numbers_mark(lua_State *L, int index) {
  return luaL_testudata(L, index, MARK);
}

/* The name before (step -1) or after (1) token i, with the fields that lead to it, in quotes for messages; "": the
 * operand is not just a name. */
static const char *name_beside(lua_State *L, const token_list *list, int i, int step) {
  int end = i + step;
  if (end < 0 || end >= list->n || list->tokens[end].kind != TOKEN_NAME) return "";
  while (token_is(list, end + step, ".") && end + 2 * step >= 0 && end + 2 * step < list->n &&
         list->tokens[end + 2 * step].kind == TOKEN_NAME)
    end += 2 * step;
  const bool called = token_is(list, end + step, "(") || token_is(list, end + step, "{") ||
                      (end + step < list->n && end + step >= 0 && list->tokens[end + step].kind == TOKEN_STRING);
  if (token_is(list, end + step, ".") || token_is(list, end + step, ":")) return "";
  if (step > 0 && (called || token_is(list, end + step, "["))) return "";
  const token *first = &list->tokens[step < 0 ? end : i + 1], *last = &list->tokens[step < 0 ? i - 1 : end];
  lua_pushlstring(L, list->text + first->start, last->start + last->length - first->start);
  return lua_pushfstring(L, " ('%s')", lua_tostring(L, -1));
}

/* The name of the operand, if the line has this operator once and the operand is a name; else "". */
static const char *operand_name(lua_State *L, int op, int step) {
  const token_list *list = &reader_of(L)->tokens;
  const int line = reader_line(L);
  int found = -1;
  for (int i = 0; i < list->n; i++) {
    if (list->tokens[i].line != line || !token_is(list, i, OPERATORS[op].symbol)) continue;
    if (found >= 0) return "";
    found = i;
  }
  return found < 0 ? "" : name_beside(L, list, found, step);
}

_Noreturn static void refuse_operand(lua_State *L, int op, int index, int step) {
  const char *value = describe(L, index), *name = operand_name(L, op, step);
  reader_fail_here(L, "attempt to perform arithmetic (%s) on %s%s; expected a number or a symbolic value such as p.u",
                   OPERATORS[op].symbol, value, name);
}

static void keep(lua_State *L, lua_Integer value) {
  reader *r = reader_of(L);
  if (r->n_waiting == r->most_waiting) {
    const int most = r->most_waiting > 0 ? 2 * r->most_waiting : 64;
    lua_Integer *moved = most > MOST_WAITING ? NULL : realloc(r->waiting, (size_t)most * sizeof *moved);
    if (!moved) reader_fail_here(L, "too many nested operands, or out of memory for them");
    r->waiting = moved;
    r->most_waiting = most;
  }
  r->waiting[r->n_waiting++] = value;
}

/* a * __mul */
static int take_left(lua_State *L) {
  const int op = (int)lua_tointeger(L, lua_upvalueindex(1));
  const bool shift = op == SHIFT_LEFT || op == SHIFT_RIGHT;
  int whole = lua_isinteger(L, 1);
  lua_Integer value = 0;
  if (lua_type(L, 1) != LUA_TNUMBER) refuse_operand(L, op, 1, -1);
  if (whole || shift) value = lua_tointegerx(L, 1, &whole);
  reader_of(L)->instructions -= WOVEN_BEFORE;
  if (whole) {
    keep(L, value);
    lua_pushvalue(L, lua_upvalueindex(2));
  } else {
    lua_settop(L, 1);
  }
  return 1;
}

static void push_real(lua_State *L, int op, lua_Integer a, lua_Integer b) {
  const lua_Number x = (lua_Number)a, y = (lua_Number)b;
  lua_pushnumber(L, op == ADD ? x + y : op == SUBTRACT ? x - y : op == MULTIPLY ? x * y : -x);
}

/* a * 2^n, or for n < 0 the bits moved to the right. */
static void push_shifted(lua_State *L, lua_Integer a, int n) {
  if (n < 0 && a < 0)
    reader_fail_here(L, "%I >> %d moves the bits of a negative number; expected a // 2^n", (LUAI_UACINT)a, -n);
  if (n < 0)
    lua_pushinteger(L, n > -BITS ? a >> -n : 0);
  else if (a == 0 || (n < BITS - 1 && a <= LUA_MAXINTEGER >> n && a >= -(LUA_MAXINTEGER >> n) - 1))
    lua_pushinteger(L, a == 0 ? 0 : a * ((lua_Integer)1 << n));
  else
    lua_pushnumber(L, ldexp((lua_Number)a, n));
}

/* As in Lua, the quotient is rounded towards minus infinity, and the remainder has the sign of the divisor. */
static void push_quotient(lua_State *L, int op, lua_Integer a, lua_Integer b) {
  if (b == 0)
    reader_fail_here(L, "attempt to perform 'n%s0': %I is divided by the whole number zero; expected another divisor",
                     op == DIVIDE ? "//" : "%", (LUAI_UACINT)a);
  if (b == -1) {
    if (op == MODULO || a != LUA_MININTEGER)
      lua_pushinteger(L, op == MODULO ? 0 : -a);
    else
      push_real(L, NEGATE, a, 0);
    return;
  }
  const bool inexact = a % b != 0 && (a % b < 0) != (b < 0);
  lua_pushinteger(L, op == DIVIDE ? a / b - inexact : a % b + (inexact ? b : 0));
}

static void push_result(lua_State *L, int op, lua_Integer a, lua_Integer b) {
  lua_Integer made = 0;
  const int shift = (int)(b < -FARTHEST ? -FARTHEST : b > FARTHEST ? FARTHEST : b);
  if (op == SHIFT_LEFT || op == SHIFT_RIGHT) return push_shifted(L, a, op == SHIFT_LEFT ? shift : -shift);
  if (op == DIVIDE || op == MODULO) return push_quotient(L, op, a, b);
  const bool wraps = op == ADD        ? __builtin_add_overflow(a, b, &made)
                     : op == SUBTRACT ? __builtin_sub_overflow(a, b, &made)
                                      : __builtin_mul_overflow(a, b, &made);
  if (wraps)
    push_real(L, op, a, b);
  else
    lua_pushinteger(L, made);
}

/* (a * __mul) * b */
static int take_right(lua_State *L) {
  reader *r = reader_of(L);
  const int op = (int)lua_tointeger(L, lua_upvalueindex(1));
  const bool shift = op == SHIFT_LEFT || op == SHIFT_RIGHT;
  const lua_Integer a = r->waiting[--r->n_waiting];
  int whole = lua_isinteger(L, 2);
  lua_Integer b = 0;
  r->instructions -= WOVEN_AFTER;
  if (symbol_test(L, 2)) {
    lua_pushinteger(L, a);
    lua_replace(L, 1);
    return symbol_arithmetic(L, OPERATORS[op].lua_operator);
  }
  if (lua_type(L, 2) != LUA_TNUMBER) refuse_operand(L, op, 2, 1);
  if (whole || shift) b = lua_tointegerx(L, 2, &whole);
  if (shift && !whole) reader_fail_here(L, "number has no integer representation (%s)", describe(L, 2));
  if (whole) {
    push_result(L, op, a, b);
    return 1;
  }
  lua_pushinteger(L, a);
  lua_replace(L, 1);
  lua_arith(L, OPERATORS[op].lua_operator);
  return 1;
}

/* __neg ^ a: return a, made real if -a does not fit a whole number. The text is - (__neg ^ a), so Lua negates the
 * result. */
static int negate(lua_State *L) {
  lua_settop(L, 2);
  if (lua_type(L, 2) != LUA_TNUMBER && !symbol_test(L, 2)) refuse_operand(L, NEGATE, 2, 1);
  reader_of(L)->instructions -= WOVEN_BEFORE;
  if (lua_isinteger(L, 2) && lua_tointeger(L, 2) == LUA_MININTEGER) lua_pushnumber(L, (lua_Number)LUA_MININTEGER);
  return 1;
}

/* A string of hexadecimal digits that Lua would wrap around, as a real number. */
static bool push_long_hexadecimal(lua_State *L, const char *text) {
  text += strspn(text, BLANKS);
  const char *digits = text + (*text == '-' || *text == '+');
  const size_t length = strspn(digits, "0123456789abcdefABCDEFxX");
  if (!operator_rewrite_wraps(digits, length)) return false;
  lua_pushlstring(L, text, length + (size_t)(digits - text));
  return lua_stringtonumber(L, lua_pushfstring(L, "%sp0", lua_tostring(L, -1))) != 0;
}

/* The value of digits that Lua has found valid in this base. */
static double value_in_base(const char *text, int base) {
  double value = 0.0;
  text += strspn(text, BLANKS);
  const bool negative = *text == '-';
  for (text += negative; isalnum((unsigned char)*text); text++)
    value = value * base + (isdigit((unsigned char)*text) ? *text - '0' : toupper((unsigned char)*text) - 'A' + 10);
  return negative ? -value : value;
}

int whole_numbers_convert(lua_State *L) {
  const bool text = lua_type(L, 1) == LUA_TSTRING, based = !lua_isnoneornil(L, 2);
  if (text) reader_charge(L, (int64_t)lua_rawlen(L, 1));
  const int n = lua_tocfunction(L, lua_upvalueindex(1))(L); /* leaves its arguments where they are */
  if (!text || !lua_isinteger(L, -1)) return n;
  if (!based) return push_long_hexadecimal(L, lua_tostring(L, 1)) ? 1 : n;
  const double value = value_in_base(lua_tostring(L, 1), (int)lua_tointeger(L, 2));
  const bool same_sign = (lua_tointeger(L, -1) < 0) == (value < 0);
  if (fabs(value) > 0x1p63 || (fabs(value) == 0x1p63 && !same_sign)) lua_pushnumber(L, value);
  return 1;
}

static void set_closures(lua_State *L, const char *type, lua_CFunction take, bool waits) {
  luaL_newmetatable(L, type);
  for (int op = 0; op < N_OPERATORS; op++) {
    lua_pushinteger(L, op);
    if (waits) lua_pushvalue(L, -3);
    lua_pushcclosure(L, take, waits ? 2 : 1);
    lua_setfield(L, -2, OPERATORS[op].event);
  }
}

void whole_numbers_open(lua_State *L) {
  lua_newuserdatauv(L, 0, 0); /* the value that waits for a right operand */
  set_closures(L, WAITING, take_right, false);
  lua_setmetatable(L, -2);
  lua_newuserdatauv(L, 0, 0); /* the marks: one for all operators */
  lua_insert(L, -2);
  set_closures(L, MARK, take_left, true);
  lua_remove(L, -2);
  lua_setmetatable(L, -2);
  for (int op = 0; op < N_OPERATORS; op++) {
    lua_pushvalue(L, -1);
    lua_setglobal(L, OPERATORS[op].global);
  }
  lua_pop(L, 1);
  lua_newuserdatauv(L, 0, 0);
  luaL_newmetatable(L, NEGATIVE_MARK);
  lua_pushcfunction(L, negate);
  lua_setfield(L, -2, OPERATORS[NEGATE].event);
  lua_setmetatable(L, -2);
  lua_setglobal(L, OPERATORS[NEGATE].global);
}
