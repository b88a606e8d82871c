/* What a call of Lua's library costs, counted like instructions, before it is made: Lua's limit of instructions does not
 * see the inside of a C function, some of which run for ever if they are asked to (string.rep("", 1 << 62)). */
#ifndef NTKW_PINN_CHARGES_H
#define NTKW_PINN_CHARGES_H

#include "pinn/problem/reader.h"

/* Exchange the library function on top of the stack, called `name`, for one that is charged. */
void charges_wrap(lua_State *L, const char *name);

/* Charge for a call of the library function that is upvalue 1, of the kind that is upvalue 2, and make it. */
int charges_call(lua_State *L);
/* The number that stands for a function in upvalue 2. */
int charges_kind(const char *name);

#endif
