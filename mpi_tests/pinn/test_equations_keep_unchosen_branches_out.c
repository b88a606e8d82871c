/* where() has the value and derivative of the chosen branch, also if the other one has NaN, infinity or an infinite
 * slope. The derivative of abs is the sign, 0 at 0; that of comparisons is 0. */
#include "expression_fixture.h"

static void set_outputs(experiment *e, double u, double v) {
  for (int p = 0; p < POINTS; p++) {
    e->outputs[p] = u;
    e->outputs[POINTS + p] = v;
  }
  equations_residuals(e->workspace, POINTS, INPUTS, e->points, e->outputs, e->residuals);
  equations_seeds(e->workspace, 0, NULL, e->seeds);
}

/* where(u <= 0, v, sqrt(u) + log(u) v / u): the second branch is NaN or infinite where the first is chosen. */
static void the_unchosen_branch_may_be_nan(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node u = OUT(0, U), v = OUT(1, U);
  const node bad = ADD(UNARY(OP_SQRT, u), DIV(MUL(UNARY(OP_LOG, u), v), u));
  const node root = tape_where(t, tape_binary(t, OP_LESS_EQUAL, u, NUMBER(0.0)), v, bad);
  experiment *e = experiment_create(t, 1, &root);
  const double unlucky[] = {0.0, -0.0, -1.0, -INFINITY};
  for (int i = 0; i < 4; i++) {
    set_outputs(e, unlucky[i], 0.25);
    CHECK_EQUAL_DOUBLE(e->residuals[3], 0.25);
    CHECK_EQUAL_DOUBLE(e->seeds[3], 0.0);
    CHECK_EQUAL_DOUBLE(e->seeds[POINTS + 3], 1.0);
  }
  set_outputs(e, 4.0, 0.25);
  CHECK_NEAR(e->residuals[3], 2.0 + log(4.0) * 0.0625, 1e-15);
  CHECK_NEAR(e->seeds[3], 0.25 + 0.25 * (1.0 - log(4.0)) / 16.0, 1e-15);
  CHECK_NEAR(e->seeds[POINTS + 3], log(4.0) / 4.0, 1e-15);
  experiment_destroy(&e);
  tape_destroy(&t);
}

/* A node that both branches use has the derivative of the chosen branch only. */
static void shared_nodes_get_one_share(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node u = OUT(0, U), v = OUT(1, U), square = MUL(u, u);
  const node root = tape_where(t, tape_binary(t, OP_LESS, v, u), MUL(NUMBER(3.0), square), UNARY(OP_EXP, square));
  experiment *e = experiment_create(t, 1, &root);
  set_outputs(e, 2.0, 1.0);
  CHECK_EQUAL_DOUBLE(e->residuals[0], 12.0);
  CHECK_EQUAL_DOUBLE(e->seeds[0], 12.0);
  CHECK_EQUAL_DOUBLE(e->seeds[POINTS], 0.0); /* v occurs only in the comparison */
  set_outputs(e, 0.5, 1.0);
  CHECK_NEAR(e->seeds[0], exp(0.25), 1e-15);
  experiment_destroy(&e);
  tape_destroy(&t);
}

static void abs_has_its_sign(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node root = UNARY(OP_ABS, SUB(OUT(0, U), OUT(1, U)));
  experiment *e = experiment_create(t, 1, &root);
  set_outputs(e, -2.0, 1.0);
  CHECK_EQUAL_DOUBLE(e->residuals[0], 3.0);
  CHECK_EQUAL_DOUBLE(e->seeds[0], -1.0);
  CHECK_EQUAL_DOUBLE(e->seeds[POINTS], 1.0);
  set_outputs(e, 1.0, 1.0);
  CHECK_EQUAL_DOUBLE(e->seeds[0], 0.0);
  experiment_destroy(&e);
  tape_destroy(&t);
}

/* A NaN in the outputs of the network stays visible. */
static void chosen_nan_shows(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node root = MUL(OUT(0, U), OUT(1, U));
  experiment *e = experiment_create(t, 1, &root);
  set_outputs(e, NAN, 1.0);
  CHECK(isnan(e->residuals[0]));
  CHECK(isnan(e->seeds[POINTS]));
  experiment_destroy(&e);
  tape_destroy(&t);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(the_unchosen_branch_may_be_nan), TEST(shared_nodes_get_one_share),
                                    TEST(abs_has_its_sign), TEST(chosen_nan_shows)};
  return run_suite("equations: where", cases, sizeof cases / sizeof *cases, argc, argv);
}
