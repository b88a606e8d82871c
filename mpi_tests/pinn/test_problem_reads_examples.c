/* Problem files of examples/ are read correctly, missing keys have their defaults, and equal texts give equal
 * problems. */
#include "problem_fixture.h"
#include "ntkw/weighting.h"
#include "pinn/state/problem_signature.h"

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

/* The residual of the first condition is zero for the exact solution, whose second derivatives are computed by
 * differences. */
static void exact_solutions_solve_their_equations(void) {
  const char *const names[] = {"wave1d.lua", "wave1d-small.lua", "poisson1d.lua", "helmholtz2d.lua"};
  const double h = 1e-3;
  for (int i = 0; i < 4; i++) {
    problem *p = read_example(names[i]);
    const stream_set *s = equations_streams(p->conditions[0].equations);
    double at[2] = {0.3, 0.4}, outputs[MAX_STREAMS] = {0.0}, coefficients[MAX_PAIRS], residual = NAN;
    equations_workspace *w = NULL;
    CHECK_OK(equations_workspace_create(p->conditions[0].equations, 1, &w));
    equations_coefficients(w, 1, p->n_inputs, at, coefficients);
    outputs[0] = exact_at(p, at);
    const int n_pairs = s->n_pairs ? s->n_pairs : s->n_second;
    for (int k = 0; k < n_pairs; k++) {
      const stream_pair pair = s->n_pairs ? s->pair[k] : s->second[k];
      CHECK_EQUAL_INT(pair.a, pair.b);
      const int input = s->first[pair.a];
      const double middle = at[input];
      double sum = -30.0 * outputs[0]; /* difference of fourth order: (-1, 16, -30, 16, -1) / 12 */
      for (int d = -2; d <= 2; d++) {
        at[input] = middle + d * h;
        if (d != 0) sum += (d * d == 4 ? -1.0 : 16.0) * exact_at(p, at);
      }
      at[input] = middle;
      outputs[1 + s->n_first + (s->n_pairs ? 0 : k)] += (s->n_pairs ? coefficients[k] : 1.0) * sum / (12.0 * h * h);
    }
    equations_residuals(w, 1, p->n_inputs, at, outputs, &residual);
    CHECK_NEAR(residual, 0.0, 1e-5);
    equations_workspace_destroy(&w);
    problem_destroy(&p);
  }
}

static void defaults(void) {
  problem *p = NULL;
  CHECK_OK(problem_from_lua("x.lua", text_with(STEPS_LINE, ""), &p));
  CHECK_EQUAL_INT(p->steps, 10000);
  CHECK_EQUAL_INT(p->seed, 1);
  CHECK_EQUAL_INT(p->lanes, 64);
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
  static const test_case cases[] = {TEST(wave), TEST(exact_solutions_solve_their_equations), TEST(defaults),
                                    TEST(same_text_same_problem)};
  return run_suite("problem: examples", cases, sizeof cases / sizeof *cases, argc, argv);
}
