/* Hints that follow Lua's message about the syntax of a problem file, for the usual mistakes: a missing comma, brace or
 * end, and operators, comments and functions written as in other languages. */
#ifndef NTKW_PINN_SYNTAX_HINTS_H
#define NTKW_PINN_SYNTAX_HINTS_H

#include "pinn/problem/reader.h"

/* "; is a comma missing before 'on'?" or "", left on the stack. message: Lua's; list: the tokens of the text;
 * read: the bytes of the text that Lua's lexer had taken. */
const char *syntax_hint(lua_State *L, const token_list *list, const char *message, size_t read);

#endif
