/* Charge calls of Lua's library functions against the limit of instructions, before they are made. Lua's own count does
 * not include work inside a C function, and some arguments make a call practically endless (string.rep("", 1 <<
 * 62)). */
#ifndef NTKW_PINN_CHARGES_H
#define NTKW_PINN_CHARGES_H

#include "pinn/problem/reader.h"

/* Replace the library function on top of the stack, called `name`, by one that charges each call. */
void charges_wrap(lua_State *L, const char *name);

/* Charge a call of the library function in upvalue 1 according to its kind (upvalue 2), then make the call. */
int charges_call(lua_State *L);
/* The kind of a function, for upvalue 2. */
int charges_kind(const char *name);

#endif
