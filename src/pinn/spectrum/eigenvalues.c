#include "pinn/spectrum/eigenvalues.h"
#include "base/check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* LAPACK's Fortran interface, and the switches of OpenBLAS, which exist only there. */
extern void dsyevd_(const char *job, const char *triangle, const int *n, double *a, const int *lda, double *w,
                    double *work, const int *lwork, int *iwork, const int *liwork, int *info);
extern void openblas_set_num_threads(int n) __attribute__((weak));
extern int openblas_get_num_threads(void) __attribute__((weak));

static int solve(int n, double *a, double *eigenvalues, double *work, const int *lwork) {
  int info = 0, iwork[1];
  const int liwork = 1, threads = openblas_get_num_threads ? openblas_get_num_threads() : 1;
  if (openblas_set_num_threads) openblas_set_num_threads(1);
  dsyevd_("N", "L", &n, a, &n, eigenvalues, work, lwork, iwork, &liwork, &info);
  if (openblas_set_num_threads) openblas_set_num_threads(threads);
  return info;
}

static void reverse(double *values, int64_t n) {
  for (int64_t i = 0; i < n / 2; i++) {
    const double other = values[n - 1 - i];
    values[n - 1 - i] = values[i];
    values[i] = other;
  }
}

ntkw_status eigenvalues_of(const double *matrix, int64_t n, int64_t stride, double *eigenvalues) {
  const int lwork = 66 * (int)n + 64; /* LAPACK needs 2 n + 1 and is faster with room for blocks */
  double *copy = malloc((size_t)(n * n) * sizeof *copy), *work = malloc((size_t)lwork * sizeof *work);
  int info = 0;
  if (copy && work) {
    for (int64_t i = 0; i < n; i++) memcpy(copy + i * n, matrix + i * stride, (size_t)n * sizeof *copy);
    info = solve((int)n, copy, eigenvalues, work, &lwork);
    reverse(eigenvalues, n);
  }
  const bool complete = copy && work;
  free(copy);
  free(work);
  NTKW_CHECK(complete, NTKW_ERR_MEMORY, "out of memory for the eigenvalues of %lld rows", (long long)n);
  NTKW_CHECK(info == 0, NTKW_ERR_NOT_FINITE, "LAPACK's dsyevd did not find the eigenvalues of %lld rows (info %d)",
             (long long)n, info);
  return NTKW_SUCCESS;
}
