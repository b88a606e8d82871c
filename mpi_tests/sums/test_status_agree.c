/* If any ranks fail, all ranks return the largest code and have the error message of the lowest rank with that code. */
#include "harness.h"
#include "base/check.h"

#include <stdio.h>

/* Fail on this rank, with its number in the error message. Success leaves the message unchanged. */
static ntkw_status fail_with(ntkw_status code) {
  return code == NTKW_SUCCESS ? code : ntkw_i_fail(code, "%s of rank %d", ntkw_status_name(code), world_rank());
}

/* Check the status and the error message of an agreement on all ranks. Collective. */
static void check_verdict(MPI_Comm comm, ntkw_status mine, ntkw_status expected, int culprit) {
  char sentence[80], same[1024] = "";
  snprintf(sentence, sizeof sentence, "%s of rank %d", ntkw_status_name(expected), culprit);
  CHECK_STATUS(ntkw_status_agree(comm, fail_with(mine)), expected);
  if (expected != NTKW_SUCCESS) CHECK(strcmp(ntkw_last_error(), sentence) == 0);
  snprintf(same, sizeof same, "%s", ntkw_last_error());
  if (expected != NTKW_SUCCESS) CHECK_SAME_ON_ALL_RANKS(same);
}

static void all_succeed(void) {
  ntkw_i_fail(NTKW_ERR_FILE, "an old failure of rank %d", world_rank());
  check_verdict(MPI_COMM_WORLD, NTKW_SUCCESS, NTKW_SUCCESS, -1);
  CHECK_TEXT_HAS(ntkw_last_error(), "an old failure"); /* success says nothing */
}

/* Each rank fails in turn, with each code. The others have an older error message, which must not be taken. */
static void one_rank_is_wrong(void) {
  for (int culprit = 0; culprit < world_size(); culprit++)
    for (int code = NTKW_SUCCESS + 1; code < NTKW_STATUS_COUNT; code++) {
      ntkw_i_fail(NTKW_ERR_MPI, "an old failure of rank %d", world_rank());
      const ntkw_status mine = world_rank() == culprit ? (ntkw_status)code : NTKW_SUCCESS;
      check_verdict(MPI_COMM_WORLD, mine, (ntkw_status)code, culprit);
    }
}

/* Different codes: the largest wins, also over a lower rank with a lower code. */
static void ranks_have_different_codes(void) {
  const int last = world_size() - 1;
  check_verdict(MPI_COMM_WORLD, (ntkw_status)(NTKW_ZERO_NORM + world_rank()), (ntkw_status)(NTKW_ZERO_NORM + last),
                last);
  check_verdict(MPI_COMM_WORLD, (ntkw_status)(NTKW_ERR_MPI - world_rank()), NTKW_ERR_MPI, 0);
}

/* The same code: the sentence is that of the lowest rank with this code. */
static void ranks_have_the_same_code(void) {
  check_verdict(MPI_COMM_WORLD, NTKW_ERR_COUNT, NTKW_ERR_COUNT, 0);
  if (world_size() > 1)
    check_verdict(MPI_COMM_WORLD, world_rank() == 0 ? NTKW_ZERO_NORM : NTKW_ERR_COUNT, NTKW_ERR_COUNT, 1);
}

/* Only the ranks of the communicator count. */
static void other_communicators_are_apart(void) {
  MPI_Comm halves;
  CHECK(MPI_Comm_split(MPI_COMM_WORLD, world_rank() % 2, -world_rank(), &halves) == MPI_SUCCESS);
  const ntkw_status mine = world_rank() % 2 ? NTKW_ERR_FORMAT : NTKW_SUCCESS;
  CHECK_STATUS(ntkw_status_agree(halves, fail_with(mine)), mine);
  MPI_Comm_free(&halves);
}

/* A failure deep in a callee reaches all ranks through NTKW_TRY and NTKW_CHECK. */
static ntkw_status check_positive(int value) {
  NTKW_CHECK(value > 0, NTKW_ERR_ARGUMENT, "value is %d; expected a positive one", value);
  return NTKW_SUCCESS;
}

static ntkw_status try_positive(int value) {
  NTKW_TRY(check_positive(value));
  return NTKW_SUCCESS;
}

static void sentence_of_a_callee_reaches_all(void) {
  const int last = world_size() - 1;
  CHECK_STATUS(ntkw_status_agree(MPI_COMM_WORLD, try_positive(last - world_rank())), NTKW_ERR_ARGUMENT);
  CHECK(strcmp(ntkw_last_error(), "value is 0; expected a positive one") == 0);
}

/* A message that exceeds the buffer is cut, and is the same on every rank. */
static void long_sentence_is_cut(void) {
  static char word[5000], same[5000];
  memset(word, 'x', sizeof word - 1);
  CHECK_STATUS(ntkw_status_agree(MPI_COMM_WORLD, ntkw_i_fail(NTKW_ERR_FILE, "%d%s", world_rank(), word)),
               NTKW_ERR_FILE);
  snprintf(same, sizeof same, "%s", ntkw_last_error());
  CHECK(strlen(same) > 100 && strlen(same) < sizeof word && same[0] == '0');
  CHECK_SAME_ON_ALL_RANKS(same);
}

static void codes_have_names(void) {
  CHECK(strcmp(ntkw_status_name(NTKW_ERR_COUNT), "NTKW_ERR_COUNT") == 0);
  for (int code = NTKW_SUCCESS; code < NTKW_STATUS_COUNT; code++)
    CHECK(strlen(ntkw_status_meaning((ntkw_status)code)) > 0);
  CHECK_TEXT_HAS(ntkw_status_name((ntkw_status)-1), "unknown");
  CHECK_TEXT_HAS(ntkw_status_meaning(NTKW_STATUS_COUNT), "unknown");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(all_succeed),
                                    TEST(one_rank_is_wrong),
                                    TEST(ranks_have_different_codes),
                                    TEST(ranks_have_the_same_code),
                                    TEST(other_communicators_are_apart),
                                    TEST(sentence_of_a_callee_reaches_all),
                                    TEST(long_sentence_is_cut),
                                    TEST(codes_have_names)};
  return run_suite("status agree", cases, sizeof cases / sizeof *cases, argc, argv);
}
