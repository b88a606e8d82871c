/* Files that do not parse, do not end, want too much, reach outside, or are no problem end in one sentence. */
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
  check_refused("error({})", 0, "an error that is not a string", NULL);
  check_refused("local a = nil\nlocal b = a.x", 2, "attempt to index a nil value", NULL);
}

static void files_that_do_not_end(void) {
  check_refused("local n = 0\nwhile true do n = n + 1 end", 2, "still running after 50 million instructions",
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

static void files_that_want_too_much(void) {
  check_refused("local s = string.rep('x', 1e9)", 0, "more than 64 MB of memory", NULL);
  check_refused("local t = {}\nfor i = 1, 1e9 do t[i] = i end", 0, "more than 64 MB of memory", NULL);
  check_refused("local s = 'x'\nwhile true do s = s .. s end", 0, "more than 64 MB of memory", NULL);
  check_refused("local s = string.rep('x', 2e7)\nwhile true do local t = s .. 'y' end", 0, "copies more than 1 GB",
                NULL);
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

/* Files on the disk: a zero byte, none, too long. */
static void texts_from_files(void) {
  static char bytes[MAX_PROBLEM_TEXT + 10];
  const char *path = scratch_path("file.lua");
  char *text = NULL;
  CHECK_STATUS(problem_read_text("/nowhere/at/all.lua", &text), NTKW_ERR_FILE);
  CHECK_TEXT_HAS(ntkw_last_error(), "/nowhere/at/all.lua: cannot be opened (No such file");
  const struct {
    const char *content;
    size_t length;
    ntkw_status status;
    const char *part;
  } list[] = {{"return 1", 8, NTKW_SUCCESS, NULL},
              {"", 0, NTKW_SUCCESS, NULL},
              {"a = 1\nb\0c", 9, NTKW_ERR_PROBLEM, "file.lua:2: has a zero byte"},
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
  static const test_case cases[] = {TEST(texts_that_are_no_problem), TEST(files_that_do_not_end),
                                    TEST(files_that_want_too_much), TEST(ways_out), TEST(texts_from_files)};
  return run_suite("problem: sandbox", cases, sizeof cases / sizeof *cases, argc, argv);
}
