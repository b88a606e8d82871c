/* Reading a problem file: what the parts of this folder share.
 *
 * Everything between reader_run and its return may leave by a Lua error (a longjmp): memory is owned by Lua, by the
 * reader or by the problem, never by a local variable. The message of an error is a string that begins with
 * CHUNK ":LINE: " or CHUNK ": "; reader_run puts the file's name there. */
#ifndef NTKW_PINN_READER_H
#define NTKW_PINN_READER_H

#include <lauxlib.h>
#include <lua.h>
#include <stddef.h>
#include <stdint.h>
#include "pinn/problem/lexer.h"
#include "pinn/problem/problem.h"

#define CHUNK "\1"

enum { MEGABYTE = 1 << 20 };
static const int64_t INSTRUCTION_LIMIT = 50000000;
static const size_t MEMORY_LIMIT = 64 * (size_t)MEGABYTE;         /* at any time */
static const size_t MEMORY_TOTAL_LIMIT = 1024 * (size_t)MEGABYTE; /* asked for altogether: bounds copying of strings */

typedef struct reader {
  lua_State *L;
  problem *made; /* being filled in */
  token_list tokens;
  char *checked;      /* the text that runs */
  int problem_line;   /* of the call of problem{}, 0 before it */
  uint32_t trained;   /* outputs that equations of conditions depend on, bit by bit */
  ntkw_status status; /* of an error: NTKW_ERR_PROBLEM unless memory was short */
  int64_t instructions;
  double seconds;      /* to read it */
  double deadline;     /* by the monotonic clock, in seconds */
  bool late, telling;  /* it has passed, or a signal came; an error is being told, so that no limit holds */
  bool interrupted;    /* it is late because a signal came */
  int64_t allocations; /* for a look at the clock at some of them */
  size_t memory, memory_total;
  lua_Integer *waiting; /* left operands of whole numbers' operators under way */
  int n_waiting, most_waiting;
  const char *limit_met; /* what a refused allocation was about, NULL: none was */
  int limit_line;        /* that asked for it, 0: unknown */
} reader;

/* The reader that a state belongs to. */
reader *reader_of(lua_State *L);

/* Has the time to read the file passed? */
bool reader_is_late(reader *r);

/* Run the file and read its problem{}: reader.made is filled in. made->file, made->source and made->tape are there. */
ntkw_status reader_run(reader *r);

/* The line that the file is at, seen from a C function; 0: unknown. */
int reader_line(lua_State *L);

/* Raise an error at a line of the file (0: unknown). The format is that of lua_pushfstring. */
_Noreturn void reader_fail(lua_State *L, int line, const char *format, ...);
/* The same at the line that calls the running C function. */
_Noreturn void reader_fail_here(lua_State *L, const char *format, ...);
/* Raise the error of ntkw_last_error(). */
_Noreturn void reader_fail_with(lua_State *L, int line, ntkw_status status);

/* "; did you mean 'x'?" or "", left on the stack. */
const char *hint(lua_State *L, const char *word, const char *const words[], int n);
/* What a value is, for messages ("a table", "the number 3"), left on the stack. */
const char *describe(lua_State *L, int index);

/* Count work of a C function against the limit of instructions, and look at the clock. */
void reader_charge(lua_State *L, int64_t work);

/* The globals of problem files: a part of Lua's library and problem (library.c), and functions of symbolic values
 * (functions.c). Each leaves the stack as it was. */
void library_open(lua_State *L);
void functions_open(lua_State *L);

/* The key of the registry under which problem{} leaves its table. */
extern const char PROBLEM_TABLE;

/* Fill in the problem from the table on top of the stack. */
void read_problem(reader *r);

#endif
