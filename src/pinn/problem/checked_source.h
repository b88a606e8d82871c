/* A problem file's text with checks woven in.
 *
 * Lua calls no metamethod of ours for a == b, a ~= b, a truth test (if, while, until, not, and, or) or the power of two
 * numbers: symbolic values would silently count as "different" and "true", and the power would be libm's, whose bits
 * depend on the machine. So the text that runs is a rewritten one, with the same lines:
 *
 *     a == b               __equal(a , b)           a ~= b           __unequal(a , b)
 *     if E then            if __test(E) then        also elseif, while, until
 *     a and b, a or b      __operand(a) and b       refuses comparisons of symbolic values only: b = b or 1 is fine
 *     not a                not __not^ a             __not has a power that returns a; ^ binds tighter than not
 *     a ^ b                a ^__power^ b            = a ^ (__power ^ b), as ^ groups to the right: both are ours
 *
 * The helpers give what Lua would for ordinary values and refuse symbolic ones. */
#ifndef NTKW_PINN_CHECKED_SOURCE_H
#define NTKW_PINN_CHECKED_SOURCE_H

#include "pinn/problem/lexer.h"

/* The rewritten text, to be freed. list: the tokens of a valid text. @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status checked_source_create(const token_list *list, char **out);

#endif
