#include "pinn/problem/limits.h"
#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

enum { MILLION = 1000000, HOOK_INTERVAL = 1000, CALL_DEPTH_LIMIT = 10000 };
enum { LOOK_INTERVAL = 256, LOOK_SIZE = 1 << 16 }; /* the clock is read at every 256th allocation and at large ones */
static const int64_t INSTRUCTION_LIMIT = 50 * MILLION;
static const size_t MEMORY_LIMIT = 64 * (size_t)MEGABYTE; /* at any time */
static const size_t MEMORY_TOTAL_LIMIT =
    1024 * (size_t)MEGABYTE; /* sum of all requests: bounds the copying of strings */
static bool (*interrupt_wanted)(void);

void problem_interrupt_if(bool (*wanted)(void)) {
  interrupt_wanted = wanted;
}

static void count(lua_State *L, lua_Debug *at);

bool reader_is_late(reader *r) {
  if (!r->late && interrupt_wanted && interrupt_wanted()) r->late = r->interrupted = true;
  if (!r->late) r->late = ntkw_i_clock_seconds() > r->deadline;
  return r->late;
}

/* The line of the file that requests memory, directly or in a C function; 0: unknown. Lua allocates nothing here. */
static int line_of_request(lua_State *L) {
  lua_Debug at;
  for (int level = 0; lua_getstack(L, level, &at) && lua_getinfo(L, "l", &at); level++)
    if (at.currentline > 0) return at.currentline;
  return 0;
}

static void *allocate(void *owner, void *block, size_t old_size, size_t new_size) {
  reader *r = owner;
  if (!block) old_size = 0; /* for a new block Lua passes the type of the object instead */
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
    lua_sethook(r->L, count, LUA_MASKCOUNT, 1); /* the hook raises the error: it has the line */
  if (grows && !r->telling && refused) {
    r->limit_met = memory > MEMORY_LIMIT ? "needs more than 64 MB of memory" : "copies more than 1 GB of memory";
    const int line = r->L ? line_of_request(r->L) : 0;
    if (line > 0) r->limit_line = line;
    return NULL; /* Lua collects garbage and tries once more */
  }
  void *moved = realloc(block, new_size);
  if (!moved) return NULL;
  r->memory = memory;
  if (grows) r->memory_total += new_size;
  return moved;
}

static const char TOO_LONG[] = "still running after %d million instructions; expected a file that ends (is there an "
                               "endless loop?)";

static const char TOO_LATE[] = "still being read after %d seconds; expected a file that is read in less (is there an "
                               "endless loop?)";

void reader_check_clock(lua_State *L, int line) {
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
  reader_check_clock(L, 0);
  if (r->instructions > INSTRUCTION_LIMIT) reader_fail_here(L, TOO_LONG, (int)(INSTRUCTION_LIMIT / MILLION));
}

static void count(lua_State *L, lua_Debug *at) {
  reader *r = reader_of(L);
  lua_Debug deep;
  r->instructions += HOOK_INTERVAL;
  lua_getinfo(L, "l", at);
  reader_check_clock(L, at->currentline);
  if (r->instructions > INSTRUCTION_LIMIT)
    reader_fail(L, at->currentline, TOO_LONG, (int)(INSTRUCTION_LIMIT / MILLION));
  if (lua_getstack(L, CALL_DEPTH_LIMIT, &deep))
    reader_fail(L, at->currentline, "calls are nested %d deep; expected less (is there an endless recursion?)",
                CALL_DEPTH_LIMIT);
}

void limits_count(lua_State *L) {
  lua_sethook(L, count, LUA_MASKCOUNT, HOOK_INTERVAL);
}

lua_State *limits_new_state(reader *r) {
  r->deadline = ntkw_i_clock_seconds() + r->seconds;
  return lua_newstate(allocate, r);
}
