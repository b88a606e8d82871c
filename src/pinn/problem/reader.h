/* The reader of a problem file, shared by the files of this folder.
 *
 * Every function called by reader_run may leave by a Lua error (a longjmp). Memory is therefore owned by Lua, by the
 * reader or by the problem, never by a local variable. Errors: messages.h; limits: limits.h. */
#ifndef NTKW_PINN_READER_H
#define NTKW_PINN_READER_H

#include <stddef.h>
#include <stdint.h>
#include "pinn/problem/lexer.h"
#include "pinn/problem/messages.h"
#include "pinn/problem/problem.h"

typedef struct reader {
  lua_State *L;
  problem *made; /* being filled in */
  token_list tokens;
  char *checked;      /* the rewritten text (operator_rewrite.h), which runs */
  int problem_line;   /* line of the call of problem{}; 0 before the call */
  uint32_t trained;   /* bit o: the equation of some condition depends on output o */
  ntkw_status status; /* code of the error: NTKW_ERR_PROBLEM unless another is set */
  int64_t instructions;
  double seconds;      /* time limit for reading the file */
  double deadline;     /* by the monotonic clock, in seconds */
  bool late, telling;  /* late: the deadline has passed or a signal came; telling: an error is reported, no limits */
  bool interrupted;    /* late because of a signal */
  int64_t allocations; /* number so far: the clock is read at some of them */
  size_t memory, memory_total;
  lua_Integer *waiting; /* stack of left operands of whole-number operators whose right operand is not evaluated yet */
  int n_waiting, most_waiting;
  const char *limit_met; /* the limit that an allocation would have exceeded; NULL: none did */
  int limit_line;        /* the line of that allocation, 0: unknown */
} reader;

/* The reader that a state belongs to. */
static inline reader *reader_of(lua_State *L) {
  return *(reader **)lua_getextraspace(L);
}

/* Run the file and read its problem{} into r->made, whose file, source and tape are set. Local. */
ntkw_status reader_run(reader *r);

/* The globals of problem files: a part of Lua's library and problem (lua_globals.c), and functions of symbolic values
 * (lua_math.c). Each leaves the stack as it was. */
void lua_globals_open(lua_State *L);
void lua_math_open(lua_State *L);

/* The key of the registry under which problem{} leaves its table. */
extern const char PROBLEM_TABLE;

/* Fill in the problem from the table on top of the stack. */
void read_problem(reader *r);

#endif
