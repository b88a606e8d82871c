/* The Lua state in which a problem file runs, and the report of its error with the file's name.
 *
 * The file gets no io, os, require, load, debug, coroutine, pcall or metatables (lua_globals.c), so it can neither
 * reach outside nor catch the error by which a limit (limits.h) ends it. */
#include "pinn/problem/limits.h"
#include "pinn/problem/missing_argument.h"
#include "pinn/problem/operator_rewrite.h"
#include "pinn/problem/point.h"
#include "pinn/problem/shapes.h"
#include "pinn/problem/symbols.h"
#include "pinn/problem/syntax_hints.h"
#include "pinn/problem/table_keys.h"
#include "pinn/problem/whole_numbers.h"
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 512 };

static void check_name(reader *r, int i) {
  const token *t = &r->tokens.tokens[i];
  if (t->kind == TOKEN_NAME && token_names(&r->tokens, i, "_ENV"))
    reader_fail(r->L, t->line, "_ENV is not available in problem files");
  if (!operator_rewrite_owns(&r->tokens, i)) return;
  lua_pushlstring(r->L, r->tokens.text + t->start, t->length);
  reader_fail(r->L, t->line, "the name '%s' belongs to the program; expected another", lua_tostring(r->L, -1));
}

typedef struct piecewise {
  const char *text;
  size_t length, done, piece;
} piecewise;

/* Give Lua's compiler the text in pieces, and check the clock before each: compiling a long chain of `and` takes time
 * that grows with the square of the length. */
static const char *next_piece(lua_State *L, void *data, size_t *size) {
  piecewise *p = data;
  const char *piece = p->text + p->done;
  if (reader_is_late(reader_of(L))) reader_check_clock(L, 1 + line_ends(p->text, p->done));
  *size = p->length - p->done < p->piece ? p->length - p->done : p->piece;
  p->done += *size;
  return *size > 0 ? piece : NULL;
}

static int compile(lua_State *L, piecewise *p) {
  p->done = 0;
  return lua_load(L, next_piece, p, "=" CHUNK, "t");
}

/* Raise the syntax error with a hint. The text is compiled again in pieces of one character, so p->done shows where Lua
 * stops. */
_Noreturn static void refuse_syntax(reader *r, piecewise *p) {
  lua_State *L = r->L;
  p->piece = 1;
  const int code = compile(L, p);
  if (code == LUA_ERRSYNTAX && lua_type(L, -1) == LUA_TSTRING && tokens_create(p->text, &r->tokens) == NTKW_SUCCESS) {
    const char *message = lua_tostring(L, -1);
    lua_pushfstring(L, "%s%s", message, syntax_hint(L, &r->tokens, message, p->done));
  }
  lua_error(L);
  abort(); /* lua_error does not return, but its declaration does not say so */
}

static const char TOO_DEEP[] = "brackets, operators, functions or blocks are nested too deep near this line; expected "
                               "less than 100 within each other";

/* Is the error on top of the stack that of too deep nesting? */
static bool is_too_deep(lua_State *L) {
  return lua_type(L, -1) == LUA_TSTRING && strstr(lua_tostring(L, -1), "C stack overflow");
}

/* The text is first compiled as the user wrote it, so that syntax errors quote the user's text. */
static void load_text(reader *r) {
  lua_State *L = r->L;
  const char *text = program_start(r->made->source);
  piecewise written = {text, strlen(text), 0, PIECE};
  const int code = compile(L, &written);
  if (code == LUA_ERRSYNTAX) refuse_syntax(r, &written);
  if (code == LUA_ERRRUN && is_too_deep(L)) reader_fail(L, 1 + line_ends(text, written.done), TOO_DEEP);
  if (code != LUA_OK) lua_error(L);
  lua_pop(L, 1);
  ntkw_status status = tokens_create(text, &r->tokens);
  if (status == NTKW_SUCCESS) status = operator_rewrite_create(&r->tokens, &r->checked);
  if (status != NTKW_SUCCESS) reader_fail_with(L, 0, status);
  for (int i = 0; i < r->tokens.n; i++) check_name(r, i);
  table_keys_check(r);
  piecewise checked = {r->checked, strlen(r->checked), 0, PIECE};
  if (compile(L, &checked) == LUA_OK) return;
  if (is_too_deep(L)) reader_fail(L, 1 + line_ends(r->checked, checked.done), TOO_DEEP);
  lua_error(L);
}

static int run_file(lua_State *L) {
  reader *r = reader_of(L);
  luaL_checkstack(L, 100, NULL);
  lua_globals_open(L);
  shapes_open(L);
  symbols_open(L);
  whole_numbers_open(L);
  point_open(L);
  lua_math_open(L);
  load_text(r);
  limits_count(L);
  lua_call(L, 0, 1);
  const bool called = lua_rawgetp(L, LUA_REGISTRYINDEX, &PROBLEM_TABLE) == LUA_TTABLE;
  if (!called && !lua_isnil(L, -2))
    reader_fail(L, 0, "the file states no problem, but returns %s; expected it to end with return problem { ... }",
                describe(L, -2));
  if (!called) reader_fail(L, 0, "the file states no problem; expected it to end with return problem { ... }");
  if (!lua_rawequal(L, -1, -2))
    reader_fail(L, r->problem_line, "the file returns %s; expected it to end with return problem { ... }",
                describe(L, -2));
  read_problem(r);
  return 0;
}

enum { MOST_OF_NAME = 400 }; /* bytes of the file's path in a message: the rest of the sentence needs room */

static ntkw_status report_limit(const reader *r, const char *file) {
  char line[32] = "";
  if (r->limit_line > 0) snprintf(line, sizeof line, "%d:", r->limit_line);
  return ntkw_i_fail(NTKW_ERR_PROBLEM, "%s:%s %s while it is read; expected a problem that can be stated in less", file,
                     line, r->limit_met);
}

/* Replace CHUNK by the name of the file, and make one sentence of one line. */
static ntkw_status report(reader *r, int code) {
  r->telling = true; /* turning an error that is a number into a string takes memory */
  const char *file = r->made->file, *text = lua_tostring(r->L, -1);
  char sentence[1024] = "";
  const size_t length = strlen(file);
  if (length > MOST_OF_NAME) file += length - MOST_OF_NAME;
  if (code == LUA_ERRMEM && !r->limit_met) return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for reading %s", file);
  if (code == LUA_ERRMEM) return report_limit(r, file);
  if (!text) text = "an error that is not a string was raised";
  const bool placed = strncmp(text, CHUNK ":", 2) == 0;
  snprintf(sentence, sizeof sentence, "%.*s:%s%s", MOST_OF_NAME, file, placed ? "" : " ", placed ? text + 2 : text);
  for (char *c = sentence; *c; c++)
    if (line_end(c) || *c == CHUNK[0]) *c = ' ';
  return ntkw_i_fail(r->status, "%s", sentence);
}

/* Add the line to those of Lua's own messages that have none, and report missing arguments at their call. */
static int handle_error(lua_State *L) {
  const int line = reader_line(L);
  if (lua_type(L, 1) == LUA_TSTRING && !strstr(lua_tostring(L, 1), "C stack overflow"))
    return missing_argument_handler(L);
  if (line == 0 || lua_type(L, 1) == LUA_TNUMBER) return 1;
  lua_pushfstring(L, CHUNK ":%d: %s", line,
                  lua_type(L, 1) == LUA_TSTRING
                      ? "calls are nested too deep; expected less (is there an endless recursion?)"
                      : "an error that is not a string was raised");
  return 1;
}

ntkw_status reader_run(reader *r) {
  r->L = limits_new_state(r);
  NTKW_CHECK(r->L, NTKW_ERR_MEMORY, "out of memory for reading %s", r->made->file);
  *(reader **)lua_getextraspace(r->L) = r;
  lua_pushcfunction(r->L, handle_error);
  lua_pushcfunction(r->L, run_file);
  const int code = lua_pcall(r->L, 0, 0, 1);
  const ntkw_status status = code == LUA_OK ? NTKW_SUCCESS : report(r, code);
  lua_close(r->L);
  r->L = NULL;
  return status;
}
