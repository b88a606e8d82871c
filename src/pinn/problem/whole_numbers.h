/* Arithmetic of Lua's whole numbers that never wraps around: a result outside of -2^63 to 2^63 - 1 becomes the real
 * number that real operands would give.
 *
 * The rewritten text (operator_rewrite.h) has a * __mul * b for a * b. If a is whole, a * __mul stores a (on a stack,
 * as expressions are nested) and gives a userdata whose * b computes the result; otherwise it gives a, and Lua
 * multiplies as usual. The same holds for + - // % << and >>. a << n is a * 2^n; a >> n is refused for a negative a,
 * whose bits would become another number; & | ~ act on the 64 bits, as in Lua. */
#ifndef NTKW_PINN_WHOLE_NUMBERS_H
#define NTKW_PINN_WHOLE_NUMBERS_H

#include "pinn/problem/reader.h"

void whole_numbers_open(lua_State *L);

/* Is the value a mark such as __mul? With a mark as right operand, a symbolic value is returned unchanged. */
bool whole_numbers_mark(lua_State *L, int index);

/* tonumber, with Lua's as upvalue: digits that do not fit a whole number give a real number. */
int whole_numbers_convert(lua_State *L);

#endif
