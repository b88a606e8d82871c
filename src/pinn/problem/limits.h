/* Limits of the memory, instructions and time that a problem file may use while it is read. All functions are local. */
#ifndef NTKW_PINN_LIMITS_H
#define NTKW_PINN_LIMITS_H

#include "pinn/problem/reader.h"

enum { MEGABYTE = 1 << 20 };

/* Create the Lua state of a reader. From here on its allocations are limited and its time is measured.
 * @return NULL: out of memory. */
lua_State *limits_new_state(reader *r);

/* Count Lua's instructions from here on. */
void limits_count(lua_State *L);

/* Is the time to read the file over, or has a signal arrived? */
bool reader_is_late(reader *r);

/* Raise an error if the time is over or a signal has arrived. line: for the message; 0: the line that calls the running
 * C function. */
void reader_check_clock(lua_State *L, int line);

/* Count the work of a C function against the limit of instructions, and check the clock. Raises an error beyond either.
 */
void reader_charge(lua_State *L, int64_t work);

#endif
