/* Report f() written instead of f(p) at the call, not where the missing p is used. */
#ifndef NTKW_PINN_MISSING_ARGUMENT_H
#define NTKW_PINN_MISSING_ARGUMENT_H

#include <lua.h>

/* A message handler for lua_pcall: turn an error about a nil parameter of a function into one about the call that left
 * the argument out. Other errors stay as they are. */
int missing_argument_handler(lua_State *L);

#endif
