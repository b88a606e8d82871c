/* Invalid domains, shapes and normals are refused. The message names the line, the mistake and the expected input. */
#include "problem_fixture.h"

/* Replaces OUTPUTS_LINE. The inputs are t in [0, 1] and x in [-1, 1]. */
#define DOMAIN(text) OUTPUTS_LINE, "  outputs = { \"u\", \"v\" }, domain = " text ","
#define DISK "disk{ t=0.5, x=0, radius=0.25 }"

static void domains(void) {
  static const mistake list[] = {
      {DOMAIN("3"), OUTPUTS_LINE, "domain is the number 3", "expected box() - disk{...}"},
      {DOMAIN(DISK), OUTPUTS_LINE, "domain is a shape", "expected box() - disk{...}"},
      {DOMAIN("boundary{x=1}"), OUTPUTS_LINE, "domain is a place", NULL},
      {DOMAIN("box() + " DISK), OUTPUTS_LINE, "operator + on box()", "can be taken out of the box"},
      {DOMAIN("(box() - " DISK ") & box()"), OUTPUTS_LINE, "operator & on a domain", NULL},
      {DOMAIN("-box()"), OUTPUTS_LINE, "arithmetic", NULL},
      {DOMAIN(DISK " - " DISK), OUTPUTS_LINE, "disk{...} is taken out of disk{...}", "can be taken out of the box"},
      {DOMAIN("box() - box()"), OUTPUTS_LINE, "box() is taken out of box()", NULL},
      {DOMAIN("box() - 3"), OUTPUTS_LINE, "the number 3 is taken out of box()", NULL},
      {DOMAIN("box() - (box() - " DISK ")"), OUTPUTS_LINE, "a domain is taken out of box()", NULL},
      {DOMAIN("3 - box()"), OUTPUTS_LINE, "a shape", NULL},
      {DOMAIN("2*" DISK), OUTPUTS_LINE, "a shape", NULL},
      {DOMAIN("box{ x={0, 1} }"), OUTPUTS_LINE, "box is given a table", "expected box()"},
      {DOMAIN("box() - " DISK " - " DISK), OUTPUTS_LINE, "the same disk is taken out of the domain twice", NULL},
      {DOMAIN("box() - disk{ t=0.5, x=0, radius=1.2 }"), OUTPUTS_LINE, "the domain is too small a part",
       "0 are in the domain; expected at least 1e-06"},
      {DOMAIN("box().x"), OUTPUTS_LINE, "box() has no field 'x'", NULL},
      {DOMAIN("bx()"), OUTPUTS_LINE, "'bx' is unknown", "did you mean 'box'?"},
      {DOMAIN("box() - dsk{ t=0.5, x=0, radius=0.25 }"), OUTPUTS_LINE, "'dsk' is unknown", "did you mean 'disk'?"},
  };
  CHECK_MISTAKES(list);
}

static void disks(void) {
  static const mistake list[] = {
      {DOMAIN("box() - disk()"), OUTPUTS_LINE, "disk is given nothing", "such as disk{"},
      {DOMAIN("box() - disk(3)"), OUTPUTS_LINE, "disk is given the number 3", "such as disk{"},
      {DOMAIN("box() - disk{ 0.5, 0, 0.25 }"), OUTPUTS_LINE, "disk is given the number 0.5 without the name", NULL},
      {DOMAIN("box() - disk{ t=0.5, x='0', radius=0.25 }"), OUTPUTS_LINE, "disk is given the string \"0\" for 'x'",
       NULL},
      {DOMAIN("box() - disk{ t=0.5, x=0/0, radius=0.25 }"), OUTPUTS_LINE, "for 'x'", NULL},
      {DOMAIN("box() - disk{ t=0.5, x=0 }"), OUTPUTS_LINE, "a disk has no radius", NULL},
      {DOMAIN("box() - disk{ t=0.5, x=0, radius=0 }"), OUTPUTS_LINE, "the radius of a disk is 0", "above 0"},
      {DOMAIN("box() - disk{ t=0.5, x=0, radius=-1 }"), OUTPUTS_LINE, "the radius of a disk is -1", "above 0"},
      {DOMAIN("box() - disk{ t=0.5, radius=1 }"), OUTPUTS_LINE, "given in 1 input;", "expected two"},
      {DOMAIN("box() - disk{ radius=1 }"), OUTPUTS_LINE, "given in 0 inputs;", "expected two"},
      {DOMAIN("box() - disk{ t=0.5, y=0, radius=1 }"), OUTPUTS_LINE, "disk is given 'y', which is not an input", NULL},
      {DOMAIN("box() - disk{ t=0.5, x=0, radus=1 }"), OUTPUTS_LINE, "disk is given 'radus', which is not an input",
       NULL},
      {DOMAIN("box() - disk{ t=1.3, x=0, radius=0.25 }"), OUTPUTS_LINE,
       "the disk around t = 1.3, x = 0 is outside the box", "0.3 away from it, and its radius is 0.25"},
      {DOMAIN("box() - disk{ t=1.3, x=1.4, radius=0.4 }"), OUTPUTS_LINE, "is outside the box", "0.5 away"},
      {INPUTS_LINE,
       "  domain = box() - disk{ t=0.5, x=0, radius=1, y=0 }, inputs = { {'t', 0, 1}, {'x', 0, 1}, {'y', 0, 1} },",
       INPUTS_LINE, "in more than two inputs, the third being 'y'", NULL},
  };
  CHECK_MISTAKES(list);
}

/* Places of conditions. check_in_domain removes the disks `hole`, which covers all of x = -1 and nothing of x = 1, and
 * `inner`. */
#define ON(text) BOUNDARY_LINE, "    { \"wall\", points = 5, on = " text ", equation = function(p) return p.u end },"
#define EQUATION(on, text) \
  BOUNDARY_LINE, "    { \"wall\", points = 5, on = " on ", equation = function(p) return " text " end },"

static void check_in_domain(const mistake *list, size_t n) {
  static char text[1 << 16];
  for (size_t i = 0; i < n; i++) {
    const char *rest = text_with(list[i].line, list[i].replacement);
    const char *cut = strstr(rest, "  outputs = { \"u\", \"v\" },\n");
    snprintf(text, sizeof text,
             "local hole, inner = disk{ t=0.5, x=-1, radius=0.6 }, disk{ t=0.5, x=-1, radius=0.3 } %.*s"
             "  domain = box() - hole - inner, %s",
             (int)(cut - rest), rest, cut);
    check_refused(text, list[i].expected_line, list[i].part, list[i].hint);
  }
}
#define CHECK_IN_DOMAIN(list) check_in_domain((list), sizeof(list) / sizeof *(list))

static void places(void) {
  static const mistake list[] = {
      {ON("hole"), BOUNDARY_LINE, "'on' of condition 'wall' has a shape", "expected interior()"},
      {ON("boundary(box())"), BOUNDARY_LINE, "boundary is given the box of all inputs", "such as boundary{x=0}"},
      {ON("boundary(box() - hole)"), BOUNDARY_LINE, "boundary is given a whole domain", NULL},
      {ON("boundary(hole, hole)"), BOUNDARY_LINE, "boundary is given a shape; expected fixed", NULL},
      {ON("boundary(3)"), BOUNDARY_LINE, "boundary is given the number 3", "expected fixed coordinates"},
      {ON("boundary(disk{ t=0.5, x=0, radius=0.1 })"), BOUNDARY_LINE,
       "boundary is given a disk that is not taken out of the domain", NULL},
      {ON("boundary{x=-1}"), BOUNDARY_LINE, "a place of condition 'wall' is empty", "0 are in the domain"},
      {ON("{ boundary{x=1}, boundary(inner) }"), BOUNDARY_LINE, "a place of condition 'wall' is empty", NULL},
      {ON("interior(hole)"), BOUNDARY_LINE, "interior is given a shape", NULL},
  };
  CHECK_IN_DOMAIN(list);
}

static void normals(void) {
  static const mistake list[] = {
      {EQUATION("interior()", "p.u*p.nx"), BOUNDARY_LINE, "p.nx is a normal of the domain, but place 1 of condition",
       "expected places with one"},
      {EQUATION("{ boundary{x=1}, boundary{x=0.5} }", "p.u*p.nx"), BOUNDARY_LINE, "but place 2 of condition 'wall'",
       NULL},
      {EQUATION("boundary{x=1, t=0}", "p.u*p.nt"), BOUNDARY_LINE, "but place 1 of condition 'wall'", NULL},
      {EQUATION("boundary{x=1}", "p.u*p.ny"), BOUNDARY_LINE, "p.ny is unknown", NULL},
      {EQUATION("boundary(hole)", "p.nx"), BOUNDARY_LINE, "does not depend on any output", NULL},
      {NETWORK_LINE, "  network = { hidden = {8} }, exact = { u = function(p) return p.nx end },", NETWORK_LINE,
       "p.nx is a normal of the domain", "expected inputs only"},
  };
  static const mistake names[] = {
      {OUTPUTS_LINE, "  outputs = { \"u\", \"nx\" }, domain = box() - " DISK ",", OUTPUTS_LINE,
       "p.nx has two readings, the output 'nx' and the normal along 'x'", NULL},
      {INPUTS_LINE, "  inputs = { {'x', 0, 1}, {'nx', 0, 1} }, domain = box() - disk{ x=0, nx=0, radius=0.1 },",
       INPUTS_LINE, "p.nx has two readings, the input 'nx' and the normal along 'x'", NULL},
      {INPUTS_LINE, "  inputs = { {'x_t', 0, 1}, {'t', 0, 1} }, domain = box(), outputs = { 'nx' },", INPUTS_LINE,
       "p.nx_t has two readings, the derivative of 'nx' by t and the normal along 'x_t'", NULL},
  };
  CHECK_IN_DOMAIN(list);
  for (size_t i = 0; i < 2; i++)
    check_refused(text_with(names[i].line, names[i].replacement), names[i].expected_line, names[i].part, NULL);
  check_refused("return problem {\n\ninputs = { {'x_t', 0, 1}, {'t', 0, 1} }, domain = box(), outputs = { 'nx' } }", 3,
                names[2].part, NULL);
}

/* Without a domain there are no normals, so the name of an output may be that of a normal. */
static void names_stay_without_a_domain(void) {
  static const char text[] =
      "return problem { inputs = { {'x', 0, 1} }, outputs = { 'nx' }, network = { hidden = {4} },\n"
      "conditions = { { 'a', points = 3, on = boundary{x=0},\n"
      "equation = function(p) return p.nx - 1 end } } }";
  problem *made = NULL;
  CHECK_OK(problem_from_lua("good.lua", text, &made));
  if (made) CHECK(!equations_use_normals(made->conditions[0].equations));
  problem_destroy(&made);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(domains), TEST(disks), TEST(places), TEST(normals),
                                    TEST(names_stay_without_a_domain)};
  return run_suite("problem: domains that are refused", cases, sizeof cases / sizeof *cases, argc, argv);
}
