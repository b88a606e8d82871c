/* A thread that ends the process where the one that computes cannot.
 *
 * Four times a second it checks
 *   - whether the launcher that started this rank is gone (launch.h). The other ranks may be gone as well: this one
 *     may wait for them inside MPI for ever, or hold the folder's lock while the next start needs it;
 *   - whether a signal has been noted for a while without effect, when there is nothing to save yet: a problem file may
 *     be read from a pipe that delivers nothing, and MPI may wait for a host that does not answer.
 * It then removes the folder's lock and leaves by _exit. That is as safe as killing the process, because checkpoints
 * get their names when they are complete. The thread calls neither MPI nor HDF5.
 *
 * (Linux can also send a signal when a parent dies, PR_SET_PDEATHSIG; but that is about the thread that started this
 * process, launchers have several, and it does not see what is above a wrapper.) */
#ifndef NTKW_CLI_GUARD_H
#define NTKW_CLI_GUARD_H

#include <stdbool.h>
#include "ntkw/checkpoint.h"

/* Start the thread, before MPI_Init and after launch_look. If the thread cannot be started, there is no guard.
 * Local. */
void guard_start(void);

/* true: from here on a signal may end the process; false: it may not. Local. */
void guard_nothing_to_save(bool nothing);

/* Set the lock to remove; NULL: none. Call it with NULL before the lock is released. Local. */
void guard_lock(const ntkw_folder_lock *lock);

#endif
