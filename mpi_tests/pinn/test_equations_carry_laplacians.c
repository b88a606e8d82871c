/* Second derivatives become one stream if and only if all equations use the same linear combination. In both cases
 * residuals and derivatives are those of the closed form. */
#include "expression_fixture.h"

static double complex heat(const double *x, const jet u, const jet v) {
  (void)x, (void)v;
  return u[U_XX] - 4.0 * u[U_YY] + u[U];
}
static node build_heat(tape *t) {
  return ADD(SUB(OUT(0, U_XX), MUL(NUMBER(4.0), OUT(0, U_YY))), OUT(0, U));
}
static double complex factors(const double *x, const jet u, const jet v) {
  return 3.0 * (u[U_XX] + u[U_YY]) - (2.0 * v[U_XX] + 2.0 * v[U_YY]) / 0.7 + x[0] * u[U];
}
static node build_factors(tape *t) {
  const node two = NUMBER(2.0), w = ADD(MUL(two, OUT(1, U_XX)), MUL(two, OUT(1, U_YY)));
  const node sum = MUL(NUMBER(3.0), ADD(OUT(0, U_XX), OUT(0, U_YY)));
  return ADD(SUB(sum, DIV(w, NUMBER(0.7))), MUL(IN(0), OUT(0, U)));
}
static double complex variable(const double *x, const jet u, const jet v) {
  (void)v;
  return (1.0 + x[0]) * u[U_XX] + 2.0 * x[1] * u[U_XY] - csin(x[0]) * u[U_YY];
}
static node build_variable(tape *t) {
  const node a = MUL(ADD(NUMBER(1.0), IN(0)), OUT(0, U_XX)), b = MUL(MUL(NUMBER(2.0), IN(1)), OUT(0, U_XY));
  return SUB(ADD(a, b), MUL(UNARY(OP_SIN, IN(0)), OUT(0, U_YY)));
}
static double complex nested(const double *x, const jet u, const jet v) {
  const double complex l = u[U_XX] + u[U_YY];
  return csin(l) + x[0] * l * l + u[U] * u[U_XX] + u[U_YY] * u[U] + (v[U_XX] + v[U_YY]) / u[U] - l;
}
static node build_nested(tape *t) {
  const node l = ADD(OUT(0, U_XX), OUT(0, U_YY)), u = OUT(0, U);
  const node a = ADD(UNARY(OP_SIN, l), MUL(IN(0), POW(l, NUMBER(2.0))));
  const node b = ADD(MUL(u, OUT(0, U_XX)), MUL(OUT(0, U_YY), u));
  return SUB(ADD(ADD(a, b), DIV(ADD(OUT(1, U_XX), OUT(1, U_YY)), u)), l);
}
static double complex common_node(const double *x, const jet u, const jet v) {
  (void)v;
  return cexp(x[0]) * u[U_XX] + cexp(x[0]) * u[U_YY] + ctanh(5.0 * (u[U_XX] + u[U_YY]));
}
static node build_common_node(tape *t) {
  const node k = UNARY(OP_EXP, IN(0)), l = ADD(OUT(0, U_XX), OUT(0, U_YY));
  return ADD(ADD(MUL(k, OUT(0, U_XX)), MUL(k, OUT(0, U_YY))), UNARY(OP_TANH, MUL(NUMBER(5.0), l)));
}
static double complex thirds(const double *x, const jet u, const jet v) {
  (void)x;
  return csin(0.1 * u[U_XX] + 0.3 * u[U_YY]) - (0.2 * v[U_XX] + 0.6 * v[U_YY]);
}
static node build_thirds(tape *t) {
  const node a = ADD(MUL(NUMBER(0.1), OUT(0, U_XX)), MUL(NUMBER(0.3), OUT(0, U_YY)));
  return SUB(UNARY(OP_SIN, a), ADD(MUL(NUMBER(0.2), OUT(1, U_XX)), MUL(NUMBER(0.6), OUT(1, U_YY))));
}

/* Equations whose second derivatives cannot be one stream. */
static double complex monge_ampere(const double *x, const jet u, const jet v) {
  (void)x, (void)v;
  return u[U_XX] * u[U_YY] - u[U_XY] * u[U_XY] - 1.0;
}
static node build_monge_ampere(tape *t) {
  return SUB(SUB(MUL(OUT(0, U_XX), OUT(0, U_YY)), MUL(OUT(0, U_XY), OUT(0, U_XY))), NUMBER(1.0));
}
static double complex two_combinations(const double *x, const jet u, const jet v) {
  (void)x;
  return (u[U_XX] + u[U_YY]) * u[U] + v[U_XX] - v[U_YY];
}
static node build_two_combinations(tape *t) {
  return ADD(MUL(ADD(OUT(0, U_XX), OUT(0, U_YY)), OUT(0, U)), SUB(OUT(1, U_XX), OUT(1, U_YY)));
}
static double complex output_coefficient(const double *x, const jet u, const jet v) {
  (void)x;
  return u[U] * u[U_XX] + v[U] * u[U_YY];
}
static node build_output_coefficient(tape *t) {
  return ADD(MUL(OUT(0, U), OUT(0, U_XX)), MUL(OUT(1, U), OUT(0, U_YY)));
}
static double complex single(const double *x, const jet u, const jet v) {
  (void)x;
  return u[U_XX] * u[U_XX] + v[U];
}
static node build_single(tape *t) {
  return ADD(MUL(OUT(0, U_XX), OUT(0, U_XX)), OUT(1, U));
}

static const struct {
  node (*build)(tape *);
  closed_form *form;
  int pairs, seconds;
} list[] = {{build_heat, heat, 2, 0},
            {build_factors, factors, 2, 0},
            {build_variable, variable, 3, 0},
            {build_nested, nested, 2, 0},
            {build_common_node, common_node, 2, 0},
            {build_thirds, thirds, 2, 0},
            {build_monge_ampere, monge_ampere, 0, 3},
            {build_two_combinations, two_combinations, 0, 2},
            {build_output_coefficient, output_coefficient, 0, 2},
            {build_single, single, 0, 1}};

static void streams_are_as_few_as_they_can_be(void) {
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    tape *t = NULL;
    CHECK_OK(tape_create(&t));
    const node root = list[i].build(t);
    experiment *e = experiment_create(t, 1, &root);
    CHECK_EQUAL_INT(e->streams->n_pairs, list[i].pairs);
    CHECK_EQUAL_INT(e->streams->n_second, list[i].seconds);
    check_closed_form(e, 0, list[i].form, 1e-12);
    experiment_destroy(&e);
    tape_destroy(&t);
  }
}

/* Equations with the same combination share one stream. With different combinations each second derivative is a
 * stream. */
static void equations_of_a_condition_share_the_stream(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node same[] = {build_factors(t), build_nested(t)}, other[] = {build_factors(t), build_heat(t)};
  experiment *e = experiment_create(t, 2, same);
  CHECK_EQUAL_INT(e->streams->n_pairs, 2);
  CHECK_EQUAL_INT(stream_count(e->streams), 4);
  check_closed_form(e, 0, factors, 1e-12);
  check_closed_form(e, 1, nested, 1e-12);
  experiment_destroy(&e);
  e = experiment_create(t, 2, other);
  CHECK_EQUAL_INT(e->streams->n_pairs, 0);
  CHECK_EQUAL_INT(e->streams->n_second, 2);
  check_closed_form(e, 0, factors, 1e-12);
  check_closed_form(e, 1, heat, 1e-12);
  experiment_destroy(&e);
  tape_destroy(&t);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(streams_are_as_few_as_they_can_be),
                                    TEST(equations_of_a_condition_share_the_stream)};
  return run_suite("equations: forward Laplacian", cases, sizeof cases / sizeof *cases, argc, argv);
}
