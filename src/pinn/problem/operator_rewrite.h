/* Rewrite the operators of a problem file so that they call functions that check their operands.
 *
 * Lua calls no metamethod for a == b, a ~= b, a truth test (if, while, until, not, and, or), the power of two numbers
 * or the arithmetic of whole numbers. Without the rewriting, symbolic values would silently count as "different" and
 * "true", powers would come from libm, whose bits depend on the machine, and whole numbers would wrap around at 2^63.
 * The file that runs is therefore a rewritten text with the same lines:
 *
 *     a == b               __equal(a , b)           a ~= b           __unequal(a , b)
 *     if E then            if __test(E) then        also elseif, while, until
 *     a and b, a or b      __operand(a) and b       refuses comparisons of symbolic values only: b = b or 1 is fine
 *     not a                not __not^ a             __not has a power that returns a; ^ binds tighter than not
 *     a ^ b                a ^__power^ b            = a ^ (__power ^ b), as ^ groups to the right: both powers call
 *                                                   metamethods of this program
 *     a * b                a * __mul * b            = (a * __mul) * b, as * groups to the left: both products call
 *                                                   metamethods of this program if a is whole (whole_numbers.h);
 *                                                   also + - // % << >>
 *     - a                  - __neg^ a               __neg has a power that returns a
 *     0xffffffffffffffff   0xffffffffffffffffp0     a real number where the whole one does not fit
 *
 * If an operand is written as a real number (2.5 * a), the operation is real anyway and stays unchanged. For ordinary
 * values the helpers give Lua's results, except for powers and for whole numbers that would wrap around. Comparisons
 * and tests of symbolic values are errors. */
#ifndef NTKW_PINN_OPERATOR_REWRITE_H
#define NTKW_PINN_OPERATOR_REWRITE_H

#include "pinn/problem/lexer.h"

/* Make the rewritten text, to be freed, in time proportional to its length. list: the tokens of a valid text.
 * @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status operator_rewrite_create(const token_list *list, char **out);

/* Is the text a hexadecimal whole number of more than 63 bits? Lua would keep its last 64 bits. */
bool operator_rewrite_wraps(const char *text, size_t length);

/* Is token i the name of one of the helpers above? */
bool operator_rewrite_owns(const token_list *list, int i);

#endif
