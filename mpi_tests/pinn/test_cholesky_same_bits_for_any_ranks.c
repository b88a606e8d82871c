/* The factor of a matrix in tiles: every element is the chain of fma written out here, and solutions have the bits of one
 * rank with one thread, for any ranks, threads and kernels, and whether or not every rank keeps the whole factor. */
#include "harness.h"
#include "pinn/dense/cholesky.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 450 };

static double a[MOST][MOST], l[MOST][MOST];

/* Positive definite: a product of random rows with themselves, and something on the diagonal. */
static void make_matrix(int n) {
  static double rows[MOST][MOST];
  uint64_t state = 7;
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++) rows[i][k] = random_uniform(&state) - 0.5;
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++) {
      double sum = 0;
      for (int k = 0; k < n; k++) sum += rows[i][k] * rows[j][k];
      a[i][j] = a[j][i] = sum;
    }
}

static void factorise_plainly(int n, double shift) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++) {
      double sum = i == j ? a[i][i] + shift : a[i][j];
      for (int k = 0; k < j; k++) sum = fma(-l[j][k], l[i][k], sum);
      l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
    }
}

typedef struct system_of_tiles {
  tile_layout layout;
  thread_pool *pool;
  cholesky *factor;
  double *own;
} system_of_tiles;

static system_of_tiles *make_system(MPI_Comm comm, int n, int threads, kernel_variant variant, int64_t everywhere) {
  system_of_tiles *s = calloc(1, sizeof *s);
  int rank, size;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  CHECK_OK(tile_layout_create(n, rank, size, &s->layout));
  CHECK_OK(thread_pool_create(threads, &s->pool));
  const cholesky_options options = {comm, s->pool, variant, everywhere};
  CHECK_OK(cholesky_create(&s->layout, &options, &s->factor));
  s->own = tiles_allocate(tile_count(&s->layout));
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      const int row = i / TILE, column = j / TILE;
      if (row < column || tile_owner(&s->layout, row, column) != rank) continue;
      s->own[tile_place(&s->layout, row, column) * TILE_VALUES + j % TILE * TILE + i % TILE] = a[i][j];
    }
  return s;
}

static void free_system(system_of_tiles *s) {
  cholesky_destroy(&s->factor);
  thread_pool_destroy(&s->pool);
  tile_layout_free(&s->layout);
  free(s->own);
  free(s);
}

static void fill_side(const system_of_tiles *s, double *b) {
  uint64_t state = 3;
  memset(b, 0, (size_t)s->layout.n_tiles * TILE * sizeof *b);
  for (int i = 0; i < s->layout.order; i++) b[i] = random_uniform(&state) - 0.5;
}

/* The whole factor, where a rank has it, against the plain chain. */
const double *cholesky_tile(const cholesky *f, int i, int k);
static int different_elements(const system_of_tiles *s) {
  int different = 0;
  for (int i = 0; i < s->layout.order; i++)
    for (int j = 0; j <= i; j++) {
      const double *tile = cholesky_tile(s->factor, i / TILE, j / TILE);
      different += tile && tile[j % TILE * TILE + i % TILE] != l[i][j];
    }
  return different;
}

static void check_system(int n, int threads, kernel_variant variant, int64_t everywhere) {
  static double alone[MOST + TILE], together[MOST + TILE];
  int64_t pivot;
  system_of_tiles *one = make_system(MPI_COMM_SELF, n, 1, KERNELS_PORTABLE, FACTOR_EVERYWHERE);
  system_of_tiles *all = make_system(MPI_COMM_WORLD, n, threads, variant, everywhere);
  CHECK_OK(cholesky_factorise(one->factor, one->own, 0.25, &pivot));
  CHECK_EQUAL_INT(pivot, -1);
  CHECK_OK(cholesky_factorise(all->factor, all->own, 0.25, &pivot));
  CHECK_EQUAL_INT(pivot, -1);
  CHECK_EQUAL_INT(different_elements(one), 0);
  CHECK_EQUAL_INT(different_elements(all), 0);
  fill_side(one, alone);
  fill_side(one, together);
  CHECK_OK(cholesky_solve(one->factor, alone));
  CHECK_OK(cholesky_solve(all->factor, together));
  CHECK(memcmp(alone, together, (size_t)n * sizeof *alone) == 0);
  free_system(one);
  free_system(all);
}

static void factor_and_solution_for_any_ranks(void) {
  static const int orders[] = {1, 63, 64, 65, 130, MOST};
  for (size_t o = 0; o < sizeof orders / sizeof *orders; o++) {
    make_matrix(orders[o]);
    factorise_plainly(orders[o], 0.25);
    for (int v = 0; v < KERNEL_VARIANTS; v++)
      if (kernels_find((kernel_variant)v, NTKW_FLOAT64)) {
        check_system(orders[o], 1, (kernel_variant)v, FACTOR_EVERYWHERE);
        check_system(orders[o], 3, (kernel_variant)v, 0);
      }
  }
}

static void solution_satisfies_the_system(void) {
  static double x[MOST + TILE], b[MOST + TILE];
  int64_t pivot;
  make_matrix(MOST);
  system_of_tiles *s = make_system(MPI_COMM_WORLD, MOST, 2, KERNELS_PORTABLE, FACTOR_EVERYWHERE);
  CHECK_OK(cholesky_factorise(s->factor, s->own, 1.0, &pivot));
  fill_side(s, b);
  fill_side(s, x);
  CHECK_OK(cholesky_solve(s->factor, x));
  for (int i = 0; i < MOST; i++) {
    double sum = x[i];
    for (int j = 0; j < MOST; j++) sum += a[i][j] * x[j];
    CHECK_NEAR(sum, b[i], 1e-11);
  }
  free_system(s);
}

/* The first column that is not positive is named, on every rank; afterwards the system still serves. */
static void pivots_that_are_not_positive(void) {
  static const double bad[] = {-5.0, 0.0, NAN};
  for (int b = 0; b < 3; b++)
    for (int at = 0; at < 200; at += 67) {
      int64_t pivot;
      memset(a, 0, sizeof a);
      for (int i = 0; i < 200; i++) a[i][i] = 2;
      a[at][at] = bad[b];
      system_of_tiles *s = make_system(MPI_COMM_WORLD, 200, 1, KERNELS_PORTABLE, b % 2 ? 0 : FACTOR_EVERYWHERE);
      CHECK_OK(cholesky_factorise(s->factor, s->own, 0.0, &pivot));
      CHECK_EQUAL_INT(pivot, at);
      CHECK_OK(cholesky_factorise(s->factor, s->own, 6.0, &pivot));
      CHECK_EQUAL_INT(pivot, isnan(bad[b]) ? at : -1);
      free_system(s);
    }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(factor_and_solution_for_any_ranks), TEST(solution_satisfies_the_system),
                                    TEST(pivots_that_are_not_positive)};
  return run_suite("Cholesky factors", cases, sizeof cases / sizeof *cases, argc, argv);
}
