/** @file status.h
 * Status codes and the sentence that goes with them.
 *
 * Every function of the library that can fail returns an ntkw_status. A *local* function returns its own verdict; a
 * *collective* function returns the same verdict on every rank of its communicator, whichever rank had the fault.
 * The library never prints and never ends the program; ntkw_last_error() holds one sentence with the culprit and what
 * was expected.
 */
#ifndef NTKW_STATUS_H
#define NTKW_STATUS_H

#include <mpi.h>
#include "ntkw/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The status codes: name, meaning. All are >= 0, and the larger one wins when ranks differ. */
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
/** The verdict of a function: one of NTKW_STATUS_LIST; NTKW_STATUS_COUNT is their number. */
typedef enum ntkw_status { NTKW_STATUS_LIST(NTKW_STATUS_ENUM) NTKW_STATUS_COUNT } ntkw_status;
#undef NTKW_STATUS_ENUM

/** The name of a status, such as "NTKW_ERR_COUNT". Local. The string is static. */
NTKW_API const char *ntkw_status_name(ntkw_status status);

/** What a status means, in a few words. Local. The string is static. */
NTKW_API const char *ntkw_status_meaning(ntkw_status status);

/** The sentence that belongs to the last failure in this thread.
 *
 * Local; after a failed collective call it is the same on every rank. Empty before the first failure. The text names
 * the culprit (condition, rank, file, value) and what was expected; it is overwritten by the next failure.
 */
NTKW_API const char *ntkw_last_error(void);

/** Let all ranks leave with the same verdict: the largest of their codes, and the sentence of a rank that had it.
 *
 * Collective on comm (one small reduction, and a broadcast of the sentence if the verdict is not NTKW_SUCCESS).
 *
 * @param[in] comm   the ranks that must agree.
 * @param[in] local  this rank's own code; its sentence is taken from ntkw_last_error().
 * @return the same code on every rank; NTKW_ERR_MPI if MPI itself failed.
 */
NTKW_API ntkw_status ntkw_status_agree(MPI_Comm comm, ntkw_status local);

#ifdef __cplusplus
}
#endif
#endif
