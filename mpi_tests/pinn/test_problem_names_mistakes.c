/* Every mistake in keys, types, ranges and names gives one message with file, line, found and expected input. It is the
 * same on all ranks. */
#include "problem_fixture.h"

static void keys(void) {
  static const mistake list[] = {
      {STEPS_LINE, "stepps = 10,", STEPS_LINE, "'stepps' is not a key of problem", "did you mean 'steps'?"},
      {STEPS_LINE, "steps = 10, \n\n zzz = 1, colour = 2,", STEPS_LINE + 2, "'colour' is not a key", "expected inputs"},
      {STEPS_LINE, "7,", STEPS_LINE, "problem has an item without a name", NULL},
      {NETWORK_LINE, "network = {\n hidden = {8},\n activaton = \"tanh\" },", NETWORK_LINE + 2,
       "'activaton' is not a key of network", "did you mean 'activation'?"},
      {RESIDUAL_LINE, "{ \"r\", pts = 1, on = interior(), equation = function(p) return p.u end },", RESIDUAL_LINE,
       "'pts' is not a key of condition 'r'", "expected points, on or equation"},
      {STEPS_LINE, "optimizer = { \"adam\", rat = 1 },", STEPS_LINE, "'rat' is not a key", "did you mean 'rate'?"},
      {STEPS_LINE, "optimizer = { \"adam\", decay = {0.9, evry = 1} },", STEPS_LINE, "'evry'", "'every'"},
      {STEPS_LINE, "weighting = { \"none\", alfa = 1 },", STEPS_LINE, "'alfa'", "did you mean 'alpha'?"},
      {STEPS_LINE, "exact = { w = function(p) return p.x end },", STEPS_LINE, "'w' is not a key of exact", "u or v"},
      {STEPS_LINE, "weighting = { \"none\", \"ntk-trace\" },", STEPS_LINE, "more than 1 items", NULL},
  };
  CHECK_MISTAKES(list);
}

/* A constant key that occurs twice in one table constructor is refused. */
static void keys_that_stand_twice(void) {
  static const mistake list[] = {
      {BOUNDARY_LINE, "{ \"w\", points = 5, on = boundary{x=-1, x=1}, equation = function(p) return p.u end },",
       BOUNDARY_LINE, "the key 'x' stands twice in one table, in this line", "for two places write { boundary{"},
      {BOUNDARY_LINE, "{ \"w\", points = 5, on = boundary({x=-1,\n [\"x\"]=1}), equation = sin },", BOUNDARY_LINE + 1,
       "the key 'x' stands twice in one table, in line 7 and here", "for two places write { boundary{"},
      {STEPS_LINE, "steps = 10,\n seed = 1,\n\n steps = 20,", STEPS_LINE + 3, "the key 'steps' stands twice",
       "in line 10 and here; expected it once"},
      {BOUNDARY_LINE,
       "{ \"w\", points = 5, on = interior(),\n equation = function(p) local a = 1 return p.u end,\n "
       "points = 6 },",
       BOUNDARY_LINE + 2, "the key 'points'", "in line 7 and here"},
      {PRELUDE, "local t = { x = 1, ['\\x78'] = 2 }", PRELUDE, "the key 'x'", NULL},
      {PRELUDE, "local t = { [ [[x]] ] = 1; x = 2 }", PRELUDE, "the key 'x'", NULL},
      {PRELUDE, "local t = { [1] = 1, [0x1] = 2 }", PRELUDE, "the key [1]", NULL},
      {PRELUDE, "local t = { [1] = 1, y = {},\n [1.0] = 2 }", PRELUDE + 1, "the key [1", "in line 1 and here"},
      {PRELUDE, "local t = { 10, [1] = 5 }", PRELUDE, "the key [1]", NULL},
      {PRELUDE, "local t = { [2] = 5, 10, function() return 1 end }", PRELUDE, "the key [2]", NULL},
      {PRELUDE, "local t = { [2] = 5, sin(1), {1, 2} , }", PRELUDE, "the key [2]", NULL},
      {PRELUDE, "local t = { [-1] = 5, [- 1] = 6 }", PRELUDE, "the key [-1]", NULL},
      {PRELUDE, "local t = { [true] = 5, [true] = 6 }", PRELUDE, "the key [true]", NULL},
      {PRELUDE, "local t = { { a = { b = 1, c = 2, b = 3 } } }", PRELUDE, "the key 'b'", NULL},
      {PRELUDE, "local f = function() return { a = 1, a = 2 } end", PRELUDE, "the key 'a'", NULL},
      {PRELUDE, "local t = { [0xffffffffffffffff] = 1, [-1] = 2, [0x1p64] = 3 }", PRELUDE, "the key [1.8", NULL},
  };
  CHECK_MISTAKES(list);
}

/* Keys that are equal only at run time are accepted, and so is text that only looks like a key. */
static void keys_that_stand_once(void) {
  static const char *const list[] = {
      "local t = { x = 1, X = 2, [1] = 3, ['1'] = 4, [1.5] = 5, [true] = 6, [false] = 7, ['true'] = 8 }",
      "local a = 1 local t = { [a] = 1, [1] = 2, [a] = 3, a = 4 }",
      "local x = 1 local t = { x == 1, x == 2, x, x }",
      "local function f(...) return { [1] = 5, ... } end",
      "local function f() end local t = { [1] = 5, f() } t = { [1] = 5, (f()) } t = { [1] = 5, f{} }",
      "local t = { f = function() local x = 1 x = 2 x = 3 return { x = 1 } end, x = 2, { x = 3 }, { x = 4 } }",
      "local t = { [1 + 1] = 1, [2] = 2, ['a' .. 'b'] = 3, ab = 4, [(1)] = 5, [1] = 6 }",
      "local t = { a = 1, b = { a = 2 }, c = { a = 3 } } t.a = 4 t.a = 5",
      "local t = { 1, 2, [3] = 3, [0] = 0, [-1] = -1 }",
      "local t = { a = function(p) if p then p = { a = 1 } end for a = 1, 2 do p = a end return p end, p = 1 }",
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    problem *made = NULL;
    CHECK_OK(problem_from_lua("good.lua", text_with(PRELUDE, list[i]), &made));
    problem_destroy(&made);
  }
}

static void types_and_ranges(void) {
  static const mistake list[] = {
      {STEPS_LINE, "steps = \"many\",", STEPS_LINE, "steps of problem is the string \"many\"", "expected an integer"},
      {STEPS_LINE, "steps = 0,", STEPS_LINE, "steps of problem is the number 0", "expected an integer from 1"},
      {STEPS_LINE, "steps = 1.5,", STEPS_LINE, "the number 1.5", NULL},
      {STEPS_LINE, "seed = -1,", STEPS_LINE, "seed", "from 0"},
      {STEPS_LINE, "lanes = 0,", STEPS_LINE, "lanes", NULL},
      {STEPS_LINE, "lane_rows = 133,", STEPS_LINE, "lane_rows of problem is 133; expected 64 or a multiple of 128",
       NULL},
      {STEPS_LINE, "lane_rows = 32,", STEPS_LINE, "expected 64 or a multiple of 128", NULL},
      {STEPS_LINE, "lane_rows = 0,", STEPS_LINE, "lane_rows of problem is the number 0; expected an integer from 1",
       NULL},
      {STEPS_LINE, "lane_rows = 2^40,", STEPS_LINE, "lane_rows", NULL},
      {STEPS_LINE, "resample = true,", STEPS_LINE, "resample of problem is true", NULL},
      {STEPS_LINE, "precision = \"float16\",", STEPS_LINE, "\"float16\"", "\"float64\" or \"float32\""},
      {STEPS_LINE, "optimizer = { \"adam\", rate = 0 },", STEPS_LINE, "rate of optimizer is the number 0", "above 0"},
      {STEPS_LINE, "optimizer = { \"adm\" },", STEPS_LINE, "the optimizer is the string \"adm\"", "\"adam\""},
      {STEPS_LINE, "optimizer = { rate = 1 },", STEPS_LINE, "the optimizer is nothing", NULL},
      {STEPS_LINE, "optimizer = { \"adam\", beta1 = 1 },", STEPS_LINE, "beta1", "below 1"},
      {STEPS_LINE, "optimizer = { \"adam\", decay = {1.5, every = 2} },", STEPS_LINE, "decay", "up to 1"},
      {STEPS_LINE, "optimizer = { \"adam\", decay = {0.5} },", STEPS_LINE, "decay has no 'every'", NULL},
      {STEPS_LINE, "optimizer = { \"lbgs\" },", STEPS_LINE, "\"adam\", \"lbfgs\" or \"gauss-newton\"",
       "did you mean 'lbfgs'?"},
      {STEPS_LINE, "optimizer = \"gauss-newton\", precision = \"float32\",", STEPS_LINE, "float32 is too coarse",
       "precision = \"float64\""},
      {STEPS_LINE, "optimizer = { \"gauss-newton\", rule = \"curv\" },", STEPS_LINE, "\"lm\" or \"curve\"",
       "did you mean 'curve'?"},
      {STEPS_LINE, "optimizer = { \"gauss-newton\", momentum = 1 },", STEPS_LINE, "momentum of optimizer", "below 1"},
      {STEPS_LINE, "optimizer = { \"gauss-newton\", damping = -1 },", STEPS_LINE, "damping of optimizer",
       "from 0 to 1e6"},
      {STEPS_LINE, "optimizer = { \"lbfgs\", beta1 = 0.5 },", STEPS_LINE, "'beta1' is not a key of optimizer",
       "expected rate, decay, memory or trials"},
      {STEPS_LINE, "optimizer = { \"lbfgs\", memory = 0 },", STEPS_LINE, "memory of optimizer is the number 0",
       "an integer from 1 to 1000"},
      {STEPS_LINE, "optimizer = { \"lbfgs\", memory = 2.5 },", STEPS_LINE, "memory of optimizer is the number 2.5",
       NULL},
      {STEPS_LINE, "optimizer = { \"lbfgs\", trials = \"x\" },", STEPS_LINE, "trials of optimizer is the string", NULL},
      {STEPS_LINE, "optimizer = { \"lbfgs\", rate = -1 },", STEPS_LINE, "rate of optimizer", "above 0"},
      {STEPS_LINE, "weighting = { \"ntk-trace\", alpha = 1.25 },", STEPS_LINE, "alpha of weighting is the number 1.25",
       "from 0 to 1"},
      {STEPS_LINE, "weighting = { \"ntk-trac\" },", STEPS_LINE, "\"ntk-trac\"", "did you mean 'ntk-trace'?"},
      {STEPS_LINE, "reference = 3,", STEPS_LINE, "reference is the number 3", "the name of a file"},
      {STEPS_LINE, "reference = \"\",", STEPS_LINE, "reference is the string \"\"", NULL},
      {STEPS_LINE, "exact = { v = function(p) return p.x end },\n reference = \"r.h5\",", STEPS_LINE + 1,
       "'v' has an exact solution, and there is a reference too", "expected one of them"},
      {STEPS_LINE, "weighting = 3,", STEPS_LINE, "weighting is the number 3", NULL},
      {NETWORK_LINE, "network = 7,", NETWORK_LINE, "network is the number 7", "hidden"},
      {NETWORK_LINE, "", 2, "there is no network", "expected network ="},
      {NETWORK_LINE, "network = {},", NETWORK_LINE, "hidden is nothing", "list of widths"},
      {NETWORK_LINE, "network = { hidden = {8, 0} },", NETWORK_LINE, "a width in hidden is the number 0", NULL},
      {NETWORK_LINE, "network = { {8} },", NETWORK_LINE, "network has an item without a name", "expected name = value"},
      {NETWORK_LINE, "network = {\n \"residuel\", hidden = {8} },", NETWORK_LINE + 1,
       "the network is the string \"residuel\"; expected \"perceptron\" or \"residual\"", "did you mean 'residual'?"},
      {NETWORK_LINE, "network = { \"residual\", \"perceptron\", hidden = {8} },", NETWORK_LINE,
       "network has more than 1 items", NULL},
      {NETWORK_LINE, "network = { \"residual\",\n hidden = {8, 8, 9} },", NETWORK_LINE + 1,
       "hidden layer 3 of the residual network has width 9 and the first one 8", "expected the same width"},
      {NETWORK_LINE, "network = { hidden = {8}, scale_inputs = 1 },", NETWORK_LINE, "scale_inputs", "true or false"},
      {INPUTS_LINE, "inputs = { {\"t\", 1, 0}, {\"x\", 0, 1} },", INPUTS_LINE, "input 't' goes from 1",
       "above its start"},
      {INPUTS_LINE, "inputs = { {\"t\", 0}, {\"x\", 0, 1} },", INPUTS_LINE, "the range of an input has nothing", NULL},
      {INPUTS_LINE, "inputs = { {\"t\", 0, math.huge}, {\"x\", 0, 1} },", INPUTS_LINE, "the number inf", NULL},
      {INPUTS_LINE, "inputs = { {\"t\", 0, 1}, {\"t\", 0, 1} },", INPUTS_LINE, "input 't' is named twice", NULL},
      {INPUTS_LINE, "inputs = { {\"1t\", 0, 1} },", INPUTS_LINE, "the name of an input is the string \"1t\"", NULL},
      {INPUTS_LINE, "inputs = {},", INPUTS_LINE, "there are 0 inputs", "expected 1 to 6"},
      {INPUTS_LINE, "inputs = 3,", INPUTS_LINE, "inputs is the number 3", NULL},
      {INPUTS_LINE, "", 2, "inputs is nothing", NULL},
      {OUTPUTS_LINE, "outputs = { \"u\", \"x\" },", OUTPUTS_LINE, "output 'x' is already an input", NULL},
      {OUTPUTS_LINE, "outputs = { \"u_x\", \"u\" },", OUTPUTS_LINE, "'u_x' and 'u'", "derivative"},
  };
  CHECK_MISTAKES(list);
}

static void features(void) {
  static const mistake list[] = {
      {NETWORK_LINE, "network = { hidden = {8}, periodic = \"x\" },", NETWORK_LINE, "periodic is the string \"x\"",
       "such as { x = 1 }"},
      {NETWORK_LINE, "network = { hidden = {8},\n periodic = { y = 1 } },", NETWORK_LINE + 1,
       "'y' is not a key of periodic", "expected t or x"},
      {NETWORK_LINE, "network = { hidden = {8}, periodic = { x = 0 } },", NETWORK_LINE, "x of periodic is the number 0",
       "from 1 to 32"},
      {NETWORK_LINE, "network = { hidden = {8}, periodic = { x = true } },", NETWORK_LINE, "x of periodic is true",
       NULL},
      {NETWORK_LINE, "network = { hidden = {8}, fourier = 64 },", NETWORK_LINE, "fourier is the number 64",
       "{ features = 64, scale = 1 }"},
      {NETWORK_LINE, "network = { hidden = {8}, fourier = { scale = 1 } },", NETWORK_LINE, "fourier has no 'features'",
       NULL},
      {NETWORK_LINE, "network = { hidden = {8}, fourier = { features = 7 } },", NETWORK_LINE,
       "features of fourier is 7", "an even number"},
      {NETWORK_LINE, "network = { hidden = {8}, fourier = { features = 70000 } },", NETWORK_LINE,
       "features of fourier is the number 70000", "from 2 to 65536"},
      {NETWORK_LINE, "network = { hidden = {8}, fourier = { features = 8, scale = 0 } },", NETWORK_LINE,
       "scale of fourier is the number 0", "above 0"},
      {NETWORK_LINE, "network = { hidden = {8}, fourier = { features = 8,\n scale = { t = 1, z = 2 } } },",
       NETWORK_LINE + 1, "'z' is not a key of scale", "expected t or x"},
      {NETWORK_LINE, "network = { hidden = {8}, fourier = { features = 8, scale = { t = -1 } } },", NETWORK_LINE,
       "t of scale is the number -1", "above 0"},
      {NETWORK_LINE, "network = { hidden = {8}, fourier = { feature = 8 } },", NETWORK_LINE,
       "'feature' is not a key of fourier", "did you mean 'features'?"},
  };
  CHECK_MISTAKES(list);
}

static void conditions(void) {
  static const mistake list[] = {
      {BOUNDARY_LINE, "{ \"residual\", points = 1, on = interior(), equation = function(p) return p.u end },",
       BOUNDARY_LINE, "condition 'residual' is named twice", NULL},
      {BOUNDARY_LINE, "{ \"w\", points = 0, on = interior(), equation = function(p) return p.u end },", BOUNDARY_LINE,
       "points of condition 'w' is the number 0", "from 1"},
      {BOUNDARY_LINE, "{ \"w\", on = interior(), equation = function(p) return p.u end },", BOUNDARY_LINE,
       "condition 'w' has no 'points'", NULL},
      {BOUNDARY_LINE, "{ \"w\", points = 1, equation = function(p) return p.u end },", BOUNDARY_LINE, "has no 'on'",
       NULL},
      {BOUNDARY_LINE, "{ \"w\", points = 1,\n on = {}, equation = function(p) return p.u end },", BOUNDARY_LINE + 1,
       "'on' of condition 'w' is empty", NULL},
      {BOUNDARY_LINE, "{ \"w\", points = 1, on = 5, equation = function(p) return p.u end },", BOUNDARY_LINE,
       "has the number 5", "interior()"},
      {BOUNDARY_LINE, "{ \"w\", points = 1, on = boundary{x=2}, equation = function(p) return p.u end },",
       BOUNDARY_LINE, "boundary fixes x at 2", "from -1 to 1"},
      {BOUNDARY_LINE, "{ \"w\", points = 1, on = boundary{z=0}, equation = function(p) return p.u end },",
       BOUNDARY_LINE, "boundary fixes 'z', which is not an input", NULL},
      {BOUNDARY_LINE, "{ \"w\", points = 1, on = boundary{}, equation = function(p) return p.u end },", BOUNDARY_LINE,
       "boundary fixes no coordinate", NULL},
      {BOUNDARY_LINE, "{ \"w\", points = 1, on = interior() },", BOUNDARY_LINE, "has no 'equation'", NULL},
      {BOUNDARY_LINE, "{ \"w\", points = 1, on = interior(), equation = 3 },", BOUNDARY_LINE, "the number 3",
       "expected a function"},
      {BOUNDARY_LINE, "{ \"a\\nb\", points = 1, on = interior(), equation = sin },", BOUNDARY_LINE, "the name of",
       NULL},
      {BOUNDARY_LINE, "5,", BOUNDARY_LINE, "a condition is the number 5", NULL},
  };
  CHECK_MISTAKES(list);
  check_refused("return problem { inputs = { {\"x\", 0, 1} }, outputs = {\"u\"}, network = { hidden = {8} } }", 1,
                "there are no conditions", "expected conditions =");
  check_refused("return problem { inputs = { {\"x\", 0, 1} }, outputs = {\"u\"}, network = { hidden = {8} },\n"
                "conditions = {} }",
                2, "there are no conditions", NULL);
}

#define RESIDUAL(equation) "{ \"r\", points = 10, on = interior(), equation = " equation " },"
#define WALL(place) "{ \"w\", points = 5, on = " place ", equation = function(p) return p.u end },"

/* Mistakes of users who know the mathematics but not Lua. */
static void habits(void) {
  static const mistake list[] = {
      {RESIDUAL_LINE, RESIDUAL("(function() local function f(p) return p.u end\n return f() end)()"), RESIDUAL_LINE,
       "'p' is nothing here", "a call such as f(p)"},
      {RESIDUAL_LINE, RESIDUAL("function(p)\n local function f(q) return q.u end\n local a = f()\n return a end"),
       RESIDUAL_LINE + 2, "f is called without its argument 'q'", "expected f(q)"},
      {RESIDUAL_LINE,
       RESIDUAL("function(p)\n local function g(q) return q.u end local function f(q) local a = g(q) return a end\n"
                "local a = f()\n return a end"),
       RESIDUAL_LINE + 2, "f is called without its argument 'q'", NULL},
      {RESIDUAL_LINE, RESIDUAL("function(p)\n local function f(q, c) return q.u + c.x end\n return p.u + f(p) end"),
       RESIDUAL_LINE + 2, "f is called without its argument 'c'", "expected f(q, c)"},
      {RESIDUAL_LINE, RESIDUAL("function(p, u) return u.x end"), RESIDUAL_LINE, "is called with one argument alone",
       "expected a function(p)"},
      {RESIDUAL_LINE, RESIDUAL("sin(1)"), RESIDUAL_LINE, "which the call of sin returns", "is sin without () meant?"},
      {RESIDUAL_LINE, RESIDUAL("function(p) local q return q.u end"), RESIDUAL_LINE, "a nil value (local 'q')", NULL},
      {RESIDUAL_LINE, RESIDUAL("p.u"), RESIDUAL_LINE, "'p' is unknown here", "function(p) return p.u end"},
      {RESIDUAL_LINE, RESIDUAL("function(p) return {p.u, p.v} end"), RESIDUAL_LINE, "returns a table",
       "return a, b without braces"},
      {RESIDUAL_LINE, RESIDUAL("function(p) return p.u - sin end"), RESIDUAL_LINE, "an operand is a function", "f(p)"},
      {RESIDUAL_LINE, RESIDUAL("function(p) return sin end"), RESIDUAL_LINE, "returns a function", "return f(p)"},
      {BOUNDARY_LINE, WALL("boundary{x={-1, 0.5}}"), BOUNDARY_LINE, "boundary is given a list for 'x'",
       "on = { boundary{x=-1}, boundary{x=0.5} }"},
      {BOUNDARY_LINE, WALL("boundary{x={}}"), BOUNDARY_LINE, "boundary is given a list for 'x'", "a list of places"},
      {BOUNDARY_LINE, WALL("boundary{x='a', t=true}"), BOUNDARY_LINE, "boundary is given true for 't'",
       "boundary{x=0}"},
      {BOUNDARY_LINE, WALL("boundary{'x'}"), BOUNDARY_LINE, "without the name of an input", NULL},
      {BOUNDARY_LINE, WALL("boundary{[true]=0}"), BOUNDARY_LINE, "boundary is given true as a name", NULL},
      {INPUTS_LINE, "inputs = { x = {0, 1.5}, y = {0, 1} },", INPUTS_LINE, "inputs has 'x' as a key",
       "expected { {\"x\", 0, 1.5}, ... }"},
      {INPUTS_LINE, "inputs = { {\"t\", 0, 1},\n x = 3 },", INPUTS_LINE + 1, "inputs has 'x' as a key",
       "{ {\"name\", from, to}, ... }"},
      {OUTPUTS_LINE, "outputs = { u = 1 },", OUTPUTS_LINE, "outputs has 'u' as a key", "{ \"name\", ... }"},
      {2, "return {", 0, "the file states no problem, but returns a table", "return problem { ... }"},
  };
  CHECK_MISTAKES(list);
}

/* The message names the line of a function that returns a constant that is not finite. */
static void constants_that_are_not_finite(void) {
  check_refused(text_with(STEPS_LINE, "steps = 1, exact = {\n u = function(p) return 0/0 end },"), STEPS_LINE + 1,
                "a constant is not a number (NaN)", "expected a finite number");
  check_refused(text_with(STEPS_LINE, "steps = 1, exact = {\n u = function(p) return math.huge end },"), STEPS_LINE + 1,
                "a constant is infinite", "expected a finite number");
}

/* An unknown function is refused. Another function is suggested only for a typing mistake. */
static void functions_not_there(void) {
  static const char *const names[] = {"sign", "atan", "asin", "acosh", "log10", "log2", "erf", "pow", "atan2", "sinc"};
  char line[256], part[64];
  for (size_t i = 0; i < 2 * sizeof names / sizeof *names; i++) {
    const char *name = names[i / 2], *in = i % 2 ? "math." : "";
    snprintf(line, sizeof line, RESIDUAL("function(p) return %s%s(p.u) end"), in, name);
    snprintf(part, sizeof part, "the function '%s%s' is not available", in, name);
    check_refused(text_with(RESIDUAL_LINE, line), RESIDUAL_LINE, part, "sin, cos, tan, tanh, sinh, cosh, exp, log");
    CHECK(strstr(ntkw_last_error(), "did you mean") == NULL);
  }
  static const mistake typing[] = {
      {RESIDUAL_LINE, RESIDUAL("function(p) return sinn(p.u) end"), RESIDUAL_LINE, "'sinn'", "did you mean 'sin'?"},
      {RESIDUAL_LINE, RESIDUAL("function(p) return math.coshh(p.u) end"), RESIDUAL_LINE, "math.coshh", "mean 'cosh'?"},
      {RESIDUAL_LINE, RESIDUAL("function(p) return tahn(p.u) end"), RESIDUAL_LINE, "'tahn'", "did you mean 'tanh'?"},
      {RESIDUAL_LINE, RESIDUAL("function(p) return Sin(p.u) end"), RESIDUAL_LINE, "'Sin'", "did you mean 'sin'?"},
      {RESIDUAL_LINE, RESIDUAL("function(p) return math.PI end"), RESIDUAL_LINE, "math.PI", "did you mean 'pi'?"},
  };
  CHECK_MISTAKES(typing);
  static const char *const others[] = {"math.tau", "cosin(p.u)", "tam(p.u)", "sqr(p.u)"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    snprintf(line, sizeof line, RESIDUAL("function(p) return %s end"), others[i]);
    check_refused(text_with(RESIDUAL_LINE, line), RESIDUAL_LINE, "expected", NULL);
    CHECK(strstr(ntkw_last_error(), "did you mean") == NULL);
  }
  check_refused(text_with(NETWORK_LINE, "network = { hidden = {8}, activation = \"tan\" },"), NETWORK_LINE,
                "activation is the string \"tan\"", "\"tanh\" or \"sin\"");
  CHECK(strstr(ntkw_last_error(), "did you mean") == NULL);
  check_refused(text_with(RESIDUAL_LINE, RESIDUAL("function(p) return p.u_yy end")), RESIDUAL_LINE, "p.u_yy is unknown",
                NULL);
  CHECK(strstr(ntkw_last_error(), "did you mean") == NULL);
}

/* Check that reading the text gives this one warning; NULL: none. */
static void check_warned(const char *text, const char *warning) {
  problem *made = NULL;
  CHECK_OK(problem_from_lua("dir/good.lua", text, &made));
  if (!made) return;
  CHECK_EQUAL_INT(made->n_warnings, warning ? 1 : 0);
  if (made->n_warnings > 0) CHECK_TEXT_HAS(made->warnings[0], warning ? warning : "no warning");
  problem_destroy(&made);
}

static void doubts(void) {
  check_warned(text_with(0, NULL), NULL);
  check_warned(text_with(RESIDUAL_LINE, RESIDUAL("function(p) return p.u_t end")),
               "dir/good.lua:4: output 'v' is in the equation of no condition");
  check_warned(text_with(RESIDUAL_LINE, RESIDUAL("function(p) return p.u_t + 0*p.v end")), NULL);
  check_warned(text_with(RESIDUAL_LINE, RESIDUAL("function(p) return p.u_t, p.v_xx end")), NULL);
  check_warned(text_with(INPUTS_LINE, "inputs = { {\"t\", 0, 100},\n {\"x\", -1, 1} },"),
               "dir/good.lua:3: input 't' goes from 0 to 100");
  check_warned(text_with(INPUTS_LINE, "inputs = { {\"t\", 0, 1},\n {\"x\", -1, -0.999} },"),
               "dir/good.lua:4: input 'x' goes from -1 to -0.999");
  check_warned(text_with(INPUTS_LINE, "inputs = { {\"t\", 0, 2*pi}, {\"x\", -1, 1} },"), NULL);
  static const char *const networks[] = {"scale_inputs = false", "scale_inputs = true", "periodic = { t = 1 }"};
  for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
    char line[256];
    snprintf(line, sizeof line, "network = { hidden = {8}, %s }, inputs = { {\"t\", 0, 100}, {\"x\", -1, 1} },",
             networks[i]);
    char *text = strdup(text_with(NETWORK_LINE, line)), *first = strstr(text, "  inputs");
    memset(first, ' ', strcspn(first, "\n"));
    check_warned(text, NULL);
    free(text);
  }
}

/* Names of arrays that the program writes are refused as names of inputs and outputs, but only if it writes them. */
static void reserved_names(void) {
  static const char made[] = "exact = { u = function(p) return p.x end }, network = { hidden = {8} },";
  static const char *const outputs[] = {"\"u\", \"u_exact\"", "\"u_error\",\n \"u\"", "\"u\", \"v\",\n \"v_exact\""};
  static const char text[] = "return problem { inputs = { {\"x\", 0, 1}, {\"%s\", 0, 1} },\noutputs = { %s },\n%s\n"
                             "conditions = { { \"w\", points = 3, on = interior(), equation = function(p) return p.u "
                             "end } } }";
  char whole[1024];
  problem *good = NULL;
  snprintf(whole, sizeof whole, text, "y", outputs[0], made);
  check_refused(whole, 2, "'u_exact' is the name under which solution.h5 holds the exact values of output 'u'", NULL);
  snprintf(whole, sizeof whole, text, "y", outputs[1], made);
  check_refused(whole, 2, "'u_error' is the name under which solution.h5 holds the errors of output 'u'", NULL);
  snprintf(whole, sizeof whole, text, "u_exact", "\"u\"", made);
  check_refused(whole, 1, "'u_exact' is the name under which", "another name");
  snprintf(whole, sizeof whole, text, "y", outputs[2], "reference = \"r.h5\", network = { hidden = {8} },");
  check_refused(whole, 3, "'v_exact' is the name", NULL);
  snprintf(whole, sizeof whole, text, "y", outputs[2], made); /* v has no exact solution, so v_exact is not written */
  CHECK_OK(problem_from_lua("good.lua", whole, &good));
  problem_destroy(&good);
  static const mistake list[] = {
      {BOUNDARY_LINE, "{ \"all together\", points = 5, on = boundary{x=-1}, equation = function(p) return p.u end },",
       BOUNDARY_LINE, "a condition is called 'all together'", "expected another name"},
      {BOUNDARY_LINE, "{ \"u/t\", points = 5, on = boundary{x=-1}, equation = function(p) return p.u end },",
       BOUNDARY_LINE, "the name of a condition is the string \"u/t\"", "_-+.,:()[]"},
      {BOUNDARY_LINE, "{ \"a\\127\", points = 5, on = boundary{x=-1}, equation = function(p) return p.u end },",
       BOUNDARY_LINE, "the name of a condition is", NULL},
  };
  CHECK_MISTAKES(list);
}

/* A fixed coordinate outside the range by no more than rounding becomes the bound. */
static void bounds_within_rounding(void) {
  static const struct {
    const char *inputs, *place;
    double value; /* of the first input; NaN: refused */
  } list[] = {
      {"{\"x\", 0, 0.3}", "x=0.1*3", 0.3},
      {"{\"x\", -0.3, 1}", "x=-0.1*3", -0.3},
      {"{\"x\", 0, 0.3}", "x=0.3-0.1*3", 0.0},
      {"{\"x\", 0, 0.1*3}", "x=0.3", 0.3}, /* within the range: unchanged */
      {"{\"x\", 1e6, 1e6+0.3}", "x=1e6+0.1*3", 1e6 + 0.3},
      {"{\"x\", 0, 0.3}", "x=0.3+1e-14", NAN},
      {"{\"x\", 0, 0.3}", "x=-1e-14", NAN},
  };
  char text[512];
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    problem *made = NULL;
    snprintf(text, sizeof text,
             "return problem { inputs = { %s }, outputs = { \"u\" }, network = { hidden = {4} }, conditions = {\n"
             "{ \"w\", points = 1, on = boundary{%s}, equation = function(p) return p.u end } } }",
             list[i].inputs, list[i].place);
    if (isnan(list[i].value)) {
      check_refused(text, 2, "boundary fixes x at ", "expected a value in its range, from 0 to 0.3");
      continue;
    }
    CHECK_OK(problem_from_lua("good.lua", text, &made));
    if (made) CHECK_EQUAL_DOUBLE(made->conditions[0].places[0].region->numbers[0], list[i].value);
    problem_destroy(&made);
  }
}

/* A condition needs at least one point for each place. */
static void points_for_places(void) {
  static const mistake list[] = {
      {BOUNDARY_LINE, "{ \"w\",\n points = 1, on = { boundary{x=-1}, boundary{x=1} }, equation = sin },",
       BOUNDARY_LINE + 1, "condition 'w' has points = 1 for 2 places", "at least one point for each"},
      {BOUNDARY_LINE, "{ \"w\", points = 3, on = { interior(), interior(), boundary{t=0}, boundary{t=1} } },",
       BOUNDARY_LINE, "condition 'w' has points = 3 for 4 places", NULL},
  };
  static const char text[] =
      "return problem { inputs = { {\"x\", 0, 1} }, outputs = {\"u\"}, network = { hidden = {8} },\n"
      "conditions = { { \"w\", points = 3, on = { interior(), boundary{x=0}, boundary{x=1} },\n"
      "equation = function(p) return p.u end } },\n"
      "ntk = { every = 5, points = %d } }";
  char with_points[512];
  problem *made = NULL;
  CHECK_MISTAKES(list);
  snprintf(with_points, sizeof with_points, text, 2);
  check_refused(with_points, 4, "ntk has points = 2 for the 3 places of condition 'w'", "at least one point for each");
  snprintf(with_points, sizeof with_points, text, 3);
  CHECK_OK(problem_from_lua("good.lua", with_points, &made));
  problem_destroy(&made);
}

/* Too many conditions, outputs, equations or layers are refused. */
static void limits(void) {
  check_refused("local list = {} for i = 1, 65 do list[i] = { \"c\" .. i, points = 1, on = interior(),\n"
                "equation = function(p) return p.u end } end\n"
                "return problem { inputs = { {\"x\", 0, 1} }, outputs = {\"u\"}, network = { hidden = {8} },\n"
                "conditions = list }",
                4, "there are 65 conditions", "up to 64");
  check_refused("local list = {} for i = 1, 9 do list[i] = \"u\" .. i end\n"
                "return problem { inputs = { {\"x\", 0, 1} }, outputs = list }",
                2, "there are 9 outputs", "1 to 8");
  check_refused(text_with(RESIDUAL_LINE,
                          "{ \"r\", points = 1, on = interior(), equation = function(p) return p.u, p.u, p.u,"
                          "p.u, p.u, p.u, p.u, p.u, p.u, p.u, p.u, p.u, p.u, p.u, p.u, p.u, p.u end },"),
                RESIDUAL_LINE, "returns 17 values", "one to 16");
  check_refused(text_with(NETWORK_LINE, "network = { hidden = {8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8} },"), NETWORK_LINE,
                "hidden has 17 layers", "1 to 16");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(keys),
                                    TEST(keys_that_stand_twice),
                                    TEST(keys_that_stand_once),
                                    TEST(types_and_ranges),
                                    TEST(features),
                                    TEST(conditions),
                                    TEST(habits),
                                    TEST(constants_that_are_not_finite),
                                    TEST(functions_not_there),
                                    TEST(doubts),
                                    TEST(reserved_names),
                                    TEST(bounds_within_rounding),
                                    TEST(points_for_places),
                                    TEST(limits)};
  return run_suite("problem: mistakes", cases, sizeof cases / sizeof *cases, argc, argv);
}
