/* Errors of problem files: their line, a description of the value found, and a hint at the word probably meant.
 *
 * An error is a Lua error whose message begins with CHUNK ":LINE: " or CHUNK ": "; sandbox.c replaces CHUNK by the
 * file's name. All functions are local. */
#ifndef NTKW_PINN_MESSAGES_H
#define NTKW_PINN_MESSAGES_H

#include <lauxlib.h>
#include <lua.h>
#include "ntkw/status.h"

#define CHUNK "\1"

/* The field of a userdata's metatable that describes the value, for describe: a string such as "a shape". */
#define DESCRIPTION "description"

/* The line of the file that is running, for use in C functions; 0: unknown. */
int reader_line(lua_State *L);

/* Raise an error at a line of the file (0: unknown). The format is that of lua_pushfstring. */
_Noreturn void reader_fail(lua_State *L, int line, const char *format, ...);
/* The same at the line that calls the running C function. */
_Noreturn void reader_fail_here(lua_State *L, const char *format, ...);
/* Raise the error of ntkw_last_error(). line 0: the line that calls the running C function. */
_Noreturn void reader_fail_with(lua_State *L, int line, ntkw_status status);

/* "; did you mean 'x'?" or "", left on the stack. */
const char *hint(lua_State *L, const char *word, const char *const words[], int n);
/* Describe a value for a message ("a table", "the number 3"); the text is left on the stack. */
const char *describe(lua_State *L, int index);

#endif
