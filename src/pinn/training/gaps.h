/* Gaps: points of a grid where the exact solution is not finite, such as sin(x)/x at 0. */
#ifndef NTKW_PINN_GAPS_H
#define NTKW_PINN_GAPS_H

#include <mpi.h>
#include <stdint.h>
#include "ntkw/status.h"
#include "ntkw/sum.h"

typedef struct gaps {
  int64_t n;     /* number on this rank */
  int64_t *list; /* their indices among this rank's values, ascending; owned */
  int64_t total; /* number on all ranks */
  int64_t first; /* lowest index among the values of all ranks; -1: none */
} gaps;

/* Find the gaps in this rank's values: count values that begin at index `offset` of all. Collective. Call gaps_free
 * also after an error. @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status gaps_find(MPI_Comm comm, const double *values, int64_t count, int64_t offset, gaps *out);
void gaps_free(gaps *found);

/* Add the squares of this rank's values outside the gaps. Not collective. */
void gaps_add_squares(const gaps *left_out, const double *values, int64_t count, ntkw_sum *sum);

#endif
