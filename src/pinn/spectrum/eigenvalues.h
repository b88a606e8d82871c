/* Eigenvalues of symmetric matrices by LAPACK. Not collective. */
#ifndef NTKW_PINN_EIGENVALUES_H
#define NTKW_PINN_EIGENVALUES_H

#include <stdint.h>
#include "ntkw/status.h"

/* Compute the eigenvalues of an n x n block in descending order with dsyevd. The block begins at matrix and has a row
 * every `stride` values; it is not changed. OpenBLAS uses one thread during the call, so that the last bits do not
 * depend on its number of threads. They do depend on LAPACK and on the CPU.
 * @return NTKW_SUCCESS; NTKW_ERR_NOT_FINITE: LAPACK found no eigenvalues; NTKW_ERR_MEMORY. */
ntkw_status eigenvalues_of(const double *matrix, int64_t n, int64_t stride, double *eigenvalues);

#endif
