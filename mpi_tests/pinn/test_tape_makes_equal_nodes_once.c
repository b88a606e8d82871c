/* Equal expressions are one node, also with swapped operands. Different expressions are different nodes. */
#include "expression_fixture.h"

static void equal_expressions_are_one_node(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node x = IN(0), u = OUT(0, U);
  const node sum = ADD(x, u), product = MUL(UNARY(OP_SIN, sum), NUMBER(2.5));
  const int size = tape_size(t);
  CHECK_EQUAL_INT(ADD(OUT(0, U), IN(0)), sum);
  CHECK_EQUAL_INT(MUL(NUMBER(2.5), UNARY(OP_SIN, ADD(x, u))), product);
  CHECK_EQUAL_INT(tape_output(t, 0, 1, 0), tape_output(t, 0, 0, 1));
  CHECK_EQUAL_INT(tape_size(t), size + 1);
  tape_destroy(&t);
  CHECK(t == NULL);
}

static void different_expressions_stay_apart(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node x = IN(0), y = IN(1);
  CHECK(SUB(x, y) != SUB(y, x));
  CHECK(DIV(x, y) != DIV(y, x));
  CHECK(OUT(0, U_X) != OUT(1, U_X));
  CHECK(OUT(0, U_X) != OUT(0, U_Y));
  CHECK(OUT(0, U_XX) != OUT(0, U_X));
  CHECK(NUMBER(0.0) != NUMBER(-0.0));
  CHECK(tape_binary(t, OP_LESS, x, y) != tape_binary(t, OP_LESS_EQUAL, x, y));
  tape_destroy(&t);
}

/* All nodes are still found after the table has grown. */
static void nodes_survive_growth(void) {
  enum { MANY = 5000 };
  static node made[MANY];
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  for (int i = 0; i < MANY; i++) made[i] = MUL(IN(i % 6), NUMBER(2.0 + i));
  const int size = tape_size(t);
  int same = 0;
  for (int i = 0; i < MANY; i++) same += MUL(NUMBER(2.0 + i), IN(i % 6)) == made[i];
  CHECK_EQUAL_INT(same, MANY);
  CHECK_EQUAL_INT(tape_size(t), size);
  tape_destroy(&t);
}

static void what_cannot_be_built_is_no_node(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  const node x = IN(0);
  CHECK_EQUAL_INT(DIV(x, NUMBER(0.0)), NO_NODE);
  CHECK_TEXT_HAS(ntkw_last_error(), "division by a constant zero");
  CHECK_STATUS(tape_status(t), NTKW_ERR_PROBLEM);
  CHECK_EQUAL_INT(NUMBER(INFINITY), NO_NODE);
  CHECK_TEXT_HAS(ntkw_last_error(), "infinite");
  CHECK_EQUAL_INT(UNARY(OP_LOG, NUMBER(-1.0)), NO_NODE);
  CHECK_TEXT_HAS(ntkw_last_error(), "NaN");
  CHECK_EQUAL_INT(ADD(x, DIV(x, NUMBER(0.0))), NO_NODE);
  CHECK_EQUAL_INT(POW(NO_NODE, x), NO_NODE);
  tape_destroy(&t);
}

static void endless_building_is_stopped(void) {
  tape *t = NULL;
  CHECK_OK(tape_create(&t));
  node x = IN(0);
  int built = 0;
  for (; x != NO_NODE && built <= MAX_TAPE_NODES; built++) x = UNARY(OP_SIN, x);
  CHECK(built < MAX_TAPE_NODES + 1);
  CHECK_STATUS(tape_status(t), NTKW_ERR_PROBLEM);
  CHECK_TEXT_HAS(ntkw_last_error(), "operations");
  tape_destroy(&t);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(equal_expressions_are_one_node), TEST(different_expressions_stay_apart),
                                    TEST(nodes_survive_growth), TEST(what_cannot_be_built_is_no_node),
                                    TEST(endless_building_is_stopped)};
  return run_suite("tape: equal nodes", cases, sizeof cases / sizeof *cases, argc, argv);
}
