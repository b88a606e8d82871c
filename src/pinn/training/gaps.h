/* Points of a grid at which a solution to compare with has no finite value, such as sin(x)/x at 0. */
#ifndef NTKW_PINN_GAPS_H
#define NTKW_PINN_GAPS_H

#include <mpi.h>
#include <stdint.h>
#include "ntkw/status.h"
#include "ntkw/sum.h"

typedef struct gaps {
  int64_t n;     /* own ones */
  int64_t *list; /* their indices among the own values, ascending; owned */
  int64_t total; /* of all ranks */
  int64_t first; /* the lowest index among all ranks' values; -1: none */
} gaps;

/* Look for them among this rank's values, count of them, which begin at index offset of all. Collective; gaps_free also
 * after an error. @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status gaps_find(MPI_Comm comm, const double *values, int64_t count, int64_t offset, gaps *out);
void gaps_free(gaps *found);

/* Add the squares of the own values but those in the gaps. Local. */
void gaps_add_squares(const gaps *left_out, const double *values, int64_t count, ntkw_sum *sum);

#endif
