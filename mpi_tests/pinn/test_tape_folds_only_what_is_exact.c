/* Expressions that the tape simplifies have the same bits as written, also for signed zeros, infinities and NaN. */
#include "expression_fixture.h"
#include "pinn/arithmetic/reproducible.h"

static double folded(tape *t, node a) {
  double value = NAN;
  CHECK(tape_is_constant(t, a, &value));
  return value;
}

static void constants_are_folded_in_reproducible_arithmetic(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  CHECK_EQUAL_DOUBLE(folded(t, ADD(NUMBER(0.1), NUMBER(0.2))), 0.1 + 0.2);
  CHECK_EQUAL_DOUBLE(folded(t, UNARY(OP_SIN, NUMBER(0.7))), reproducible_sin(0.7));
  CHECK_EQUAL_DOUBLE(folded(t, UNARY(OP_TANH, NUMBER(0.7))), reproducible_tanh(0.7));
  CHECK_EQUAL_DOUBLE(folded(t, UNARY(OP_SQRT, NUMBER(2.0))), sqrt(2.0));
  CHECK_EQUAL_DOUBLE(folded(t, tape_binary(t, OP_LESS, NUMBER(1.0), NUMBER(2.0))), 1.0);
  CHECK_EQUAL_DOUBLE(folded(t, tape_binary(t, OP_LESS_EQUAL, NUMBER(3.0), NUMBER(2.0))), 0.0);
  CHECK_EQUAL_INT(tape_where(t, NUMBER(0.0), IN(0), IN(1)), IN(1));
  tape_destroy(&t);
}

static void powers_of_numbers(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  CHECK_EQUAL_DOUBLE(folded(t, POW(NUMBER(3.0), NUMBER(4.0))), 81.0);
  CHECK_EQUAL_DOUBLE(folded(t, POW(NUMBER(-2.0), NUMBER(-3.0))), -0.125);
  CHECK_EQUAL_DOUBLE(folded(t, POW(NUMBER(2.0), NUMBER(0.5))), sqrt(2.0));
  CHECK_EQUAL_DOUBLE(folded(t, POW(NUMBER(0.0), NUMBER(0.0))), 1.0);
  CHECK_NEAR(constant_power(2.0, 1.7), pow(2.0, 1.7), 1e-15);
  CHECK(isnan(constant_power(-2.0, 1.7)));
  tape_destroy(&t);
}

static void exact_identities_leave_the_operation_out(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node x = IN(0), y = IN(1), minus_y = UNARY(OP_NEGATE, y);
  CHECK_EQUAL_INT(MUL(x, NUMBER(1.0)), x);
  CHECK_EQUAL_INT(DIV(x, NUMBER(1.0)), x);
  CHECK_EQUAL_INT(MUL(NUMBER(-1.0), y), minus_y);
  CHECK_EQUAL_INT(UNARY(OP_NEGATE, minus_y), y);
  CHECK_EQUAL_INT(ADD(x, NUMBER(-0.0)), x);
  CHECK_EQUAL_INT(SUB(x, NUMBER(0.0)), x);
  CHECK_EQUAL_INT(SUB(x, minus_y), ADD(x, y));
  CHECK_EQUAL_INT(ADD(x, minus_y), SUB(x, y));
  CHECK_EQUAL_INT(POW(x, NUMBER(1.0)), x);
  CHECK_EQUAL_INT(POW(x, NUMBER(2.0)), MUL(x, x));
  CHECK_EQUAL_INT(POW(x, NUMBER(0.5)), UNARY(OP_SQRT, x));
  CHECK_EQUAL_INT(UNARY(OP_ABS, UNARY(OP_NEGATE, x)), UNARY(OP_ABS, x));
  tape_destroy(&t);
}

static void inexact_ones_do_not(void) {
  tape *t = NULL;
  double value = 0.0;
  CHECK_OK(tape_create(&t));
  const node x = IN(0);
  CHECK(ADD(x, NUMBER(0.0)) != x);                          /* -0 + 0 = +0 */
  CHECK(SUB(x, NUMBER(-0.0)) != x);                         /* -0 - -0 = +0 */
  CHECK(!tape_is_constant(t, MUL(x, NUMBER(0.0)), &value)); /* inf * 0 = NaN */
  CHECK(!tape_is_constant(t, SUB(x, x), &value));           /* inf - inf = NaN */
  CHECK(!tape_is_constant(t, DIV(x, x), &value));           /* 0 / 0 = NaN */
  CHECK(SUB(NUMBER(0.0), x) != UNARY(OP_NEGATE, x));        /* 0 - 0 = +0 */
  CHECK(DIV(x, NUMBER(3.0)) != MUL(x, NUMBER(1.0 / 3.0)));
  tape_destroy(&t);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(constants_are_folded_in_reproducible_arithmetic), TEST(powers_of_numbers),
                                    TEST(exact_identities_leave_the_operation_out), TEST(inexact_ones_do_not)};
  return run_suite("tape: folding", cases, sizeof cases / sizeof *cases, argc, argv);
}
