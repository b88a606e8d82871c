/* Derivatives of order three and four: their streams, their names in problem files, the positions of values and seeds,
 * and the limit of their number. */
#include "problem_fixture.h"

/* Create the problem with this equation of the first condition. Inputs are t, x; outputs are u, v. */
static problem *problem_with(const char *residual) {
  static char line[1024];
  problem *made = NULL;
  snprintf(line, sizeof line, "{ \"residual\", points = 10, on = interior(), equation = function(p) return %s end },",
           residual);
  CHECK_OK(problem_from_lua("higher.lua", text_with(RESIDUAL_LINE, line), &made));
  if (!made) exit(1);
  return made;
}

static stream_set streams_of(const char *residual) {
  problem *p = problem_with(residual);
  const stream_set streams = *equations_streams(p->conditions[0].equations);
  problem_destroy(&p);
  return streams;
}

/* Index of the stream of a derivative; -1: none. inputs: one digit for each input. */
static int find(const stream_set *streams, const char *inputs) {
  for (int s = 0; s < stream_count(streams); s++) {
    const stream_derivative at = stream_at(streams, s);
    bool same = at.order == (int)strlen(inputs);
    for (int i = 0; same && i < at.order; i++) same = streams->first[at.by[i]] == inputs[i] - '0';
    if (same) return s;
  }
  return -1;
}

static void all_parts_are_carried_and_nothing_else(void) {
  const stream_set third = streams_of("p.u_xxx + p.v_t");
  CHECK_EQUAL_INT(stream_count(&third), 5); /* value, t, x, xx, xxx */
  CHECK(find(&third, "111") == 4 && find(&third, "11") == 3 && find(&third, "0") == 1);
  const stream_set mixed = streams_of("p.u_ttxx");
  static const char *const parts[] = {"0", "1", "00", "01", "11", "001", "011", "0011"};
  CHECK_EQUAL_INT(stream_count(&mixed), 9);
  for (int i = 0; i < 8; i++) CHECK_EQUAL_INT(find(&mixed, parts[i]), i + 1);
  const stream_set fourth = streams_of("p.u_xxxx + p.v_xx + p.v_tt");
  CHECK_EQUAL_INT(stream_count(&fourth), 7);
  CHECK_EQUAL_INT(fourth.n_pairs, 0); /* with higher orders, second derivatives are separate streams */
}

static void letters_have_no_order(void) {
  const char *const same[] = {"p.u_ttxx - p.v_xxt", "p.u_xxtt - p.v_txx", "p.u_xtxt - p.v_xtx"};
  uint64_t prints[3];
  for (int i = 0; i < 3; i++) {
    problem *p = problem_with(same[i]);
    prints[i] = equations_fingerprint(p->conditions[0].equations);
    CHECK_EQUAL_INT(stream_count(equations_streams(p->conditions[0].equations)), 9);
    problem_destroy(&p);
  }
  CHECK(prints[0] == prints[1] && prints[0] == prints[2]);
  problem *other = problem_with("p.u_ttxx - p.v_xtt");
  CHECK(equations_fingerprint(other->conditions[0].equations) != prints[0]);
  problem_destroy(&other);
}

/* The streams of u have the values 1, 2, 3, ..., those of v the values 100, 200, 300, ... */
static void values_and_seeds_are_in_place(void) {
  problem *p = problem_with("3*p.u_xxx*p.v_tx + p.u_txx^2");
  const equations *e = p->conditions[0].equations;
  const stream_set *s = equations_streams(e);
  equations_workspace *w = NULL;
  double outputs[2 * MAX_STREAMS], seeds[2 * MAX_STREAMS], point[2] = {0.5, 0.5}, residual = 0;
  const int n = stream_count(s), xxx = find(s, "111"), tx = find(s, "01"), txx = find(s, "011");
  CHECK_EQUAL_INT(n, 7); /* value, t, x, tx, xx, txx, xxx */
  for (int i = 0; i < n; i++) outputs[i] = i + 1, outputs[n + i] = 100 * (i + 1);
  CHECK_OK(equations_workspace_create(e, 1, &w));
  equations_residuals(w, 1, 2, point, outputs, &residual);
  CHECK_EQUAL_DOUBLE(residual, 3.0 * (xxx + 1) * 100 * (tx + 1) + (txx + 1) * (txx + 1));
  equations_seeds(w, 0, NULL, seeds);
  for (int i = 0; i < 2 * n; i++) {
    const double expected = i == xxx      ? 300.0 * (tx + 1)
                            : i == n + tx ? 3.0 * (xxx + 1)
                            : i == txx    ? 2.0 * (txx + 1)
                                          : 0.0;
    CHECK_EQUAL_DOUBLE(seeds[i], expected);
  }
  equations_workspace_destroy(&w);
  problem_destroy(&p);
}

/* All derivatives of order four by six inputs exceed the limit. By four inputs there are 69 derivatives, which fit. */
static void their_number_is_limited(void) {
  for (int inputs = 4; inputs <= MAX_INPUTS; inputs += 2) {
    tape *t = NULL;
    equations *set = NULL;
    CHECK_OK(tape_create(&t));
    node sum = tape_constant(t, 0.0);
    for (int i = 0; i < inputs * inputs * inputs * inputs; i++) {
      const int by[] = {i % inputs, i / inputs % inputs, i / inputs / inputs % inputs, i / inputs / inputs / inputs};
      sum = tape_binary(t, OP_ADD, sum, tape_derivative(t, 0, 4, by));
    }
    CHECK_STATUS(equations_create(t, 1, &sum, 1, &set), inputs == 4 ? NTKW_SUCCESS : NTKW_ERR_PROBLEM);
    if (set) CHECK_EQUAL_INT(stream_count(equations_streams(set)), 1 + 4 + 10 + 20 + 35);
    if (!set) CHECK_TEXT_HAS(ntkw_last_error(), "more than 100 derivatives of order three and four");
    equations_destroy(&set);
    tape_destroy(&t);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(all_parts_are_carried_and_nothing_else), TEST(letters_have_no_order),
                                    TEST(values_and_seeds_are_in_place), TEST(their_number_is_limited)};
  return run_suite("equations: higher orders", cases, sizeof cases / sizeof *cases, argc, argv);
}
