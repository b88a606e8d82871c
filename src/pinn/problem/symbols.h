/* Symbolic values of problem files: nodes of the tape behind Lua's operators.
 *
 * A symbolic value is a userdata that holds the index of a node. p, the argument of equations, is a userdata whose
 * fields (p.u_xt) are made when they are read. The functions raise Lua errors. */
#ifndef NTKW_PINN_SYMBOLS_H
#define NTKW_PINN_SYMBOLS_H

#include <lua.h>
#include "pinn/problem/reader.h"

/* Make the metatable of symbolic values and the helpers of operator_rewrite.h, except those of whole numbers. */
void symbols_open(lua_State *L);

/* The node of a symbolic value; NULL: the value is not symbolic. */
const node *symbol_test(lua_State *L, int index);
/* The node of a symbolic value or a number. Other values raise an error, in which `what` is the value's name. */
node symbol_get(lua_State *L, int index, const char *what);
/* Push a node; NO_NODE raises the error of the tape. */
void symbol_push(lua_State *L, node value);

/* Apply one of Lua's operators (LUA_OPADD and so on) to the values at 1 and 2 and push the result. @return 1, the
 * number of results, for a C function to return. */
int symbol_arithmetic(lua_State *L, int lua_operator);

/* Push p. exact: name of the output whose exact solution is being read: outputs are then refused as fields. NULL: an
 * equation of the condition `of`, whose places are known. Both are borrowed and must outlive p. */
void point_push(lua_State *L, const char *exact, const condition *of);

#endif
