/* Problem files under MPI: rank 0 reads the file and broadcasts its text. */
#ifndef NTKW_PINN_PROBLEM_LOAD_H
#define NTKW_PINN_PROBLEM_LOAD_H

#include <mpi.h>
#include "pinn/problem/problem.h"

/* Read a problem file on rank 0, broadcast the text, and create the problem on every rank. Collective.
 *
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE (cannot be read: names the reason); NTKW_ERR_PROBLEM
 *         (names file, line, found and expected); NTKW_ERR_INTERRUPTED (problem_interrupt_if); NTKW_ERR_MEMORY. */
ntkw_status problem_load(MPI_Comm comm, const char *path, problem **out);

#endif
