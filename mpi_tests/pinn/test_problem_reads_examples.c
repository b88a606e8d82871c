/* Problem files of examples/ are read correctly, missing keys have their defaults, and equal texts give equal
 * problems. */
#include "problem_fixture.h"
#include "ntkw/weighting.h"
#include "pinn/state/problem_signature.h"

#include <dirent.h>

static problem *read_example(const char *name) {
  char path[512], *text = NULL;
  problem *made = NULL;
  snprintf(path, sizeof path, "%s/%s", NTKW_EXAMPLES, name);
  CHECK_OK(problem_read_text(path, &text));
  if (text) CHECK_OK(problem_from_lua(name, text, &made));
  if (made) CHECK(strcmp(made->source, text) == 0 && strcmp(made->file, name) == 0);
  free(text);
  if (!made) exit(1);
  return made;
}

/* wave1d and wave1d-small differ only in the widths and the steps. */
static void wave(void) {
  const char *const names[] = {"wave1d.lua", "wave1d-small.lua"};
  for (int i = 0; i < 2; i++) {
    problem *p = read_example(names[i]);
    CHECK_EQUAL_INT(p->n_inputs, 2);
    CHECK(strcmp(p->input_names[0], "t") == 0 && strcmp(p->input_names[1], "x") == 0);
    CHECK_EQUAL_INT(p->n_outputs, 1);
    CHECK_EQUAL_INT(p->n_conditions, 3);
    CHECK(strcmp(p->conditions[0].name, "residual") == 0 && strcmp(p->conditions[2].name, "u_t") == 0);
    for (int c = 0; c < 3; c++) CHECK_EQUAL_INT(p->conditions[c].n_points, 300);
    CHECK_EQUAL_INT(p->conditions[0].n_places, 1);
    CHECK_EQUAL_INT(p->conditions[0].places[0].region->n_named, 0);
    CHECK_EQUAL_INT(p->conditions[1].n_places, 3);
    const region *first = p->conditions[1].places[0].region, *last = p->conditions[1].places[2].region;
    CHECK(first->n_named == 1 && first->named[0] == 0);
    CHECK(last->n_named == 1 && last->named[0] == 1 && last->numbers[0] == 1.0);
    CHECK_EQUAL_INT(equations_streams(p->conditions[0].equations)->n_pairs, 2);
    CHECK_EQUAL_INT(stream_count(equations_streams(p->conditions[1].equations)), 1);
    CHECK(p->has_exact[0]);
    CHECK_EQUAL_INT(p->network.n_hidden, 3);
    CHECK_EQUAL_INT(p->network.hidden[2], i == 0 ? 500 : 100);
    CHECK(p->network.activation == ACTIVATION_TANH && p->network.init == INIT_XAVIER);
    CHECK(p->network.precision == NTKW_FLOAT32);
    CHECK_EQUAL_DOUBLE(p->network.input_shift[1], 0.5);
    CHECK_EQUAL_DOUBLE(p->network.input_scale[1], sqrt(12.0));
    CHECK_EQUAL_DOUBLE(p->optimizer.rate.start, 1e-3);
    CHECK_EQUAL_DOUBLE(p->optimizer.rate.decay, 0.9);
    CHECK_EQUAL_INT(p->optimizer.rate.every, 1000);
    CHECK(strcmp(p->rule, "ntk-trace") == 0);
    CHECK_EQUAL_DOUBLE(p->alpha, 0.0);
    CHECK_EQUAL_INT(p->update_every, 100);
    if (i == 0) CHECK_EQUAL_INT(p->steps, 80000);
    CHECK_EQUAL_INT(p->seed, 1);
    problem_destroy(&p);
  }
}

/* The exact solution of the first output at a point. */
static double exact_at(const problem *p, const double *x) {
  equations_workspace *w = NULL;
  double value = NAN;
  CHECK_OK(equations_workspace_create(p->exact[0], 1, &w));
  equations_residuals(w, 1, p->n_inputs, x, NULL, &value);
  equations_workspace_destroy(&w);
  return value;
}

/* The coefficients of central differences at -3 h .. 3 h, of error O(h^4), for derivatives of order 0 to 4. */
static const double differences[MAX_ORDER + 1][7] = {{0, 0, 0, 1, 0, 0, 0},
                                                     {0, 1. / 12, -2. / 3, 0, 2. / 3, -1. / 12, 0},
                                                     {0, -1. / 12, 4. / 3, -5. / 2, 4. / 3, -1. / 12, 0},
                                                     {1. / 8, -1, 13. / 8, 0, -13. / 8, 1, -1. / 8},
                                                     {-1. / 6, 2, -13. / 2, 28. / 3, -13. / 2, 2, -1. / 6}};

/* A derivative of the exact solution, orders[i] times by input i from `input` on, by differences. */
static double derivative(const problem *p, const int orders[], int input, double h, double *at) {
  if (input == p->n_inputs) return exact_at(p, at);
  const double middle = at[input];
  double sum = 0.0;
  for (int k = -3; k <= 3; k++) {
    const double factor = differences[orders[input]][k + 3];
    at[input] = middle + k * h;
    if (factor != 0.0) sum += factor / pow(h, orders[input]) * derivative(p, orders, input + 1, h, at);
  }
  at[input] = middle;
  return sum;
}

/* Derivative of the exact solution by first[by[0]], first[by[1]], ... */
static double stream_value(const problem *p, const stream_set *s, stream_derivative d, double *at) {
  int orders[MAX_INPUTS] = {0};
  for (int k = 0; k < d.order; k++) orders[s->first[d.by[k]]]++;
  return derivative(p, orders, 0, d.order > 2 ? 1e-2 : 1e-3, at);
}

/* Set the streams of a network that is the exact solution. */
static void exact_streams(const problem *p, const stream_set *s, equations_workspace *w, double *at, double *outputs) {
  double coefficients[MAX_PAIRS];
  const int plain = stream_count(s) - (s->n_pairs > 0);
  for (int k = 0; k < plain; k++) outputs[k] = stream_value(p, s, stream_at(s, k), at);
  if (s->n_pairs == 0) return;
  equations_coefficients(w, 1, p->n_inputs, at, coefficients);
  outputs[plain] = 0.0;
  for (int k = 0; k < s->n_pairs; k++)
    outputs[plain] += coefficients[k] * stream_value(p, s, (stream_derivative){2, {s->pair[k].a, s->pair[k].b}}, at);
}

/* The residual of the first condition at a point for the exact solution. A slip other than 0 makes the value and each
 * derivative too large, by different amounts. */
static double first_residual(const problem *p, double *at, double slip) {
  const equations *of = p->conditions[0].equations;
  double outputs[MAX_STREAMS], residual = NAN;
  equations_workspace *w = NULL;
  CHECK_EQUAL_INT(equations_count(of), 1);
  CHECK_OK(equations_workspace_create(of, 1, &w));
  exact_streams(p, equations_streams(of), w, at, outputs);
  for (int k = 0; k < stream_count(equations_streams(of)); k++) outputs[k] += slip * (k + 1);
  equations_residuals(w, 1, p->n_inputs, at, outputs, &residual);
  equations_workspace_destroy(&w);
  return residual;
}

/* The first condition of an example holds for its exact solution, whose derivatives are differences. */
static void check_exact_solution(const problem *p) {
  static const double places[][2] = {{0.3, 0.4}, {0.81, 0.13}, {0.07, 0.59}};
  for (int k = 0; k < 3; k++) {
    double at[MAX_INPUTS];
    for (int i = 0; i < p->n_inputs; i++) at[i] = p->lower[i] + places[k][i % 2] * (p->upper[i] - p->lower[i]);
    CHECK_NEAR(first_residual(p, at, 0.0), 0.0, 1e-4);
    CHECK(fabs(first_residual(p, at, 1.0)) > 1e-2);
  }
}

/* Residuals of u = sin(t + x), with s = u and c = u_x, for equations without an exact solution. */
static double kdv_residual(double s, double c) {
  return c + s * c - 0.022 * 0.022 * c;
}
static double kuramoto_sivashinsky_residual(double s, double c) {
  return (c + 100. / 16 * s * c - 100. / 256 * s + 100. / 65536 * s) / 10;
}

/* The streams of u = sin(t + x): the derivative of order n is sin(t + x + n pi / 2). */
static void check_closed_form(const problem *p, double (*expected)(double, double)) {
  const double at[2] = {0.02, 0.7}, phase = at[0] + at[1], quarter = 1.5707963267948966;
  const equations *of = p->conditions[0].equations;
  const stream_set *streams = equations_streams(of);
  double outputs[MAX_STREAMS], residual = NAN;
  equations_workspace *w = NULL;
  CHECK_EQUAL_INT(p->n_inputs, 2);
  CHECK_EQUAL_INT(streams->n_pairs, 0);
  CHECK_OK(equations_workspace_create(of, 1, &w));
  for (int k = 0; k < stream_count(streams); k++) outputs[k] = sin(phase + stream_at(streams, k).order * quarter);
  equations_residuals(w, 1, p->n_inputs, at, outputs, &residual);
  CHECK_NEAR(residual, expected(sin(phase), cos(phase)), 1e-13);
  equations_workspace_destroy(&w);
}

/* The first condition of every file in examples/ computes what its comment says. */
static void first_conditions_are_the_equations(void) {
  DIR *folder = opendir(NTKW_EXAMPLES);
  int n_exact = 0, n_closed = 0;
  CHECK(folder != NULL);
  for (const struct dirent *e; folder && (e = readdir(folder)) != NULL;) {
    const char *ending = strrchr(e->d_name, '.');
    if (!ending || strcmp(ending, ".lua") != 0) continue;
    problem *p = read_example(e->d_name);
    if (p->n_outputs == 1 && p->has_exact[0]) {
      check_exact_solution(p);
      n_exact++;
    } else {
      const bool kdv = strcmp(e->d_name, "kdv.lua") == 0;
      CHECK(kdv || strcmp(e->d_name, "kuramoto_sivashinsky.lua") == 0); /* a new example needs an entry here */
      check_closed_form(p, kdv ? kdv_residual : kuramoto_sivashinsky_residual);
      n_closed++;
    }
    problem_destroy(&p);
  }
  if (folder) closedir(folder);
  CHECK(n_exact >= 6);
  CHECK_EQUAL_INT(n_closed, 2);
}

static void defaults(void) {
  problem *p = NULL;
  CHECK_OK(problem_from_lua("x.lua", text_with(STEPS_LINE, ""), &p));
  CHECK_EQUAL_INT(p->steps, 10000);
  CHECK_EQUAL_INT(p->seed, 1);
  CHECK_EQUAL_INT(p->lanes, 64);
  CHECK_EQUAL_INT(p->lane_rows, DEFAULT_LANE_ROWS);
  CHECK_EQUAL_INT(p->resample, 1);
  CHECK(strcmp(p->rule, "mean-ntk-trace") == 0);
  CHECK_EQUAL_DOUBLE(p->alpha, NTKW_RULE_ALPHA);
  CHECK_EQUAL_INT(p->update_every, 0);
  CHECK_EQUAL_DOUBLE(p->optimizer.rate.start, 1e-3);
  CHECK_EQUAL_DOUBLE(p->optimizer.rate.decay, 1.0);
  CHECK(p->network.precision == NTKW_FLOAT64);
  CHECK_EQUAL_DOUBLE(p->network.input_shift[1], 0.0);
  CHECK_EQUAL_DOUBLE(p->network.input_scale[1], 1.0);
  CHECK(!p->has_exact[0] && !p->exact[0]);
  problem_destroy(&p);
  CHECK_OK(problem_from_lua("x.lua", text_with(STEPS_LINE, "weighting = 'none', optimizer = 'adam', seed = 9,"), &p));
  CHECK(strcmp(p->rule, "none") == 0);
  CHECK_EQUAL_INT(p->seed, 9);
  problem_destroy(&p);
}

/* Two problems from the same text are equal bit for bit, except for pointers, and the same on every rank. */
static void same_text_same_problem(void) {
  static problem kept[2];
  char *identity[2];
  for (int i = 0; i < 2; i++) {
    problem *p = read_example("helmholtz2d.lua");
    CHECK_OK(problem_signature(p, &identity[i]));
    kept[i] = *p;
    kept[i].source = NULL;
    kept[i].tape = NULL;
    kept[i].optimizer.ops = NULL;
    kept[i].lanes = tape_size(p->tape); /* compare the number of nodes too */
    for (int c = 0; c < MAX_CONDITIONS; c++) {
      kept[i].conditions[c].equations = NULL;
      memset(kept[i].conditions[c].places, 0, sizeof kept[i].conditions[c].places);
    }
    for (int o = 0; o < MAX_OUTPUTS; o++) kept[i].exact[o] = NULL;
    problem_destroy(&p);
  }
  CHECK(memcmp(&kept[0], &kept[1], sizeof kept[0]) == 0);
  CHECK_SAME_ON_ALL_RANKS(kept[0]);
  CHECK(strcmp(identity[0], identity[1]) == 0); /* compares the places too */
  for (int i = 0; i < 2; i++) free(identity[i]);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(wave), TEST(first_conditions_are_the_equations), TEST(defaults),
                                    TEST(same_text_same_problem)};
  return run_suite("problem: examples", cases, sizeof cases / sizeof *cases, argc, argv);
}
