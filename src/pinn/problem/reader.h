/* The reader of a problem file, shared by the files of this folder.
 *
 * Everything between reader_run and its return may leave by a Lua error (a longjmp): memory is owned by Lua, by the
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
  char *checked;      /* the text that runs */
  int problem_line;   /* of the call of problem{}, 0 before it */
  uint32_t trained;   /* outputs that equations of conditions depend on, bit by bit */
  ntkw_status status; /* of an error: NTKW_ERR_PROBLEM unless memory was short */
  int64_t instructions;
  double seconds;      /* to read it */
  double deadline;     /* by the monotonic clock, in seconds */
  bool late, telling;  /* the deadline has passed, or a signal came; an error is being reported: no limit applies */
  bool interrupted;    /* late because of a signal */
  int64_t allocations; /* so far: the clock is read at some of them */
  size_t memory, memory_total;
  lua_Integer *waiting; /* left operands of operators on whole numbers that wait for the right one */
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
