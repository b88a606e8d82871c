/* Solutions of the damped normal equations equal those of the damped least-squares problem by Householder's QR in long
 * double, in both forms. They have the bits of one rank with one thread for any ranks, threads and kernels, also if some
 * ranks have no rows. */
#include "harness.h"
#include "pinn/dense/normal_equations.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 300 };

static double jacobian[MOST][MOST], residual[MOST];

static void make_problem(int rows, int columns) {
  uint64_t state = 11;
  for (int i = 0; i < rows; i++) {
    residual[i] = random_uniform(&state) - 0.5;
    for (int j = 0; j < columns; j++) jacobian[i][j] = (random_uniform(&state) - 0.5) * exp2(-5.0 * j / columns);
  }
}

/* Minimise |A x - b|^2 by Householder reflections; A has m >= n rows and becomes R. */
static void householder(int m, int n, long double *a, long double *b, long double *x) {
  for (int k = 0; k < n; k++) {
    long double norm = 0, product = 0;
    for (int i = k; i < m; i++) norm += a[i * n + k] * a[i * n + k];
    norm = a[k * n + k] > 0 ? -sqrtl(norm) : sqrtl(norm);
    const long double head = a[k * n + k] - norm, square = norm * (norm - a[k * n + k]);
    a[k * n + k] = head; /* column k holds the reflection for the moment */
    for (int j = k + 1; j < n; j++) {
      product = 0;
      for (int i = k; i < m; i++) product += a[i * n + k] * a[i * n + j];
      for (int i = k; i < m; i++) a[i * n + j] -= product / square * a[i * n + k];
    }
    product = 0;
    for (int i = k; i < m; i++) product += a[i * n + k] * b[i];
    for (int i = k; i < m; i++) b[i] -= product / square * a[i * n + k];
    a[k * n + k] = norm;
  }
  for (int k = n - 1; k >= 0; k--) {
    x[k] = b[k];
    for (int j = k + 1; j < n; j++) x[k] -= a[k * n + j] * x[j];
    x[k] /= a[k * n + k];
  }
}

/* The x that minimises |J x + r|^2 + damping |x|^2. */
static void solve_plainly(int rows, int columns, double damping, long double *x) {
  const int m = rows + columns;
  long double *a = calloc((size_t)m * (size_t)columns, sizeof *a), *b = calloc((size_t)m, sizeof *b);
  for (int i = 0; i < rows; i++) {
    b[i] = -residual[i];
    for (int j = 0; j < columns; j++) a[i * columns + j] = jacobian[i][j];
  }
  for (int j = 0; j < columns; j++) a[(rows + j) * columns + j] = sqrtl(damping);
  householder(m, columns, a, b, x);
  free(a);
  free(b);
}

typedef struct solution {
  double x[MOST], applied[MOST], trace;
} solution;

/* The rows of a rank: rank 1 has none if there are more than two. */
static void share(int rows, int rank, int size, int *first, int *count) {
  const int parts = size > 2 ? size - 1 : size, part = rank > 1 && size > 2 ? rank - 1 : rank;
  *first = rows * part / parts;
  *count = size > 2 && rank == 1 ? 0 : rows * (part + 1) / parts - *first;
}

static void solve(MPI_Comm comm, int threads, int rows, int columns, double damping, solution *out) {
  int rank, size, first, count;
  normal_equations *n;
  thread_pool *pool;
  int64_t stride;
  bool positive;
  static double own[MOST], all[MOST];
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  share(rows, rank, size, &first, &count);
  CHECK_OK(thread_pool_create(threads, &pool));
  const normal_options options = {comm, pool, columns, count, threads > 1 ? 0 : FACTOR_EVERYWHERE, false, 0};
  CHECK_OK(normal_equations_create(&options, &n));
  CHECK_EQUAL_INT(normal_equations_row_count(n), rows);
  CHECK_EQUAL_INT(normal_equations_are_dual(n), rows <= columns);
  double *mine = normal_equations_rows(n, &stride);
  for (int i = 0; i < count; i++) memcpy(mine + i * stride, jacobian[first + i], (size_t)columns * sizeof *mine);
  CHECK_OK(normal_equations_make(n, &out->trace));
  CHECK_OK(normal_equations_factorise(n, damping, &positive));
  CHECK(positive);
  memset(out->x, 0, sizeof out->x);
  if (normal_equations_are_dual(n)) {
    memcpy(all, residual, (size_t)rows * sizeof *all);
    CHECK_OK(normal_equations_solve(n, all));
    for (int j = 0; j < columns; j++)
      for (int i = 0; i < rows; i++) out->x[j] -= jacobian[i][j] * all[i];
  } else {
    for (int j = 0; j < columns; j++)
      for (int i = 0; i < rows; i++) out->x[j] -= jacobian[i][j] * residual[i];
    CHECK_OK(normal_equations_solve(n, out->x));
  }
  normal_equations_apply(n, out->x, own);
  CHECK_OK(normal_equations_gather(n, own, out->applied));
  normal_equations_destroy(&n);
  thread_pool_destroy(&pool);
}

static void check_case(int rows, int columns, double damping) {
  static solution alone, together;
  static long double x[MOST];
  make_problem(rows, columns);
  solve_plainly(rows, columns, damping, x);
  setenv("NTKW_KERNELS", "portable", 1);
  solve(MPI_COMM_SELF, 1, rows, columns, damping, &alone);
  unsetenv("NTKW_KERNELS");
  solve(MPI_COMM_WORLD, 1, rows, columns, damping, &together);
  CHECK(memcmp(alone.x, together.x, sizeof alone.x) == 0);
  CHECK(memcmp(alone.applied, together.applied, (size_t)rows * sizeof *alone.applied) == 0);
  CHECK_EQUAL_DOUBLE(alone.trace, together.trace);
  solve(MPI_COMM_WORLD, 3, rows, columns, damping, &together);
  CHECK(memcmp(alone.x, together.x, sizeof alone.x) == 0);
  long double trace = 0, largest = 0, error = 0;
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) trace += (long double)jacobian[i][j] * jacobian[i][j];
  CHECK_NEAR(alone.trace / (double)trace, 1.0, 1e-13);
  for (int j = 0; j < columns; j++) {
    largest = fmaxl(largest, fabsl(x[j]));
    error = fmaxl(error, fabsl(alone.x[j] - x[j]));
  }
  CHECK_NEAR((double)(error / largest), 0.0, 1e-15 * (double)trace / damping);
  for (int i = 0; i < rows; i++) {
    double product = 0;
    for (int j = 0; j < columns; j++) product = fma(jacobian[i][j], alone.x[j], product);
    CHECK_EQUAL_DOUBLE(alone.applied[i], product);
  }
}

static void solutions_are_those_of_least_squares(void) {
  static const int sizes[][2] = {{1, 5}, {5, 1}, {1, 1}, {64, 64}, {70, 290}, {290, 70}, {130, 129}};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    check_case(sizes[s][0], sizes[s][1], 1e-1);
    check_case(sizes[s][0], sizes[s][1], 1e-6);
  }
}

/* A matrix that is not positive has no factor, and a larger damping then helps. */
static void singular_matrices_have_no_factor(void) {
  normal_equations *n;
  thread_pool *pool;
  int64_t stride;
  bool positive;
  double trace;
  CHECK_OK(thread_pool_create(1, &pool));
  const normal_options options = {MPI_COMM_WORLD, pool, 3, world_rank() == 0 ? 9 : 0, FACTOR_EVERYWHERE, false, 0};
  CHECK_OK(normal_equations_create(&options, &n));
  double *mine = normal_equations_rows(n, &stride);
  for (int i = 0; i < 9 && world_rank() == 0; i++) mine[i * stride] = 1;
  CHECK_OK(normal_equations_make(n, &trace));
  CHECK_EQUAL_DOUBLE(trace, 9.0);
  CHECK_OK(normal_equations_factorise(n, 0.0, &positive));
  CHECK(!positive);
  CHECK_OK(normal_equations_factorise(n, 1e-3, &positive));
  CHECK(positive);
  if (world_rank() == 0) mine[1] = NAN;
  CHECK_OK(normal_equations_make(n, &trace));
  CHECK(isnan(trace));
  CHECK_OK(normal_equations_factorise(n, 1e-3, &positive));
  CHECK(!positive);
  normal_equations_destroy(&n);
  thread_pool_destroy(&pool);
}

static void too_large_systems_are_refused(void) {
  normal_equations *n;
  thread_pool *pool;
  CHECK_OK(thread_pool_create(1, &pool));
  const normal_options options = {MPI_COMM_WORLD, pool, 10000000, 10000000, FACTOR_EVERYWHERE, false, 0};
  CHECK_STATUS(normal_equations_create(&options, &n), NTKW_ERR_MEMORY);
  CHECK(n == NULL);
  CHECK_TEXT_HAS(ntkw_last_error(), "10000000 parameters need");
  CHECK_TEXT_HAS(ntkw_last_error(), "use fewer points");
  thread_pool_destroy(&pool);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(solutions_are_those_of_least_squares), TEST(singular_matrices_have_no_factor),
                                    TEST(too_large_systems_are_refused)};
  return run_suite("normal equations", cases, sizeof cases / sizeof *cases, argc, argv);
}
