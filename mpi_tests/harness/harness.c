#include "harness.h"

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRINTED_FAILURES = 20, MOST_CASES = 128 };

static int rank, size, n_arguments;
static char **arguments;
static long checks, failures;
static char scratch_folder[256];

/* What this rank counted: records[0] in the fixture, records[i + 1] in case i. */
typedef struct case_record {
  long checks;
  const char *skipped; /* the reason; NULL: not skipped */
} case_record;
static case_record records[MOST_CASES + 1], *current = records;
static void (*set_up)(void), (*tear_down)(void);

int world_rank(void) {
  return rank;
}
int world_size(void) {
  return size;
}
const char *test_argument(int index) {
  return index < n_arguments ? arguments[index] : NULL;
}

static void record(bool ok, const char *expression, const char *file, int line, const char *values) {
  checks++;
  current->checks++;
  if (CU_get_current_test()) CU_assertImplementation(ok, (unsigned)line, expression, file, "", CU_FALSE);
  if (ok) return;
  failures++;
  if (failures <= PRINTED_FAILURES)
    fprintf(stderr, "rank %d of %d: %s:%d: %s: failed: %s%s\n", rank, size, file, line,
            CU_get_current_test() ? CU_get_current_test()->pName : "?", expression, values);
}

void check_true(bool ok, const char *expression, const char *file, int line) {
  record(ok, expression, file, line, "");
}

void check_equal_int(long long a, long long b, const char *expression, const char *file, int line) {
  char values[96];
  snprintf(values, sizeof values, " (%lld, %lld)", a, b);
  record(a == b, expression, file, line, values);
}

void check_equal_double(double a, double b, const char *expression, const char *file, int line) {
  char values[128];
  snprintf(values, sizeof values, " (%.17g %a, %.17g %a)", a, a, b, b);
  record(memcmp(&a, &b, sizeof a) == 0, expression, file, line, values);
}

void check_near(double a, double b, double tolerance, const char *expression, const char *file, int line) {
  char values[128];
  snprintf(values, sizeof values, " (%.17g, %.17g, tolerance %g)", a, b, tolerance);
  record(fabs(a - b) <= tolerance * fmax(1.0, fabs(b)), expression, file, line, values);
}

void check_text_has(const char *text, const char *part, const char *file, int line) {
  char values[1500];
  snprintf(values, sizeof values, " in \"%s\"", text);
  record(strstr(text, part) != NULL, part, file, line, values);
}

void check_status(ntkw_status got, ntkw_status expected, const char *expression, const char *file, int line) {
  char values[1500];
  snprintf(values, sizeof values, " (got %s, expected %s; last error: \"%s\")", ntkw_status_name(got),
           ntkw_status_name(expected), ntkw_last_error());
  record(got == expected, expression, file, line, values);
}

void suite_fixture(void (*before)(void), void (*after)(void)) {
  set_up = before;
  tear_down = after;
}

void skip_case(const char *why) {
  current->skipped = why;
}

bool same_on_all_ranks(const void *bytes, size_t length) {
  /* max(b) == b and max(~b) == ~b on every rank holds iff all have the same b */
  unsigned char *mine = malloc(2 * length + 1), *most = malloc(2 * length + 1);
  memcpy(mine, bytes, length);
  for (size_t i = 0; i < length; i++) mine[length + i] = (unsigned char)~mine[i];
  MPI_Allreduce(mine, most, (int)(2 * length), MPI_UNSIGNED_CHAR, MPI_MAX, MPI_COMM_WORLD);
  int same = memcmp(mine, most, 2 * length) == 0, all = 0;
  MPI_Allreduce(&same, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  free(mine);
  free(most);
  return all != 0;
}

const char *scratch_path(const char *name) {
  static char paths[4][512];
  static int next;
  if (scratch_folder[0] == '\0') {
    if (rank == 0) {
      const char *base = getenv("TMPDIR");
      snprintf(scratch_folder, sizeof scratch_folder, "%s/ntkw-test-XXXXXX", base ? base : "/tmp");
      if (!mkdtemp(scratch_folder)) perror(scratch_folder);
    }
    MPI_Bcast(scratch_folder, sizeof scratch_folder, MPI_CHAR, 0, MPI_COMM_WORLD);
  }
  next = (next + 1) % 4;
  snprintf(paths[next], sizeof paths[next], "%s/%s", scratch_folder, name);
  return paths[next];
}

static void remove_scratch_folder(void) {
  MPI_Barrier(MPI_COMM_WORLD);
  if (rank != 0 || scratch_folder[0] == '\0') return;
  char command[300];
  snprintf(command, sizeof command, "rm -rf '%s'", scratch_folder);
  if (system(command) != 0) fprintf(stderr, "could not remove %s\n", scratch_folder);
}

uint64_t random_bits(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u); /* splitmix64 */
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

double random_uniform(uint64_t *state) {
  return (double)(random_bits(state) >> 11) * 0x1p-53;
}

static void next_case(const CU_pTest test, const CU_pSuite suite) {
  (void)test, (void)suite;
  current++;
}

static int run_cases(const char *suite, const test_case cases[], size_t count) {
  if (count > MOST_CASES || CU_initialize_registry() != CUE_SUCCESS) return 1;
  CU_pSuite registered = CU_add_suite(suite, NULL, NULL);
  for (size_t i = 0; registered && i < count; i++)
    if (!CU_add_test(registered, cases[i].name, cases[i].run)) return 1;
  CU_set_test_start_handler(next_case);
  if (set_up) set_up();
  const CU_ErrorCode ran = CU_run_all_tests();
  current = records;
  if (tear_down) tear_down();
  CU_cleanup_registry();
  return ran != CUE_SUCCESS;
}

/* Count the cases in which no rank checked anything or gave a reason to skip. Prints these, and the cases that rank 0
 * skipped. Collective. */
static long count_empty_cases(const test_case cases[], size_t count) {
  long empty = 0;
  for (size_t i = 0; i < count && i < MOST_CASES; i++) {
    const case_record *mine = &records[i + 1];
    const long own[2] = {mine->checks, mine->skipped != NULL};
    long all[2] = {0, 0};
    MPI_Allreduce(own, all, 2, MPI_LONG, MPI_SUM, MPI_COMM_WORLD);
    if (all[0] + all[1] == 0) empty++;
    if (rank == 0 && all[0] + all[1] == 0) printf("%s: FAILED: it checks nothing\n", cases[i].name);
    if (rank == 0 && mine->skipped) printf("%s: skipped: %s\n", cases[i].name, mine->skipped);
  }
  return empty;
}

int run_suite(const char *suite, const test_case cases[], size_t count, int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  n_arguments = argc - 1;
  arguments = argv + 1;
  const int broken = run_cases(suite, cases, count);
  const long mine[3] = {checks, failures, broken};
  long all[3] = {0, 0, 0};
  MPI_Allreduce(mine, all, 3, MPI_LONG, MPI_SUM, MPI_COMM_WORLD);
  const long empty = count_empty_cases(cases, count);
  const bool passed = all[0] > 0 && all[1] == 0 && all[2] == 0 && empty == 0;
  if (rank == 0)
    printf("%s: %zu cases on %d ranks, %ld checks, %ld failed: %s\n", suite, count, size, all[0], all[1],
           passed ? "passed" : "FAILED");
  remove_scratch_folder();
  MPI_Finalize();
  return passed ? 0 : 1;
}
