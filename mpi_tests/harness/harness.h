/* CUnit suites under mpirun: a suite passes if its checks pass on every rank.
 *
 * A failed check on any rank is counted and printed with rank, file, line, expression and both values. The run goes on.
 * At the end the counts are summed over the ranks. A case in which no rank checks anything fails, unless a rank skips
 * it with a reason. A passing program prints only its result and the skipped cases.
 *
 *     static void norm_is_exact(void) { CHECK_EQUAL_DOUBLE(norm, 5.0); }
 *     int main(int argc, char **argv) {
 *       static const test_case cases[] = {TEST(norm_is_exact)};
 *       return run_suite("norms", cases, sizeof cases / sizeof *cases, argc, argv);
 *     }
 */
#ifndef NTKW_TEST_HARNESS_H
#define NTKW_TEST_HARNESS_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "ntkw/status.h"

typedef struct test_case {
  const char *name;
  void (*run)(void);
} test_case;

#define TEST(function) \
  { #function, function }

/* MPI_Init, run the cases, agree on the number of failures, MPI_Finalize. Returns the exit status of the program. */
int run_suite(const char *suite, const test_case cases[], size_t count, int argc, char **argv);

/* Set functions to run before the first case and after the last one. Their checks count. Call it before run_suite.
 * Either may be NULL. */
void suite_fixture(void (*set_up)(void), void (*tear_down)(void));

/* Return from the case, because this rank has nothing to check. why: the reason, a static string. */
#define CHECK_SKIP(why) \
  do {                  \
    skip_case(why);     \
    return;             \
  } while (0)
void skip_case(const char *why);

/* Rank and size of MPI_COMM_WORLD. */
int world_rank(void);
int world_size(void);

/* Whether these bytes are the same on every rank of MPI_COMM_WORLD. Collective. NaN and -0.0 are compared by bits. */
bool same_on_all_ranks(const void *bytes, size_t size);

/* The path of a file in the scratch folder of this run, which is the same on all ranks and removed at the end. The
 * first call is collective. The string is valid until the fourth call after. */
const char *scratch_path(const char *name);

/* Argument `index` of the program, from 0 and without the program's name; NULL if there is none. */
const char *test_argument(int index);

void check_true(bool ok, const char *expression, const char *file, int line);
void check_equal_int(long long a, long long b, const char *expression, const char *file, int line);
void check_equal_double(double a, double b, const char *expression, const char *file, int line);
void check_near(double a, double b, double tolerance, const char *expression, const char *file, int line);
void check_text_has(const char *text, const char *part, const char *file, int line);
void check_status(ntkw_status got, ntkw_status expected, const char *expression, const char *file, int line);

#define CHECK(condition) check_true((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQUAL_INT(a, b) check_equal_int((long long)(a), (long long)(b), #a " == " #b, __FILE__, __LINE__)
/* Equal in every bit. */
#define CHECK_EQUAL_DOUBLE(a, b) check_equal_double((a), (b), #a " == " #b, __FILE__, __LINE__)
/* |a - b| <= tolerance * max(1, |b|) */
#define CHECK_NEAR(a, b, tolerance) check_near((a), (b), (tolerance), #a " ~ " #b, __FILE__, __LINE__)
#define CHECK_TEXT_HAS(text, part) check_text_has((text), (part), __FILE__, __LINE__)
/* The call returns the expected status. A failure is printed with ntkw_last_error(). */
#define CHECK_STATUS(call, expected) check_status((call), (expected), #call, __FILE__, __LINE__)
#define CHECK_OK(call) CHECK_STATUS((call), NTKW_SUCCESS)
/* Collective: the value (an lvalue) has the same bits on every rank. */
#define CHECK_SAME_ON_ALL_RANKS(value) \
  check_true(same_on_all_ranks(&(value), sizeof(value)), #value " is the same on all ranks", __FILE__, __LINE__)

/* A small deterministic generator for test data. */
uint64_t random_bits(uint64_t *state);
double random_uniform(uint64_t *state); /* in [0, 1) */

#endif
