/* Check the communicators that users pass, and free our own. */
#ifndef NTKW_RANKS_COMMUNICATOR_H
#define NTKW_RANKS_COMMUNICATOR_H

#include <mpi.h>
#include <stdbool.h>
#include "ntkw/status.h"

/* Check that MPI runs and that comm is an intracommunicator. Local. what: the subject of the sentence, such as "the
 * communicator of a weighting". @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT (MPI_COMM_NULL, or an intercommunicator);
 * NTKW_ERR_MPI (before MPI_Init or after MPI_Finalize). */
ntkw_status ntkw_i_communicator_check(MPI_Comm comm, const char *what);

/* Whether MPI_Finalize has been called. Local. A destructor then only frees memory. */
bool ntkw_i_mpi_is_over(void);

/* Free a communicator and set it to MPI_COMM_NULL; MPI_COMM_NULL is accepted. Collective. After MPI_Finalize, which has
 * freed it, local. */
void ntkw_i_communicator_free(MPI_Comm *comm);

#endif
