/* Files that do not parse, do not end, need too much memory, use forbidden functions or are not problems give one
 * message. */
#include "problem_fixture.h"

static void texts_that_are_no_problem(void) {
  check_refused("", 0, "is empty", "return problem");
  check_refused(" \n\t\n", 0, "is empty", NULL);
  check_refused("\033Lua\x54", 0, "is compiled Lua", "the text of a problem file");
  check_refused("return 3", 0, "the file states no problem", "return problem");
  check_refused("problem { steps = 1 }", 1, "the file returns nothing", "return problem");
  check_refused("problem { }\nreturn { }", 1, "the file returns a table", NULL);
  check_refused("problem { }\nreturn problem { }", 2, "problem{} is called again", "line 1");
  check_refused("return problem(3)", 1, "problem is given the number 3", "expected a table");
  check_refused("return problem {\n inputs = = 3 }", 2, "unexpected symbol near '='", NULL);
  check_refused("return problem {\n steps = 1", 2, "'}' expected", NULL);
  check_refused("local s = 'abc", 1, "unfinished string", NULL);
  check_refused("error('my own words')", 1, "my own words", NULL);
  check_refused("\nerror({})", 2, "an error that is not a string", NULL);
  check_refused("local a = nil\nlocal b = a.x", 2, "attempt to index a nil value", NULL);
}

static void files_that_do_not_end(void) {
  check_refused("local n = 0\nwhile true do n = n + 0.5 end", 2, "still running after 50 million instructions",
                "expected a file that ends");
  check_refused(text_with(RESIDUAL_LINE, "{ \"r\", points = 1, on = interior(), equation = function(p)\nrepeat until "
                                         "false end },"),
                RESIDUAL_LINE + 1, "still running", NULL);
  check_refused("local function f() return f() end\nf()", 1, "still running", NULL);
  check_refused("local t = {} for i = 1, 1e6 do t[i] = i end\nwhile true do table.insert(t, 1, 0) end", 2,
                "still running", NULL);
  check_refused("local function f() return 1 + f() end\nf()", 1, "nested 10000 deep", "endless recursion");
  check_refused(text_with(RESIDUAL_LINE, "{ \"r\", points = 1, on = interior(), equation = function(p)\n"
                                         "local a = p.u for i = 1, 1e7 do a = sin(a) end return a end },"),
                RESIDUAL_LINE + 1, "more than 262144 operations", NULL);
}

/* Library calls that would run very long although Lua counts each as one instruction. */
static void calls_that_do_not_end(void) {
  static const char over[] = "still running after 50 million instructions";
  static const struct {
    const char *text, *part;
  } list[] = {
      {"local s = string.rep('', 1 << 62)", over},
      {"local s = (''):rep(1e15, '')", over},
      {"local s = ('x'):rep(1 << 62)", "resulting string too large"},
      {"local s = table.concat({}, '', 1, 1 << 62)", "at index 1"},
      {"local t = {} for i = 2, 1e5 do t[i] = '' end while true do local s = table.concat(t, '', 2, 1e5 | 0) end",
       over},
      {"local s = table.unpack({}, 1, 1 << 62)", "too many results"},
      {"while true do local s = table.unpack({}, 1, 9e5) end", over},
      {"local s = ('x'):rep(1e6) local t = {} for i = 1, 1e5 do t[i] = s end table.sort(t)", over},
      {"table.sort({3, 1, 2, 5, 4}, max)", "invalid order function"},
      {"local s = string.format('%999d', 3)", "invalid conversion"},
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    char text[256];
    snprintf(text, sizeof text, "\n%s", list[i].text);
    check_refused(text, 2, list[i].part, NULL);
  }
}

/* A time limit ends work that no counter sees: comparisons of long strings, garbage collection, Lua's compiler. */
static void files_that_take_too_long(void) {
  enum { ROOM = 1 << 20 };
  static const char *const list[] = {
      "\nlocal a, b = ('x'):rep(2e7) .. 'a', ('x'):rep(2e7) .. 'b' while true do local c = a < b end",
      "\nlocal t = {} for i = 1, 1e5 do t['k' .. i] = i end while true do for k in pairs(t) do break end end",
      "\nwhile true do local n = 1 + 1 end", NULL};
  static char chain[ROOM];
  memcpy(chain, "\nlocal s = s", 12);
  for (size_t used = 12; used + 7 < ROOM; used += 6) memcpy(chain + used, " and s", 7);
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    problem *made = NULL;
    CHECK_STATUS(problem_from_lua_within("bad.lua", list[i] ? list[i] : chain, 0.25, &made), NTKW_ERR_PROBLEM);
    CHECK_TEXT_HAS(ntkw_last_error(), "bad.lua:2: still being read after");
    CHECK(made == NULL);
  }
}

static void files_that_want_too_much(void) {
  check_refused("\nlocal s = string.rep('x', 1e9)", 2, "needs more than 64 MB of memory", NULL);
  check_refused("local t = {}\nfor i = 1, 1e9 do t[i] = i end", 2, "more than 64 MB of memory", NULL);
  check_refused("local s = 'x'\nwhile true do s = s .. s end", 2, "more than 64 MB of memory", NULL);
  check_refused("local t = {}\nlocal function f()\n  t[#t + 1] = { #t }\nend\nwhile true do f() end", 3,
                "more than 64 MB of memory", NULL);
  check_refused("local s = string.rep('x', 2e7)\nwhile true do local t = s .. 'y' end", 2, "copies more than 1 GB",
                NULL);
}

/* Nesting that is too deep for Lua. Lua's message has no line, ours does. */
static void files_that_are_nested_too_deep(void) {
  static const char *const open[] = {"(", "{", "2^(", "function() return ", "- - "};
  for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
    char text[8000] = "\nlocal x = ";
    for (int k = 0; k < 300; k++) strcat(text, open[i]);
    check_refused(text, 2, "nested too deep near this line", NULL);
  }
  check_refused("local function f()\n  table.sort({2, 1}, function() f() end)\nend\nf()", 2,
                "calls are nested too deep", NULL);
}

static void ways_out(void) {
  static const char *const absent[] = {"io",    "os",    "require", "load",          "loadfile", "dofile",
                                       "debug", "pcall", "package", "setmetatable",  "rawset",   "coroutine",
                                       "next",  "print", "xpcall",  "collectgarbage"};
  for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
    char text[128], part[128];
    snprintf(text, sizeof text, "\nlocal x = %s", absent[i]);
    snprintf(part, sizeof part, "'%s' is not available in problem files", absent[i]);
    check_refused(text, 2, part, NULL);
  }
  check_refused("local x = string.dump", 1, "'string.dump' is not available", NULL);
  check_refused("local x = string.gsub", 1, "'string.gsub' is not available", NULL);
  check_refused("local x = ('a').find", 1, "'string.find' is not available", NULL);
  check_refused("_ENV = {}", 1, "_ENV is not available", NULL);
  check_refused("local x = _G", 1, "'_G' is unknown", NULL);
  check_refused("local x = '1' + 1", 1, "arithmetic", NULL);
  check_refused("local x = string.format('%p', 'a')", 1, "%p is not available", NULL);
  check_refused("local x = string.format('%s', {})", 1, "string.format is given a table", NULL);
  check_refused("local t = { [{}] = 1 }\nfor k in pairs(t) do end", 2, "pairs meets a key that is a table", NULL);
}

/* Each text with each kind of line end. The line numbers of Lua (calls of error) and of the reader (_ENV) agree, and
 * the reader finds the ends of comments and strings as Lua does. */
static void line_ends_of_all_kinds(void) {
  static const char *const ends[] = {"\n", "\r\n", "\r", "\n\r"};
  static const struct {
    const char *text; /* N stands for a line end */
    int line;         /* line number of the text that follows */
  } list[] = {
      {"-- a commentN", 2},
      {"N N\tN\f\vN", 5},
      {"--[[ longN commentN ]]N", 4},
      {"--[==[ longN ]]N ]==]N", 4},
      {"local s = [[N a ]N ]]N", 4},
      {"local s = [=[ aN ]] ]=]N", 3},
      {"local s = 'a\\N b'N", 3},
      {"local s = 'a\\zN N b\\\\'N", 4},
      {"local s = \"\\\"--\"N", 2},
      {"local s = '\\'--[['N", 2},
      {"#!/usr/bin/env ntkwN", 2},
      {"\xef\xbb\xbf#!/usr/bin/env ntkw '[[N-- moreN", 3},
      {"\xef\xbb\xbf-- a commentN", 2},
      {"local a = 0x1p-3 + 3e+2 + 0xA.8p+1 + 7 // 2 + .5 + 3.N", 2},
      {"goto on ::on::N local t = {} t['a'], t.b = 1 << 2, 3 >> 1N", 3},
      {"--N---N--[=N--[==N", 5},
  };
  for (size_t e = 0; e < sizeof ends / sizeof *ends; e++)
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
      char text[256] = "", both[320];
      for (const char *c = list[i].text; *c; c++) {
        const char one[] = {*c, '\0'};
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s", *c == 'N' ? ends[e] : one);
      }
      snprintf(both, sizeof both, "%serror('reached')", text);
      check_refused(both, list[i].line, "reached", NULL);
      snprintf(both, sizeof both, "%s_ENV = 1", text);
      check_refused(both, list[i].line, "_ENV is not available", NULL);
      snprintf(both, sizeof both, "%sif interior() ~= nil == not less(1, 2) then end", text);
      check_refused(both, list[i].line, "'not' on a symbolic value", NULL);
    }
  check_refused("\xef\xbb\xbf", 0, "is empty", NULL);
  check_refused("#!/usr/bin/env ntkw\r\f", 0, "is empty", NULL);
  check_refused("\xef\xbb\xbf\033Lua", 0, "is compiled Lua", NULL);
  check_refused("error('a\\rb')", 1, "a b", NULL);
}

/* Files that have a zero byte, do not exist, are empty or are too long. */
static void texts_from_files(void) {
  static char bytes[MAX_PROBLEM_TEXT + 10];
  const char *path = scratch_path("file.lua");
  char *text = NULL;
  CHECK_STATUS(problem_read_text("/nowhere/at/all.lua", &text), NTKW_ERR_FILE);
  CHECK_TEXT_HAS(ntkw_last_error(), "/nowhere/at/all.lua cannot be opened (No such file");
  const struct {
    const char *content;
    size_t length;
    ntkw_status status;
    const char *part;
  } list[] = {{"return 1", 8, NTKW_SUCCESS, NULL},
              {"", 0, NTKW_SUCCESS, NULL},
              {"a = 1\nb\0c", 9, NTKW_ERR_PROBLEM, "file.lua:2: the line has a zero byte"},
              {"a = 1\rc\r\nd\n\re\0", 14, NTKW_ERR_PROBLEM, "file.lua:4: the line has a zero byte"},
              {"\033Lua\0", 5, NTKW_ERR_PROBLEM, "is compiled Lua"},
              {bytes, sizeof bytes, NTKW_ERR_PROBLEM, "more than 1048576 bytes"}};
  memset(bytes, ' ', sizeof bytes);
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    MPI_Barrier(MPI_COMM_WORLD);
    FILE *stream = world_rank() == 0 ? fopen(path, "wb") : NULL;
    if (stream) CHECK(fwrite(list[i].content, 1, list[i].length, stream) == list[i].length);
    if (stream) fclose(stream);
    MPI_Barrier(MPI_COMM_WORLD);
    CHECK_STATUS(problem_read_text(path, &text), list[i].status);
    if (list[i].part) CHECK_TEXT_HAS(ntkw_last_error(), list[i].part);
    if (text) CHECK_EQUAL_INT(strlen(text), list[i].length);
    free(text);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(texts_that_are_no_problem),
                                    TEST(files_that_do_not_end),
                                    TEST(calls_that_do_not_end),
                                    TEST(files_that_take_too_long),
                                    TEST(files_that_want_too_much),
                                    TEST(files_that_are_nested_too_deep),
                                    TEST(ways_out),
                                    TEST(line_ends_of_all_kinds),
                                    TEST(texts_from_files)};
  return run_suite("problem: sandbox", cases, sizeof cases / sizeof *cases, argc, argv);
}
