/* A suite with a planted fault, named by its argument, for harness_can_fail.sh. Without a fault it passes. */
#include "harness.h"

#include <math.h>

static bool planted(const char *fault) {
  return test_argument(0) && strcmp(test_argument(0), fault) == 0;
}

static void fixture(void) {
  CHECK(!planted("fixture"));
}

static void wrong_value_on_one_rank(void) {
  CHECK_EQUAL_INT(planted("value") && world_rank() == world_size() - 1 ? 3 : 2, 2);
  CHECK_EQUAL_DOUBLE(planted("negative zero") ? -0.0 : 0.0, 0.0);
  CHECK_NEAR(planted("nan") ? NAN : 1.0, 1.0, 1e-6);
  CHECK_TEXT_HAS("a sentence", planted("text") ? "a number" : "sentence");
  CHECK_STATUS(planted("status") ? NTKW_ERR_FILE : NTKW_SUCCESS, NTKW_SUCCESS);
}

static void same_everywhere(void) {
  const double value = planted("ranks") && world_rank() == 1 ? 1.0 + 1e-16 + 2.3e-16 : 1.0;
  CHECK_SAME_ON_ALL_RANKS(value);
}

static void no_check_at_all(void) {
  if (planted("no check")) return;
  CHECK(true);
}

static void skipped_with_a_reason(void) {
  if (world_size() > 0) CHECK_SKIP("the reason is printed");
  CHECK(false);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(wrong_value_on_one_rank), TEST(same_everywhere), TEST(no_check_at_all),
                                    TEST(skipped_with_a_reason)};
  suite_fixture(fixture, fixture);
  return run_suite("planted faults", cases, sizeof cases / sizeof *cases, argc, argv);
}
