/* f() where f(p) is meant: told at the call, not where the missing p is used. */
#ifndef NTKW_PINN_MISSING_ARGUMENT_H
#define NTKW_PINN_MISSING_ARGUMENT_H

#include <lua.h>

/* A message handler for lua_pcall: an error about nil in a parameter of a function becomes one about the call that left
 * it out. Others stay as they are. */
int missing_argument_handler(lua_State *L);

#endif
