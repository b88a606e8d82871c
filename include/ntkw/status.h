/** @file status.h
 * Status codes and the error message of the last failure.
 *
 * Every function of the library that can fail returns an ntkw_status. A *local* function returns the status of this
 * rank. A *collective* function returns the same status on every rank of its communicator, whichever rank had the
 * error. The library never prints and never ends the program. ntkw_last_error() returns one sentence that names the
 * cause and the expected value.
 */
#ifndef NTKW_STATUS_H
#define NTKW_STATUS_H

#include <mpi.h>
#include "ntkw/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The status codes: name, meaning. All are >= 0. If the codes of ranks differ, the largest is returned. */
#define NTKW_STATUS_LIST(X)                                                                \
  X(NTKW_SUCCESS, "success")                                                               \
  X(NTKW_ZERO_NORM, "a norm is zero: some or all weights were kept")                       \
  X(NTKW_ERR_ABSENT, "no condition was given a gradient")                                  \
  X(NTKW_ERR_NOT_FINITE, "a gradient, trace, loss or parameter is not finite")             \
  X(NTKW_ERR_COUNT, "the number of gradient values differs from the number of parameters") \
  X(NTKW_ERR_ARGUMENT, "an argument is outside its range")                                 \
  X(NTKW_ERR_ORDER, "functions were called in the wrong order")                            \
  X(NTKW_ERR_PROBLEM, "the problem is not well stated, or not the one expected")           \
  X(NTKW_ERR_FORMAT, "a file is damaged or of another format")                             \
  X(NTKW_ERR_FILE, "a file could not be read or written")                                  \
  X(NTKW_ERR_LOCKED, "the folder is used by another run")                                  \
  X(NTKW_ERR_INTERRUPTED, "it was asked to end, such as by a signal")                      \
  X(NTKW_ERR_DISAGREE, "the ranks disagree on an argument that must be the same on all")   \
  X(NTKW_ERR_MEMORY, "out of memory")                                                      \
  X(NTKW_ERR_MPI, "MPI failed; the ranks may have different codes")

/** @cond */
#define NTKW_STATUS_ENUM(name, meaning) name,
/** @endcond */
/** The status that a function returns: a code of NTKW_STATUS_LIST. NTKW_STATUS_COUNT is the number of codes. */
typedef enum ntkw_status { NTKW_STATUS_LIST(NTKW_STATUS_ENUM) NTKW_STATUS_COUNT } ntkw_status;
#undef NTKW_STATUS_ENUM

/** The name of a status, such as "NTKW_ERR_COUNT". Local. The string is static. */
NTKW_API const char *ntkw_status_name(ntkw_status status);

/** The meaning of a status, in a few words. Local. The string is static. */
NTKW_API const char *ntkw_status_meaning(ntkw_status status);

/** The message of the last failure in this thread, one sentence.
 *
 * Local; after a failed collective call it is the same on every rank. Empty before the first failure. The message names
 * the cause (condition, rank, file, value) and the expected value. The next failure overwrites it.
 */
NTKW_API const char *ntkw_last_error(void);

/** Agree on a status: every rank gets the largest code of all ranks, and the message of the lowest rank that has it.
 *
 * Collective on comm (one small reduction, and a broadcast of the message if the result is not NTKW_SUCCESS).
 *
 * @param[in] comm   the ranks that must agree.
 * @param[in] local  this rank's code; its message is ntkw_last_error().
 * @return the same code on every rank; NTKW_ERR_MPI if MPI itself failed.
 */
NTKW_API ntkw_status ntkw_status_agree(MPI_Comm comm, ntkw_status local);

#ifdef __cplusplus
}
#endif
#endif
