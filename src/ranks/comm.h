/* Communicators: those that users pass, checked, and the library's own; the check of MPI calls. */
#ifndef NTKW_RANKS_COMM_H
#define NTKW_RANKS_COMM_H

#include <mpi.h>
#include <stdbool.h>
#include "base/check.h"
#include "ntkw/status.h"

/* Leave the function with NTKW_ERR_MPI unless an MPI call succeeded. */
#define MPI_TRY(call) NTKW_CHECK((call) == MPI_SUCCESS, NTKW_ERR_MPI, "MPI failed: %s", #call)

/* Make a communicator of the same ranks that has neither topology nor attributes and returns errors.
 *
 * Collective on comm. A copy by MPI_Comm_dup would keep the topology, and OMPIO damages files that are opened on a
 * communicator with a topology (open-mpi/ompi#12718).
 *
 * @param[in]  comm  The caller's communicator.
 * @param[in]  what  The subject of the sentence on error, such as "the communicator of a checkpoint".
 * @param[out] own   To be freed by ntkw_i_communicator_free; MPI_COMM_NULL on error.
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT (MPI_COMM_NULL, or an intercommunicator); NTKW_ERR_MPI. */
ntkw_status ntkw_i_comm_duplicate(MPI_Comm comm, const char *what, MPI_Comm *own);

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
