/* Eigenvalues of symmetric matrices by LAPACK. Local. */
#ifndef NTKW_PINN_EIGENVALUES_H
#define NTKW_PINN_EIGENVALUES_H

#include <stdint.h>
#include "ntkw/status.h"

/* The eigenvalues, from the largest to the smallest, of the n x n block that begins at matrix (a row every `stride`
 * values), by dsyevd. The matrix is not changed. OpenBLAS works with one thread meanwhile, so that the last bits do not
 * depend on how many it was given; they do depend on LAPACK and on the CPU.
 * @return NTKW_SUCCESS; NTKW_ERR_NOT_FINITE: LAPACK found no eigenvalues; NTKW_ERR_MEMORY. */
ntkw_status eigenvalues_of(const double *matrix, int64_t n, int64_t stride, double *eigenvalues);

#endif
