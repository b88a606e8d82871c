/* What the ranks settle before a file is touched: a communicator of their own, and arguments that are alike. */
#ifndef NTKW_CHECKPOINT_AGREEMENT_H
#define NTKW_CHECKPOINT_AGREEMENT_H

#include <mpi.h>
#include "ntkw/status.h"
#include "base/check.h"

/* Leave the function with NTKW_ERR_MPI unless an MPI call succeeded. */
#define MPI_TRY(call) NTKW_CHECK((call) == MPI_SUCCESS, NTKW_ERR_MPI, "MPI failed in a checkpoint: %s", #call)

/* A communicator of the same ranks with neither topology nor attributes: OMPIO damages files opened on one with a
 * topology (open-mpi/ompi#12718). Its errors are returned. Collective. */
ntkw_status ntkw_i_plain_communicator(MPI_Comm comm, MPI_Comm *plain);

/* Is this text there and the same on every rank? Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT (NULL or empty), NTKW_ERR_DISAGREE; the sentence
 * begins with what, such as "the path of a checkpoint". */
ntkw_status ntkw_i_same_text(MPI_Comm comm, const char *what, const char *text);

#endif
