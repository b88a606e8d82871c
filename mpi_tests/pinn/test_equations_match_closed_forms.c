/* Values and derivatives of every operation, and of whole equations, against closed forms and the complex step. */
#include "expression_fixture.h"

static double complex form_sums(const double *x, const jet u, const jet v) {
  return x[0] * u[U] - v[U_X] / (u[U] + 2.0) - (-v[U]) * 3.0;
}
static double complex form_functions(const double *x, const jet u, const jet v) {
  return csin(u[U] * x[1]) + ccos(u[U_Y]) * cexp(v[U]) + ctanh(u[U_X]) + clog(u[U] + v[U]) + csqrt(u[U] * v[U]);
}
static double complex form_powers(const double *x, const jet u, const jet v) {
  return u[U] * u[U] * u[U] + 1.0 / (u[U_X] * u[U_X]) + cpow(v[U], 0.5) + cpow(u[U], 1.7) + cpow(2.0, v[U_Y]) +
         cpow(u[U], x[0]);
}
static double complex form_burgers(const double *x, const jet u, const jet v) {
  (void)x, (void)v;
  return u[U_Y] + u[U] * u[U_X] - 0.01 / M_PI * u[U_XX];
}

static node build_sums(tape *t) {
  return SUB(SUB(MUL(IN(0), OUT(0, U)), DIV(OUT(1, U_X), ADD(OUT(0, U), NUMBER(2.0)))),
             MUL(UNARY(OP_NEGATE, OUT(1, U)), NUMBER(3.0)));
}
static node build_functions(tape *t) {
  const node a = ADD(UNARY(OP_SIN, MUL(OUT(0, U), IN(1))), MUL(UNARY(OP_COS, OUT(0, U_Y)), UNARY(OP_EXP, OUT(1, U))));
  const node b = ADD(UNARY(OP_TANH, OUT(0, U_X)), UNARY(OP_LOG, ADD(OUT(0, U), OUT(1, U))));
  return ADD(ADD(a, b), UNARY(OP_SQRT, MUL(OUT(0, U), OUT(1, U))));
}
static node build_powers(tape *t) {
  const node a = ADD(POW(OUT(0, U), NUMBER(3.0)), POW(OUT(0, U_X), NUMBER(-2.0)));
  const node b = ADD(POW(OUT(1, U), NUMBER(0.5)), POW(OUT(0, U), NUMBER(1.7)));
  return ADD(ADD(a, b), ADD(POW(NUMBER(2.0), OUT(1, U_Y)), POW(OUT(0, U), IN(0))));
}
static node build_burgers(tape *t) {
  return SUB(ADD(OUT(0, U_Y), MUL(OUT(0, U), OUT(0, U_X))), MUL(NUMBER(0.01 / M_PI), OUT(0, U_XX)));
}

static void each_equation_alone(void) {
  node (*const build[])(tape *) = {build_sums, build_functions, build_powers, build_burgers};
  closed_form *const form[] = {form_sums, form_functions, form_powers, form_burgers};
  for (int i = 0; i < 4; i++) {
    tape *t = NULL;
    CHECK_OK(tape_create(&t));
    const node root = build[i](t);
    experiment *e = experiment_create(t, 1, &root);
    check_closed_form(e, 0, form[i], 1e-13);
    experiment_destroy(&e);
    tape_destroy(&t);
  }
}

/* In one condition the streams are the union of those of the equations, and seeds with factors are sums over the
 * equations. */
static void several_equations_together(void) {
  static double factors[4 * POINTS], all[OUTPUTS * MAX_STREAMS * POINTS];
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node roots[] = {build_sums(t), build_functions(t), build_powers(t), build_burgers(t)};
  experiment *e = experiment_create(t, 4, roots);
  CHECK_EQUAL_INT(equations_count(e->set), 4);
  CHECK_EQUAL_INT(stream_count(e->streams), 4);
  closed_form *const form[] = {form_sums, form_functions, form_powers, form_burgers};
  for (int i = 0; i < 4; i++) check_closed_form(e, i, form[i], 1e-13);

  for (int i = 0; i < 4 * POINTS; i++) factors[i] = 0.3 * (i % 7) - 1.0;
  equations_seeds(e->workspace, -1, factors, all);
  static double expected[OUTPUTS * MAX_STREAMS * POINTS];
  for (int i = 0; i < 4; i++) {
    equations_seeds(e->workspace, i, NULL, e->seeds);
    for (int s = 0; s < OUTPUTS * stream_count(e->streams); s++)
      for (int p = 0; p < POINTS; p++) expected[s * POINTS + p] += factors[i * POINTS + p] * e->seeds[s * POINTS + p];
  }
  for (int s = 0; s < OUTPUTS * stream_count(e->streams) * POINTS; s++) CHECK_NEAR(all[s], expected[s], 1e-12);
  experiment_destroy(&e);
  tape_destroy(&t);
}

static void only_needed_streams_are_carried(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node value = SUB(OUT(0, U), IN(0)), mixed = OUT(1, U_XY), by_y = OUT(0, U_YY);
  equations *set = NULL;
  CHECK_OK(equations_create(t, 1, &value, 1, &set));
  CHECK_EQUAL_INT(stream_count(equations_streams(set)), 1);
  equations_destroy(&set);
  CHECK_OK(equations_create(t, 1, &mixed, 2, &set)); /* u_xy needs u_x and u_y */
  CHECK_EQUAL_INT(equations_streams(set)->n_first, 2);
  CHECK_EQUAL_INT(equations_streams(set)->n_second, 1);
  equations_destroy(&set);
  CHECK_OK(equations_create(t, 1, &by_y, 1, &set)); /* u_yy needs u_y alone, as first[0] */
  CHECK_EQUAL_INT(equations_streams(set)->n_first, 1);
  CHECK_EQUAL_INT(equations_streams(set)->first[0], 1);
  CHECK_EQUAL_INT(equations_streams(set)->n_pairs, 0);
  CHECK_EQUAL_INT(equations_streams(set)->second[0].a, 0);
  equations_destroy(&set);
  tape_destroy(&t);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(each_equation_alone), TEST(several_equations_together),
                                    TEST(only_needed_streams_are_carried)};
  return run_suite("equations: closed forms", cases, sizeof cases / sizeof *cases, argc, argv);
}
