/* CUnit under mpirun: suites whose every rank counts.
 *
 * A failed check on any rank is printed with rank, file, line, expression and both values, and counted; the run goes
 * on. Only the end decides, from the sums over the ranks. A case in which no rank checks anything fails, unless one says
 * why it skips the case. A passing program prints nothing but its verdict.
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

/* What to do before the first case and after the last one. Checks in them count. To be called before run_suite; either
 * may be NULL. */
void suite_fixture(void (*set_up)(void), void (*tear_down)(void));

/* Leave the case: this rank has nothing to check, for this reason. */
#define CHECK_SKIP(why) \
  do {                  \
    skip_case(why);     \
    return;             \
  } while (0)
void skip_case(const char *why);

/* Rank and size of MPI_COMM_WORLD. */
int world_rank(void);
int world_size(void);

/* Collective on MPI_COMM_WORLD: are these bytes the same on every rank? NaN and -0.0 are compared by their bits. */
bool same_on_all_ranks(const void *bytes, size_t size);

/* A path in a folder that is new for this run and the same on all ranks; removed at the end. Collective the first time.
 * The string lives until the next four calls. */
const char *scratch_path(const char *name);

/* The arguments of the program after its own name. */
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
/* The status, and the sentence of ntkw_last_error() if it differs. */
#define CHECK_STATUS(call, expected) check_status((call), (expected), #call, __FILE__, __LINE__)
#define CHECK_OK(call) CHECK_STATUS((call), NTKW_SUCCESS)
/* Collective: the value (an lvalue) has the same bits on every rank. */
#define CHECK_SAME_ON_ALL_RANKS(value) \
  check_true(same_on_all_ranks(&(value), sizeof(value)), #value " is the same on all ranks", __FILE__, __LINE__)

/* A small deterministic generator for test data. */
uint64_t random_bits(uint64_t *state);
double random_uniform(uint64_t *state); /* in [0, 1) */

#endif
