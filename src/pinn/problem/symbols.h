/* Symbolic values of problem files: nodes of the tape behind Lua's operators.
 *
 * A symbolic value is a userdata that names a node; p, the argument of equations, is a userdata whose fields are made
 * when they are asked for (p.u_xt). Functions raise Lua errors. */
#ifndef NTKW_PINN_SYMBOLS_H
#define NTKW_PINN_SYMBOLS_H

#include <lua.h>
#include "pinn/problem/reader.h"

/* Make the metatable of symbolic values and the helpers of operator_rewrite.h, except those of whole numbers. */
void symbols_open(lua_State *L);

/* The node of a symbolic value, or NULL if the value is none. */
const node *symbol_test(lua_State *L, int index);
/* The node of a symbolic value or a number; raises an error, in which the value is `what`, if it is neither. */
node symbol_get(lua_State *L, int index, const char *what);
/* Push a node; NO_NODE raises the error of the tape. */
void symbol_push(lua_State *L, node value);

/* The result of one of Lua's operators (LUA_OPADD and so on) on the values at 1 and 2, for a C function to return. */
int symbol_arithmetic(lua_State *L, int lua_operator);

/* Push p. exact: name of the output whose exact solution is being read, so that outputs are refused; NULL: an equation
 * of the condition `of`, whose places are known. Both must live as long. */
void point_push(lua_State *L, const char *exact, const condition *of);

#endif
