/* The Lua state in which a problem file runs: limits of memory, instructions and time, and errors with the file's name.
 *
 * The file gets no io, os, require, load, debug, coroutine, pcall or metatables (library.c), so it can neither reach
 * outside nor catch the error by which a limit ends it. */
#include "pinn/problem/checked_source.h"
#include "pinn/problem/mathematics.h"
#include "pinn/problem/missing_argument.h"
#include "pinn/problem/reader.h"
#include "pinn/problem/shapes.h"
#include "pinn/problem/symbols.h"
#include "pinn/problem/syntax_hints.h"
#include "pinn/problem/table_keys.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/nearest_word.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HOOK_INTERVAL = 1000, CALL_DEPTH_LIMIT = 10000, PIECE = 512 };
enum { LOOK_INTERVAL = 256, LOOK_SIZE = 1 << 16 }; /* at the clock: every so many allocations, and at large ones */
const char PROBLEM_TABLE = 0;
static bool (*interrupt_wanted)(void);

void problem_interrupt_if(bool (*wanted)(void)) {
  interrupt_wanted = wanted;
}

reader *reader_of(lua_State *L) {
  return *(reader **)lua_getextraspace(L);
}

static void count(lua_State *L, lua_Debug *at);

bool reader_is_late(reader *r) {
  if (!r->late && interrupt_wanted && interrupt_wanted()) r->late = r->interrupted = true;
  if (!r->late) r->late = ntkw_i_clock_seconds() > r->deadline;
  return r->late;
}

/* The line that asks for the memory, also from within a C function; 0: unknown. Lua allocates nothing for this. */
static int line_of_request(lua_State *L) {
  lua_Debug at;
  for (int level = 0; lua_getstack(L, level, &at) && lua_getinfo(L, "l", &at); level++)
    if (at.currentline > 0) return at.currentline;
  return 0;
}

static void *allocate(void *owner, void *block, size_t old_size, size_t new_size) {
  reader *r = owner;
  if (!block) old_size = 0; /* it is a type then */
  if (new_size == 0) {
    r->memory -= old_size;
    free(block);
    return NULL;
  }
  const size_t memory = r->memory - old_size + new_size;
  const bool grows = new_size > old_size;
  const bool refused = memory > MEMORY_LIMIT || r->memory_total + new_size > MEMORY_TOTAL_LIMIT;
  const bool looks = refused || new_size > LOOK_SIZE || ++r->allocations % LOOK_INTERVAL == 0;
  if (grows && looks && r->L && reader_is_late(r))
    lua_sethook(r->L, count, LUA_MASKCOUNT, 1); /* which knows the line */
  if (grows && !r->telling && refused) {
    r->limit_met = memory > MEMORY_LIMIT ? "needs more than 64 MB of memory" : "copies more than 1 GB of memory";
    const int line = r->L ? line_of_request(r->L) : 0;
    if (line > 0) r->limit_line = line;
    return NULL; /* Lua collects its garbage and asks once more */
  }
  void *moved = realloc(block, new_size);
  if (!moved) return NULL;
  r->memory = memory;
  if (grows) r->memory_total += new_size;
  return moved;
}

int reader_line(lua_State *L) {
  lua_Debug at;
  for (int level = 1; lua_getstack(L, level, &at) && lua_getinfo(L, "l", &at); level++)
    if (at.currentline > 0) return at.currentline; /* not a C function between */
  return 0;
}

_Noreturn static void raise_at(lua_State *L, int line, const char *format, va_list arguments) {
  if (line > 0)
    lua_pushfstring(L, CHUNK ":%d: ", line);
  else
    lua_pushliteral(L, CHUNK ": ");
  lua_pushvfstring(L, format, arguments);
  lua_concat(L, 2);
  lua_error(L);
  abort(); /* lua_error does not return, but its declaration does not say so */
}

void reader_fail(lua_State *L, int line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  raise_at(L, line, format, arguments);
}

void reader_fail_here(lua_State *L, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  raise_at(L, reader_line(L), format, arguments);
}

void reader_fail_with(lua_State *L, int line, ntkw_status status) {
  reader_of(L)->status = status;
  reader_fail(L, line > 0 ? line : reader_line(L), "%s", ntkw_last_error());
}

static const char TOO_LONG[] = "still running after %d million instructions; expected a file that ends (is there an "
                               "endless loop?)";

static const char TOO_LATE[] =
    "is still being read after %d seconds; expected a file that is read in less (is there an "
    "endless loop?)";

/* At a line, or the one that calls the running C function. */
static void check_clock(lua_State *L, int line) {
  reader *r = reader_of(L);
  if (!reader_is_late(r)) return;
  r->telling = true;
  if (line <= 0) line = reader_line(L);
  if (r->interrupted) r->status = NTKW_ERR_INTERRUPTED;
  if (r->interrupted) reader_fail(L, line, "a signal came while the file was read; nothing was done");
  reader_fail(L, line, TOO_LATE, (int)r->seconds);
}

void reader_charge(lua_State *L, int64_t work) {
  reader *r = reader_of(L);
  r->instructions += work;
  check_clock(L, 0);
  if (r->instructions > INSTRUCTION_LIMIT) reader_fail_here(L, TOO_LONG, (int)(INSTRUCTION_LIMIT / 1000000));
}

static void count(lua_State *L, lua_Debug *at) {
  reader *r = reader_of(L);
  lua_Debug deep;
  r->instructions += HOOK_INTERVAL;
  lua_getinfo(L, "l", at);
  check_clock(L, at->currentline);
  if (r->instructions > INSTRUCTION_LIMIT)
    reader_fail(L, at->currentline, TOO_LONG, (int)(INSTRUCTION_LIMIT / 1000000));
  if (lua_getstack(L, CALL_DEPTH_LIMIT, &deep))
    reader_fail(L, at->currentline, "calls are nested %d deep; expected less (is there an endless recursion?)",
                CALL_DEPTH_LIMIT);
}

static bool same_letters(const char *a, const char *b) {
  int balance[256] = {0};
  for (; *a; a++) balance[(unsigned char)*a]++;
  for (; *b; b++) balance[(unsigned char)*b]--;
  for (int c = 0; c < 256; c++)
    if (balance[c] != 0) return false;
  return true;
}

/* Could a hint at this word change the mathematics? Another letter may mean another function (tau, tan), and so may
 * letters too many or too few if another function is as near (cosin). */
static bool may_mislead(const char *word, const char *near, const char *const words[], int n) {
  if (!mathematics_knows(near)) return false;
  if (strlen(word) == strlen(near)) return true;
  for (int i = 0; i < n; i++) {
    const bool other = words[i] != near && strlen(words[i]) != strlen(word) && mathematics_knows(words[i]);
    if (other && ntkw_i_nearest_word(word, (const char *const[]){words[i], near}, 2) == words[i]) return true;
  }
  return false;
}

/* The first choice is the word in other case or with letters swapped, as in Sin and tahn. */
static const char *meant_word(const char *word, const char *const words[], int n) {
  for (int i = 0; i < n; i++)
    if (strcasecmp(word, words[i]) == 0) return words[i];
  for (int i = 0; i < n; i++)
    if (same_letters(word, words[i]) && ntkw_i_nearest_word(word, words + i, 1)) return words[i];
  const char *near = ntkw_i_nearest_word(word, words, n);
  return near && !may_mislead(word, near, words, n) ? near : NULL;
}

const char *hint(lua_State *L, const char *word, const char *const words[], int n) {
  const char *near = meant_word(word, words, n);
  return near ? lua_pushfstring(L, "; did you mean '%s'?", near) : lua_pushliteral(L, "");
}

const char *describe(lua_State *L, int index) {
  enum { SHOWN = 40 };
  switch (lua_type(L, index)) {
  case LUA_TNONE:
  case LUA_TNIL:
    return lua_pushliteral(L, "nothing");
  case LUA_TBOOLEAN:
    return lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
  case LUA_TNUMBER:
    lua_pushvalue(L, index); /* lua_tostring would change it in place */
    lua_tostring(L, -1);
    return lua_pushfstring(L, "the number %s", lua_tostring(L, -1));
  case LUA_TSTRING:
    lua_pushlstring(L, lua_tostring(L, index), strnlen(lua_tostring(L, index), SHOWN));
    return lua_pushfstring(L, "the string \"%s\"", lua_tostring(L, -1));
  case LUA_TUSERDATA:
    if (unread_place_test(L, index)) return lua_pushliteral(L, "a place");
    if (unread_shape_test(L, index)) return lua_pushliteral(L, "a shape");
    if (unread_domain_test(L, index)) return lua_pushliteral(L, "a domain");
    return lua_pushstring(L, symbol_test(L, index) ? "a symbolic value" : "the argument p");
  default:
    return lua_pushfstring(L, "a %s", luaL_typename(L, index));
  }
}

static void check_name(reader *r, int i) {
  const token *t = &r->tokens.tokens[i];
  if (t->kind == TOKEN_NAME && token_names(&r->tokens, i, "_ENV"))
    reader_fail(r->L, t->line, "_ENV is not available in problem files");
  if (!checked_source_owns(&r->tokens, i)) return;
  lua_pushlstring(r->L, r->tokens.text + t->start, t->length);
  reader_fail(r->L, t->line, "the name '%s' belongs to the program; expected another", lua_tostring(r->L, -1));
}

typedef struct piecewise {
  const char *text;
  size_t length, done, piece;
} piecewise;

/* Lua's compiler asks for the text in pieces, between which it looks at the clock: its work for a long chain of `and`
 * grows with the square of the length. */
static const char *next_piece(lua_State *L, void *data, size_t *size) {
  piecewise *p = data;
  const char *piece = p->text + p->done;
  if (reader_is_late(reader_of(L))) check_clock(L, 1 + line_ends(p->text, p->done));
  *size = p->length - p->done < p->piece ? p->length - p->done : p->piece;
  p->done += *size;
  return *size > 0 ? piece : NULL;
}

static int compile(lua_State *L, piecewise *p) {
  p->done = 0;
  return lua_load(L, next_piece, p, "=" CHUNK, "t");
}

/* Compiled in pieces of one character, Lua shows where it stops. */
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

/* Is this what the error on top of the stack says? */
static bool is_too_deep(lua_State *L) {
  return lua_type(L, -1) == LUA_TSTRING && strstr(lua_tostring(L, -1), "C stack overflow");
}

/* The text is compiled as the user wrote it first, so that messages about its syntax quote what they know. */
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
  if (status == NTKW_SUCCESS) status = checked_source_create(&r->tokens, &r->checked);
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
  library_open(L);
  shapes_open(L);
  symbols_open(L);
  functions_open(L);
  load_text(r);
  lua_sethook(L, count, LUA_MASKCOUNT, HOOK_INTERVAL);
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

enum { MOST_OF_NAME = 400 }; /* so that there is room for what is wrong */

static ntkw_status report_limit(const reader *r, const char *file) {
  char line[32] = "";
  if (r->limit_line > 0) snprintf(line, sizeof line, "%d:", r->limit_line);
  return ntkw_i_fail(NTKW_ERR_PROBLEM, "%s:%s %s while it is read; expected a problem that can be stated in less", file,
                     line, r->limit_met);
}

/* Put the file's name where CHUNK stands, and make one sentence of one line. */
static ntkw_status report(reader *r, int code) {
  r->telling = true; /* a number as the error becomes a string, which takes memory */
  const char *file = r->made->file, *text = lua_tostring(r->L, -1);
  char sentence[1024] = "";
  const size_t length = strlen(file);
  if (length > MOST_OF_NAME) file += length - MOST_OF_NAME;
  if (code == LUA_ERRMEM && !r->limit_met) return ntkw_i_fail(NTKW_ERR_MEMORY, "%s: no memory to read it", file);
  if (code == LUA_ERRMEM) return report_limit(r, file);
  if (!text) text = "an error that is not a string was raised";
  const bool placed = strncmp(text, CHUNK ":", 2) == 0;
  snprintf(sentence, sizeof sentence, "%.*s:%s%s", MOST_OF_NAME, file, placed ? "" : " ", placed ? text + 2 : text);
  for (char *c = sentence; *c; c++)
    if (line_end(c) || *c == CHUNK[0]) *c = ' ';
  return ntkw_i_fail(r->status, "%s", sentence);
}

/* Where Lua's own message has no line, or is none. */
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
  r->deadline = ntkw_i_clock_seconds() + r->seconds;
  r->L = lua_newstate(allocate, r);
  NTKW_CHECK(r->L, NTKW_ERR_MEMORY, "%s: no memory to read it", r->made->file);
  *(reader **)lua_getextraspace(r->L) = r;
  lua_pushcfunction(r->L, handle_error);
  lua_pushcfunction(r->L, run_file);
  const int code = lua_pcall(r->L, 0, 0, 1);
  const ntkw_status status = code == LUA_OK ? NTKW_SUCCESS : report(r, code);
  lua_close(r->L);
  r->L = NULL;
  return status;
}
